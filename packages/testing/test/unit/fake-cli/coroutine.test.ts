import { describe, expect, it } from 'vitest';
import { all, asEffect, perform, run, type Coroutine, type Effect } from '../../../src/fake-cli/coroutine.ts';

/** An effect that waits until the test resumes it, and remembers being called off. */
function gate<T>(): { readonly effect: Effect<T>; resume(value: T): void; readonly cancelled: () => number } {
  let resume: (value: T) => void = () => {};
  let cancelled = 0;
  return {
    effect: (next) => {
      resume = next;
      return () => void (cancelled += 1);
    },
    resume: (value) => resume(value),
    cancelled: () => cancelled,
  };
}

describe('a coroutine', () => {
  it('waits for effects, also for those that are over at once, and ends with its value', () => {
    const slow = gate<number>();
    const ended: number[] = [];
    const sum = function* (): Coroutine<number> {
      const now = yield* perform<number>((resume) => {
        resume(1);
        return () => {};
      });
      return now + (yield* perform(slow.effect));
    };
    const running = run(sum(), (value) => ended.push(value));
    expect([ended, running.done]).toEqual([[], false]);
    slow.resume(2);
    slow.resume(9);
    expect([ended, running.done]).toEqual([[3], true]);
  });

  it('is interrupted: the effect is called off, then what stands between, then its own code', () => {
    const slow = gate<number>();
    const seen: string[] = [];
    const work = function* (): Coroutine {
      try {
        yield* perform(slow.effect);
      } catch (reason) {
        seen.push(`caught ${String(reason)}`);
        yield* perform<undefined>((resume) => {
          resume(undefined);
          return () => {};
        });
        seen.push('cleaned up');
      }
    };
    const running = run(work(), () => seen.push('ended'));
    running.interrupt('stop', () => seen.push(`between ${slow.cancelled()}`));
    slow.resume(1);
    running.interrupt('again');
    expect(seen).toEqual(['between 1', 'caught stop', 'cleaned up', 'ended']);
  });

  it('is abandoned: nothing of it runs any more', () => {
    const slow = gate<number>();
    const seen: string[] = [];
    const work = function* (): Coroutine {
      try {
        yield* perform(slow.effect);
      } finally {
        seen.push('never');
      }
    };
    const running = run(work(), () => seen.push('ended'));
    running.abandon();
    running.abandon();
    slow.resume(1);
    expect([seen, slow.cancelled(), running.done]).toEqual([[], 1, true]);
  });

  it('waits for several at once and calls all of them off together', () => {
    const gates = [gate<string>(), gate<string>()];
    const ended: unknown[] = [];
    run(all(gates.map(({ effect }) => effect)), (values) => ended.push(values));
    gates[1]!.resume('b');
    expect(ended).toEqual([]);
    gates[0]!.resume('a');
    expect(ended).toEqual([['a', 'b']]);
    run(all([]), (values) => ended.push(values));
    expect(ended[1]).toEqual([]);
    const others = [gate<string>(), gate<string>()];
    run(all(others.map(({ effect }) => effect)), () => {}).abandon();
    expect(others.map(({ cancelled }) => cancelled())).toEqual([1, 1]);
  });

  it('may be one effect of another', () => {
    const slow = gate<number>();
    const ended: unknown[] = [];
    const inner = function* (): Coroutine<number> {
      return (yield* perform(slow.effect)) * 2;
    };
    run(all([asEffect(inner)]), (values) => ended.push(values));
    slow.resume(21);
    expect(ended).toEqual([[42]]);
    const outer = run(all([asEffect(inner)]), () => {});
    outer.abandon();
    expect(slow.cancelled()).toBe(1);
  });
});
