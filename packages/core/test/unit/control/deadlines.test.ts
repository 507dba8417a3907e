import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeadlines, type Deadlines } from '../../../src/control/deadlines.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

interface Watched {
  readonly due: string[];
  readonly items: Map<string, { readonly dueAt: number }>;
  readonly deadlines: Deadlines;
  readonly set: (key: string, timeoutMs: number) => void;
}

function watched(onDue: (key: string) => void = () => undefined): Watched {
  const due: string[] = [];
  const items = new Map<string, { readonly dueAt: number }>();
  const deadlines = createDeadlines(items, (key) => {
    items.delete(key);
    due.push(`${key}@${performance.now()}`);
    onDue(key);
  });
  const set = (key: string, timeoutMs: number): void => {
    const dueAt = performance.now() + timeoutMs;
    items.set(key, { dueAt });
    deadlines.added(dueAt);
  };
  return { due, items, deadlines, set };
}

test('each key is due once, at its own time, whatever order they were added in', () => {
  const { due, items, set } = watched();
  const start = performance.now();
  set('late', 300);
  set('early', 100);
  set('middle', 200);
  set('ended', 150);
  items.delete('ended');
  vi.advanceTimersByTime(1000);
  expect(due).toEqual([`early@${start + 100}`, `middle@${start + 200}`, `late@${start + 300}`]);
});

test('one timer serves all, and none is left once it is stopped', () => {
  const { due, deadlines, set } = watched();
  for (let index = 0; index < 1000; index++) set(`k${index}`, 60_000);
  expect(vi.getTimerCount()).toBe(1);
  deadlines.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(120_000);
  expect(due).toEqual([]);
});

test('no timer is left once everything has ended and it has looked', () => {
  const { items, set } = watched();
  set('gone', 100);
  items.clear();
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
});

test('a deadline that is added after the timer was armed for a key that has gone is kept', () => {
  const { due, items, set } = watched();
  const start = performance.now();
  set('gone', 100);
  items.delete('gone');
  vi.advanceTimersByTime(50);
  set('next', 200);
  vi.advanceTimersByTime(1000);
  expect(due).toEqual([`next@${start + 250}`]);
});

test('no limit is no deadline, and 0 is one', () => {
  const { due, set } = watched();
  set('never', Infinity);
  set('now', 0);
  vi.advanceTimersByTime(10_000_000);
  expect(due).toEqual([expect.stringMatching(/^now@/)]);
});

test('what is due may add another deadline', () => {
  const { due, set } = watched((key) => {
    if (key === 'a') set('b', 100);
  });
  set('a', 100);
  vi.advanceTimersByTime(1000);
  expect(due.map((entry) => entry.split('@')[0])).toEqual(['a', 'b']);
});
