import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advance, createMachine, isFinished } from '../../../src/scenario/machine.ts';
import type { MachineEvent } from '../../../src/scenario/machine-types.ts';
import { match, substitute } from '../../../src/scenario/match.ts';
import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import type { Step } from '../../../src/scenario/step.ts';

const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>;
const object = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), json, { maxKeys: 3 });
const leaf: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ expect: fc.constantFrom('user', 'initialize', 'EOF', '*'), skip: fc.boolean() }),
  fc.record({ expect: object }),
  fc.record({ say: object }),
  fc.record({ raw: fc.string(), chunkBytes: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ stderr: fc.string() }),
  fc.record({ wait: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ emit: object, count: fc.integer({ min: 0, max: 3 }), everyMs: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ answer: fc.constantFrom('success', 'error', 'never', 'late', 'twice') }) as fc.Arbitrary<Step>,
  fc.record({ ask: fc.constant({ subtype: 'can_use_tool' }), await: fc.boolean() }),
  fc.record({ result: fc.string() }),
  fc.record({ assistant: fc.string() }),
  fc.record({ ignore: fc.constantFrom('SIGTERM', 'EOF') }) as fc.Arbitrary<Step>,
  fc.record({ exit: fc.integer({ min: 0, max: 255 }) }),
  fc.constant<Step>({ hang: true }),
);
const steps = fc.array(fc.oneof(leaf, fc.record({ repeat: fc.array(leaf, { maxLength: 2 }), times: fc.integer({ min: 0, max: 2 }) })), {
  maxLength: 8,
});
const event: fc.Arbitrary<MachineEvent> = fc.oneof(
  fc
    .oneof(
      fc.string(),
      object.map((value) => JSON.stringify(value)),
      fc.constant('{"type":"user","message":{"content":"x"}}'),
      fc.constant('{"type":"control_request","request_id":"r","request":{"subtype":"initialize"}}'),
    )
    .map((text) => ({ type: 'line' as const, text })),
  fc.constant<MachineEvent>({ type: 'input-ended' }),
  fc.constantFrom<NodeJS.Signals>('SIGTERM', 'SIGINT', 'SIGUSR1').map((signal) => ({ type: 'signal' as const, signal })),
  fc.integer({ min: 0, max: 6 }).map((token) => ({ type: 'timer' as const, token })),
);
const context = { sessionId: 's', cwd: '/', model: 'm', seed: '11111111-2222-4333-8444-555555555555' };

it('never throws, never changes a state in place, says the same for the same, and is silent once it is over', () => {
  fc.assert(
    fc.property(steps, fc.array(event, { maxLength: 15 }), (script, events) => {
      let state = createMachine(script, context);
      for (const next of [{ type: 'start' } as const, ...events]) {
        const before = JSON.stringify(state);
        const one = advance(state, next, 1000);
        expect(JSON.stringify(state)).toBe(before);
        expect(advance(state, next, 1000)).toEqual(one);
        if (state.life === 'over') expect(one.effects).toEqual([]);
        const ends = one.effects.filter((effect) => effect.type === 'exit' || effect.type === 'die');
        expect(ends.length).toBe(state.life !== 'over' && one.state.life === 'over' ? 1 : 0);
        if (ends.length === 1) expect(one.effects.at(-1)).toBe(ends[0]);
        if (one.state.mismatch !== undefined) expect(isFinished(one.state)).toBe(false);
        state = one.state;
      }
    }),
    { numRuns: 400 },
  );
});

it('every script that it plays fits the published schema', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const plain = JSON.parse(JSON.stringify(script)) as unknown;
      expect(parseScenario(plain)).toEqual({ steps: plain });
    }),
  );
});

it('a value matches itself, and what a placeholder remembered can be put back', () => {
  const literal = (value: unknown): unknown => substitute(value, () => undefined);
  fc.assert(
    fc.property(json, (drawn) => {
      // What JSON can say: it has no -0.
      const value = JSON.parse(JSON.stringify(drawn)) as unknown;
      const escaped = JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
        typeof item === 'string' && item.startsWith('$') ? `$${item}` : item,
      ) as unknown;
      expect(match(escaped, value).matches).toBe(true);
      expect(literal(escaped)).toEqual(value);
      const bound = match({ a: '$x' }, { a: value });
      expect(bound.matches && substitute('$x', (name) => bound.bindings.get(name))).toEqual(value);
    }),
  );
});
