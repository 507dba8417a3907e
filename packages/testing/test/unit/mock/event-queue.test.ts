import { Subscription, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createEventQueue } from '../../../src/mock/event-queue.ts';

describe('createEventQueue', () => {
  it('runs nothing before its start, and nothing while it is held', () => {
    const clock = new VirtualTimeScheduler();
    const queue = createEventQueue(clock);
    const ran: string[] = [];
    queue.add('event', () => ran.push('one'));
    clock.flush();
    expect(ran).toEqual([]);
    queue.start();
    queue.hold(true);
    clock.flush();
    expect(ran).toEqual([]);
    queue.hold(false);
    clock.flush();
    expect(ran).toEqual(['one']);
  });

  it('gives each event a turn of its own, and lets data that follow each other share one', () => {
    const turns: string[][] = [];
    const { scheduler, waiting } = manualScheduler();
    const queue = createEventQueue(scheduler);
    queue.start();
    for (const name of ['a', 'b']) queue.add('data', () => turns.at(-1)!.push(name));
    for (const name of ['exit', 'close']) queue.add('event', () => turns.at(-1)!.push(name));
    queue.add('data', () => turns.at(-1)!.push('c'));
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      turns.push([]);
      run();
    }
    expect(turns).toEqual([['a', 'b'], ['exit'], ['close'], ['c']]);
  });

  it('goes on after a listener that throws', () => {
    const { scheduler, waiting } = manualScheduler();
    const queue = createEventQueue(scheduler);
    const ran: string[] = [];
    queue.start();
    queue.add('event', () => {
      throw new Error('a fault of the host');
    });
    queue.add('event', () => ran.push('after'));
    expect(() => waiting.shift()!()).toThrow('a fault of the host');
    waiting.shift()!();
    expect(ran).toEqual(['after']);
  });
});

/** Keeps the work that it is given, for a test to run it by hand. */
function manualScheduler(): { readonly scheduler: SchedulerLike; readonly waiting: (() => void)[] } {
  const waiting: (() => void)[] = [];
  const schedule = (work: unknown): Subscription => {
    waiting.push(() => (work as () => void)());
    return new Subscription();
  };
  return { scheduler: { now: () => 0, schedule }, waiting };
}
