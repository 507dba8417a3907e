import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPending } from '../../../src/control/pending.ts';

type Act =
  | { readonly kind: 'ask'; readonly id: number }
  | { readonly kind: 'answer' | 'refuse' | 'fail' | 'abort'; readonly id: number }
  | { readonly kind: 'die' };

const id = fc.integer({ min: 0, max: 5 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), id }),
  fc.record({ kind: fc.constantFrom('answer' as const, 'refuse' as const, 'fail' as const, 'abort' as const), id }),
  fc.record({ kind: fc.constant('die' as const) }),
);

test('every control id settles exactly once, whatever happens in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const pending = createPending();
      const settles = new Map<string, number>();
      const open = new Map<number, { readonly key: string; readonly controller: AbortController }>();
      const outcomes: Promise<unknown>[] = [];
      let asked = 0;
      for (const next of acts) {
        const current = next.kind === 'die' ? undefined : open.get(next.id);
        switch (next.kind) {
          case 'ask': {
            if (current !== undefined) break;
            const key = `req_${asked++}`;
            const controller = new AbortController();
            const count = (): void => void settles.set(key, (settles.get(key) ?? 0) + 1);
            outcomes.push(pending.wait(key, 'x', Infinity, controller.signal).then(count, count));
            open.set(next.id, { key, controller });
            break;
          }
          case 'answer': {
            const known = pending.answer({ subtype: 'success', request_id: current?.key ?? 'nobody' });
            expect(known).toBe(current !== undefined);
            open.delete(next.id);
            break;
          }
          case 'refuse':
            pending.answer({ subtype: 'error', request_id: current?.key ?? 'nobody', error: 'no' });
            open.delete(next.id);
            break;
          case 'fail':
            pending.reject(current?.key ?? 'nobody', new Error('not sent'));
            open.delete(next.id);
            break;
          case 'abort':
            current?.controller.abort();
            open.delete(next.id);
            break;
          case 'die':
            pending.rejectAll(() => new Error('dead'));
            open.clear();
        }
        expect(pending.size).toBe(open.size);
      }
      pending.rejectAll(() => new Error('dead'));
      await Promise.all(outcomes);
      expect(settles.size).toBe(asked);
      expect([...settles.values()].every((times) => times === 1)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
