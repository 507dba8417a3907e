import { concat, from, map, NEVER, of, Subject, take, throwError, timer } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { marbles, probe } from '../../../src/index.ts';

describe('probe', () => {
  it(
    'records everything with its time',
    marbles(({ cold, flush }) => {
      const completing = probe(cold('a 99ms b|'));
      const failing = probe(cold('--#', undefined, new Error('no')));
      flush();
      expect(completing.entries).toEqual([
        { kind: 'next', atMs: 0, value: 'a' },
        { kind: 'next', atMs: 100, value: 'b' },
        { kind: 'complete', atMs: 101 },
      ]);
      expect(completing).toMatchObject({ values: ['a', 'b'], state: 'completed', error: undefined });
      expect(failing.entries).toEqual([{ kind: 'error', atMs: 2, error: new Error('no') }]);
      expect(failing).toMatchObject({ values: [], state: 'errored', error: new Error('no') });
    }),
  );

  it('waits for so many values, or for one of a kind', async () => {
    using counting = probe(timer(0, 5).pipe(take(10)));
    expect(await counting.until(3)).toEqual([0, 1, 2]);
    expect((await counting.until((value) => value === 5)).at(-1)).toBe(5);
    expect(await counting.until(1)).toEqual(counting.values);
    expect(await counting.settled()).toHaveLength(10);
    expect(await counting.until(10)).toHaveLength(10);
  });

  it('says what came instead when it has waited long enough, or when it is over', async () => {
    using waiting = probe(concat(of({ deep: [1] }), NEVER));
    await expect(waiting.until(2, { withinMs: 30 })).rejects.toMatchObject({
      name: 'ProbeError',
      code: 'PROBE_TIMEOUT',
      message: expect.stringMatching(/Waited 30 ms for 2 values\. Seen, 1 in all:\n {2}\d+ms \{ deep: \[ 1 \] \}$/),
    });
    await expect(waiting.settled({ withinMs: 1 })).rejects.toMatchObject({ code: 'PROBE_TIMEOUT', entries: [{ value: { deep: [1] } }] });
    using failed = probe(throwError(() => new Error('broken')));
    await expect(failed.until(1)).rejects.toMatchObject({
      code: 'PROBE_ENDED',
      cause: new Error('broken'),
      message: expect.stringContaining('error Error: broken'),
    });
    expect(await failed.settled()).toEqual([]);
    using empty = probe(from<number[]>([]));
    await expect(empty.until((value) => value > 0)).rejects.toThrow(/over before a value that satisfies the predicate/);
  });

  it('lets go when it is unsubscribed or its scope ends, and whoever waits then is told', async () => {
    const source = new Subject<number>();
    const watching = probe(source);
    const waiting = expect(watching.until(1)).rejects.toMatchObject({ code: 'PROBE_ENDED' });
    watching.unsubscribe();
    watching.unsubscribe();
    await waiting;
    expect([source.observed, watching.state]).toEqual([false, 'unsubscribed']);
    await expect(watching.settled()).rejects.toMatchObject({ code: 'PROBE_ENDED' });
    {
      using scoped = probe(source);
      expect([scoped.state, source.observed]).toEqual(['open', true]);
    }
    expect(source.observed).toBe(false);
  });

  it('waits in real time although the test has put fake timers in place', async () => {
    vi.useFakeTimers();
    try {
      using never = probe(NEVER);
      await expect(never.until(1, { withinMs: 20 })).rejects.toMatchObject({ code: 'PROBE_TIMEOUT' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('settles a wait once, however much comes afterwards', async () => {
    const source = new Subject<number>();
    using watching = probe(source.pipe(map((value) => value * 2)));
    const first = watching.until(1);
    source.next(1);
    source.next(2);
    expect(await first).toEqual([2]);
  });
});
