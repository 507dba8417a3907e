import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPullBuffer } from '../../src/streams/pull-buffer.ts';

type Act = { readonly push: number } | 'pull' | 'end' | 'fail';
const acts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 9 }) }) },
    { weight: 6, arbitrary: fc.constant('pull' as const) },
    { weight: 1, arbitrary: fc.constantFrom('end' as const, 'fail' as const) },
  ),
  { maxLength: 80 },
);

test('pause: nothing is lost, nothing comes twice, order is kept, and full is said when and only when it is', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (sequence: readonly Act[]) => {
      let full = false;
      let pushed = 0;
      let waiting = 0;
      let weight = 0;
      let end: 'open' | 'end' | 'fail' = 'open';
      const expected: number[] = [];
      const buffer = createPullBuffer<number>({
        highWaterMark: 20,
        onOverflow: 'pause',
        onFull: (now) => (full = now),
        onGap: () => expect.unreachable(),
        overflow: () => undefined,
        onDone: () => undefined,
      });
      const weights: number[] = [];
      const pulls: Promise<unknown>[] = [];
      const pull = (): void => {
        pulls.push(
          buffer.iterator.next().then(
            (result) => (result.done === true ? 'done' : result.value),
            (cause: unknown) => cause,
          ),
        );
        const taken = weights.shift();
        if (taken === undefined) waiting++;
        else weight -= taken;
      };
      for (const act of sequence) {
        if (act === 'pull') pull();
        else if (act === 'end' || act === 'fail') {
          if (end === 'open') end = act;
          buffer.end(act === 'fail' ? { cause: 'broken' } : undefined);
        } else if (end === 'open') {
          expected.push(pushed);
          buffer.push(pushed++, act.push);
          if (waiting > 0) waiting--;
          else {
            weights.push(act.push);
            weight += act.push;
          }
        } else buffer.push(-1, act.push);
        if (weight >= 20) expect(full).toBe(true);
        if (weight <= 10) expect(full).toBe(false);
      }
      if (end === 'open') buffer.end();
      while (pulls.length < expected.length + 2) pull();
      const got = await Promise.all(pulls);
      expect(got.slice(0, expected.length)).toEqual(expected);
      const after = got.slice(expected.length);
      expect(after[0]).toBe(end === 'fail' ? 'broken' : 'done');
      expect(after.slice(1).every((value) => value === 'done')).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('drop-oldest: what comes is in order, and the gaps account for everything else', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (sequence: readonly Act[]) => {
      let dropped = 0;
      let pushed = 0;
      let ended = false;
      const buffer = createPullBuffer<number>({
        highWaterMark: 20,
        onOverflow: 'drop-oldest',
        onFull: () => expect.unreachable(),
        onGap: (count) => (dropped += count),
        overflow: () => undefined,
        onDone: () => undefined,
      });
      const got: number[] = [];
      const pulls: Promise<void>[] = [];
      const pull = (): void =>
        void pulls.push(
          buffer.iterator.next().then((result) => {
            if (result.done !== true) got.push(result.value);
          }),
        );
      for (const act of sequence) {
        if (act === 'pull') pull();
        else if (typeof act === 'string') {
          buffer.end();
          ended = true;
        } else if (!ended) buffer.push(pushed++, act.push);
      }
      buffer.end();
      for (let index = 0; index <= pushed; index++) pull();
      await Promise.all(pulls);
      expect(got).toEqual([...got].sort((a, b) => a - b));
      expect(got.length + dropped).toBe(pushed);
    }),
    { numRuns: 500 },
  );
});

test('leaving ends the wait, frees the source and is heard once', async () => {
  let done = 0;
  let full = false;
  const buffer = createPullBuffer<number>({
    highWaterMark: 1,
    onOverflow: 'pause',
    onFull: (now) => (full = now),
    onGap: () => undefined,
    overflow: () => undefined,
    onDone: () => done++,
  });
  const waiting = buffer.iterator.next();
  await buffer.iterator.return!();
  expect(await waiting).toEqual({ done: true, value: undefined });
  buffer.push(1, 5);
  expect(full).toBe(false);
  expect(await buffer.iterator.next()).toEqual({ done: true, value: undefined });
  expect(done).toBe(1);
});
