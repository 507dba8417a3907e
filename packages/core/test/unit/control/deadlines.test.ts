import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeadlines } from '../../../src/control/deadlines.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

function watched(): { readonly due: string[]; readonly deadlines: ReturnType<typeof createDeadlines<string>> } {
  const due: string[] = [];
  return { due, deadlines: createDeadlines<string>((key) => due.push(`${key}@${performance.now()}`)) };
}

test('each key is due once, at its own time, whatever order they were set in', () => {
  const { due, deadlines } = watched();
  const start = performance.now();
  deadlines.set('late', 300);
  deadlines.set('early', 100);
  deadlines.set('middle', 200);
  deadlines.set('cleared', 150);
  deadlines.clear('cleared');
  vi.advanceTimersByTime(1000);
  expect(due).toEqual([`early@${start + 100}`, `middle@${start + 200}`, `late@${start + 300}`]);
});

test('one timer serves all, and none is left once all are forgotten', () => {
  const { due, deadlines } = watched();
  for (let index = 0; index < 1000; index++) deadlines.set(`k${index}`, 60_000);
  expect(vi.getTimerCount()).toBe(1);
  deadlines.clearAll();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(120_000);
  expect(due).toEqual([]);
});

test('a deadline that is set after the timer was armed for a key that has gone is kept', () => {
  const { due, deadlines } = watched();
  const start = performance.now();
  deadlines.set('gone', 100);
  deadlines.clear('gone');
  vi.advanceTimersByTime(50);
  deadlines.set('next', 200);
  vi.advanceTimersByTime(1000);
  expect(due).toEqual([`next@${start + 250}`]);
});

test('no limit is no deadline, and 0 is one', () => {
  const { due, deadlines } = watched();
  deadlines.set('never', Infinity);
  deadlines.set('now', 0);
  vi.advanceTimersByTime(10_000_000);
  expect(due).toEqual([expect.stringMatching(/^now@/)]);
});

test('what is due may set another deadline', () => {
  const due: string[] = [];
  const deadlines = createDeadlines<string>((key) => {
    due.push(key);
    if (key === 'a') deadlines.set('b', 100);
  });
  deadlines.set('a', 100);
  vi.advanceTimersByTime(1000);
  expect(due).toEqual(['a', 'b']);
});
