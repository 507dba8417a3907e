import { fromEvent, map, merge, take, takeUntil, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MockProcess } from '../../../src/mock/mock-process.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('a mock process in virtual time', () => {
  it('lives a whole life inside a marble test, without a real tick', () => {
    const events: string[] = [];
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ flush }) => {
      const child = new MockProcess({ stdout: 'a\n' });
      for (const event of ['spawn', 'exit', 'close'])
        child.on(event, (...values: unknown[]) => events.push(`${event} ${values.join(' ')}`.trim()));
      child.stdout.on('data', (chunk: Buffer) => events.push(chunk.toString().trim())).on('end', () => events.push('end'));
      timer(1000).subscribe(() => child.say({ late: true }));
      timer(60_000).subscribe(() => child.exit(2));
      flush();
    });
    expect(events).toEqual(['spawn', 'a', '{"late":true}', 'exit 2', 'end', 'close 2']);
  });

  it('gives marbles', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable, cold }) => {
      const child = new MockProcess();
      cold('-a--b---(c|)', { a: 'one', b: 'two', c: 'three' }).subscribe((text) => child.sayRaw(text));
      const exit = fromEvent(child, 'exit').pipe(map(() => 'exit'));
      const data = fromEvent(child.stdout, 'data').pipe(map(String));
      timer(12).subscribe(() => child.exit(0));
      expectObservable(merge(data, exit).pipe(takeUntil(timer(20)), take(4))).toBe('-a--b---c---(x|)', {
        a: 'one',
        b: 'two',
        c: 'three',
        x: 'exit',
      });
    });
  });

  it('kills, stops and starts again on the same clock', () => {
    const seen: string[] = [];
    new TestScheduler(() => {}).run(({ flush }) => {
      const child = new MockProcess();
      child.stdout.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
      child.on('exit', (_code, signal) => seen.push(String(signal)));
      timer(10).subscribe(() => child.kill('SIGSTOP'));
      timer(20).subscribe(() => child.sayRaw('held'));
      timer(30).subscribe(() => seen.push('30'));
      timer(40).subscribe(() => child.kill('SIGCONT'));
      timer(50).subscribe(() => child.kill('SIGTERM'));
      flush();
    });
    expect(seen).toEqual(['30', 'held', 'SIGTERM']);
  });

  it('obeys fake timers', async () => {
    vi.useFakeTimers();
    const child = new MockProcess({ stdout: 'x', exitCode: 0 });
    const events: string[] = [];
    for (const event of ['spawn', 'exit', 'close']) child.on(event, () => events.push(event));
    child.stdout.on('data', () => events.push('data'));
    child.stderr.resume();
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(20);
    expect(events).toEqual(['spawn', 'data', 'exit', 'close']);
  });
});
