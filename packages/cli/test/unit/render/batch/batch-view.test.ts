import type { Message } from '@subwire/core';
import type { TaskEvent, TaskResult, TaskStatus } from '@subwire/pool';
import { describe, expect, it } from 'vitest';
import {
  type BatchView,
  emptyBatchView,
  failures,
  maxRows,
  reduceBatch,
  remainingMs,
  spentUsd,
} from '../../../../src/render/batch/batch-view.ts';
import { renderEvent } from '../../../../src/render/batch/log-line.ts';
import { renderProgress } from '../../../../src/render/batch/progress.ts';
import { renderBatchSummary } from '../../../../src/render/batch/summary-table.ts';
import { widthOf } from '../../../../src/render/fit.ts';
import { createStyle } from '../../../../src/render/style.ts';

const plain = createStyle({ hasColors: false });

function result(id: string, status: TaskStatus = 'done', more: Partial<TaskResult> = {}): TaskResult {
  const usage = { usd: 0.5, tokens: 1000, toolCalls: 0, turns: 1 };
  return { id, success: status === 'done', status, index: 0, attempts: 1, durationMs: 2000, waitedMs: 0, usage, ...more };
}

const started = (id: string, lane: number, attempt = 1): TaskEvent => ({
  type: 'task-started',
  id,
  lane,
  slot: lane,
  pid: 100 + lane,
  attempt,
});
const settled = (id: string, lane: number, status?: TaskStatus, more?: Partial<TaskResult>): TaskEvent => ({
  type: 'task-settled',
  id,
  lane,
  result: result(id, status, more),
});
const says = (id: string, lane: number, content: readonly object[], tokens: number): TaskEvent => ({
  type: 'task-message',
  id,
  lane,
  message: { type: 'assistant', message: { id: 'm', content } } as unknown as Message,
  usage: { usd: 0.1, tokens, toolCalls: 1, turns: 0 },
});

function after(events: readonly TaskEvent[], total: number | 'unknown' = 4): BatchView {
  return events.reduce(
    (view, event, index) => reduceBatch(view, event, index * 1000),
    emptyBatchView(total === 'unknown' ? undefined : total, 0),
  );
}

const bash = { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'npm test' } };

describe('the view of a batch', () => {
  it('follows each lane from its start to its end', () => {
    const working = after([started('a', 0), started('b', 1), says('a', 0, [bash], 1234)]);
    expect([...working.lanes]).toEqual([
      [0, expect.objectContaining({ id: 'a', pid: 100, tokens: 1234, doing: 'Bash npm test', startedAtMs: 0 }) as unknown],
      [1, expect.objectContaining({ id: 'b', doing: '', tokens: null }) as unknown],
    ]);
    expect(spentUsd(working)).toBe(0.1);
    const spoke = reduceBatch(working, says('a', 0, [{ type: 'text', text: 'so' }], 1300), 5);
    expect(spoke.lanes.get(0)!.doing).toBe('');
    const done = reduceBatch(spoke, settled('a', 0), 6);
    expect([...done.lanes.keys()]).toEqual([1]);
    expect(done).toMatchObject({ settled: 1, counts: { done: 1 }, usd: 0.5, tokens: 1000 });
  });

  it('is not misled by an end that belongs to another task of the lane', () => {
    const view = after([started('a', 0), { type: 'task-retried', id: 'a', lane: 0 }, started('b', 0), settled('a', 0, 'failed')]);
    expect(view.lanes.get(0)!.id).toBe('b');
    expect([view.retried, failures(view)]).toEqual([1, 1]);
  });

  it('counts no cost that an earlier run has paid, and leaves unknown ones unknown', () => {
    const view = after([
      settled('a', 0, 'done', { recovered: true }),
      settled('b', 0, 'done', { usage: { usd: null, tokens: null, toolCalls: 0, turns: 1 } }),
    ]);
    expect(view).toMatchObject({ settled: 2, recovered: 1, usd: null, tokens: null });
  });

  it('does not grow with the number of tasks', () => {
    const events = Array.from({ length: 1000 }, (_, index) => [
      started(`t${index}`, index % 4),
      settled(`t${index}`, index % 4, index % 2 === 0 ? 'done' : 'failed'),
    ]);
    const view = after(events.flat(), 1000);
    expect(view).toMatchObject({ settled: 1000, counts: { done: 500, failed: 500 } });
    expect([view.rows.length, view.troubles.length, view.lanes.size]).toEqual([maxRows, maxRows, 0]);
    expect(JSON.stringify({ ...view, lanes: [] }).length).toBeLessThan(10_000);
  });

  it('guesses the time that is left from the tasks of this run', () => {
    expect(remainingMs(after([]), 1000)).toBeUndefined();
    expect(remainingMs(after([settled('a', 0, 'done', { recovered: true })]), 1000)).toBeUndefined();
    expect(remainingMs(after([settled('a', 0)]), 3000)).toBe(9000);
    expect(remainingMs(after([settled('a', 0)], 'unknown'), 3000)).toBeUndefined();
  });
});

describe('the progress of a batch', () => {
  const options = { nowMs: 12_300, columns: 100, rows: 30, style: plain, maxWorkers: 3, isDraining: false };
  const view = after([started('first', 0), settled('zero', 1, 'failed'), started('second', 1, 2), says('first', 0, [bash], 1234)]);

  it('has a line for each worker and one for the whole', () => {
    const lines = renderProgress(view, options).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^ {2}1 . first +working +12 s +1,234 tok +Bash npm test$/);
    expect(lines[1]).toMatch(/^ {2}2 . second +attempt 2 +10 s/);
    expect(lines[2]).toBe('  3 · idle');
    expect(lines[3]).toMatch(/^━+─+ 1\/4 · 1 failed · ETA 37 s · 12 s · \$0\.6000$/);
  });

  it.each([20, 40, 60, 100, 300])('is never wider than %d columns, nor higher than the terminal', (columns) => {
    const wide = after([started('名前'.repeat(40), 0), says('名前'.repeat(40), 0, [{ ...bash, input: { command: 'x'.repeat(500) } }], 1)]);
    for (const shown of [view, wide]) {
      const lines = renderProgress(shown, { ...options, columns, rows: 6, maxWorkers: 50 }).split('\n');
      expect(lines.length).toBeLessThan(6);
      for (const line of lines) expect(widthOf(line)).toBeLessThan(columns);
      if (columns > 20) expect(lines.join('\n')).toContain('more at work');
    }
  });

  it('says what Ctrl-C does next while it drains, and has no bar when nobody knows how many there are', () => {
    expect(renderProgress(view, { ...options, isDraining: true })).toContain('finishing; Ctrl-C again ends everything');
    expect(renderProgress(after([settled('a', 0)], 'unknown'), options)).toMatch(/\n1 done · 12 s/);
  });

  it('lets nothing that a task is called reach the terminal', () => {
    expect(renderProgress(after([started('a\u001b]0;x\u0007', 0)]), options)).not.toMatch(/[\u001b\u0007]/);
  });
});

describe('the log of a batch', () => {
  it.each<[TaskEvent, string | undefined]>([
    [started('a', 0), '· a started'],
    [started('a', 0, 2), '· a started, attempt 2'],
    [settled('a', 0), '✓ a · 2.0 s · 1,000 tokens · $0.5000'],
    [settled('a', 0, 'done', { recovered: true, attempts: 2 }), '✓ a · from the journal · 2 attempts · 1,000 tokens · $0.5000'],
    [
      settled('a', 0, 'failed', { error: { code: 'TIME_LIMIT', message: 'Too\nlong.' } }),
      '✗ a failed · Too long. [TIME_LIMIT] · 2.0 s · 1,000 tokens · $0.5000',
    ],
    [{ type: 'task-retried', id: 'a', delayMs: 1500, cause: new Error('It crashed.') }, '! a will be tried again in 1.5 s: It crashed.'],
    [{ type: 'journal-damaged', id: '', line: 7, cause: 'no JSON' }, '! line 7 of the journal cannot be read and is left out: no JSON'],
    [{ type: 'task-queued', id: 'a' }, undefined],
  ])('of %j is %j', (event, line) => expect(renderEvent(event, plain)).toBe(line));
});

describe('the summary of a batch', () => {
  const options = { columns: 100, nowMs: 61_000, style: plain };

  it('is a table of all tasks when they are few', () => {
    const text = renderBatchSummary(
      after([settled('a', 0), settled('b', 0, 'failed'), settled('c', 0, 'skipped', { attempts: 0, durationMs: 0 })]),
      options,
    );
    expect(text).toMatch(/│ task +│ result +│ tries │ +time │ tokens │ +cost │/);
    expect(text).toMatch(/│ a +│ done +│ +1 │ 2\.0 s │ +1,000 │ \$0\.5000 │/);
    expect(text).toMatch(/\n1 done · 1 failed · 1 skipped · 3,000 tokens · \$1\.50 · 1 min 01 s\n$/);
    expect(text).not.toContain('\u001b');
  });

  it('is a table of those that did not succeed when there are many', () => {
    const events = Array.from({ length: 100 }, (_, index) => settled(`t${index}`, 0, index % 4 === 0 ? 'failed' : 'done'));
    const text = renderBatchSummary(after(events), options);
    expect(text.match(/│ t\d+ +│ failed/g)).toHaveLength(maxRows);
    expect(text).not.toMatch(/│ done/);
    expect(text).toContain('… and 5 more that did not succeed');
  });

  it('is one line when everything succeeded and there is too much to list', () => {
    const events = Array.from({ length: 21 }, (_, index) => settled(`t${index}`, 0));
    expect(renderBatchSummary(after(events), options)).toMatch(/^21 done · .*\n$/);
  });
});
