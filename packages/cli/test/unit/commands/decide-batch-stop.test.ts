import { describe, expect, it } from 'vitest';
import { type BatchStopState, decideBatchStop } from '../../../src/commands/batch/decide-batch-stop.ts';

const running: BatchStopState = { phase: 'running', reason: undefined };

describe('decideBatchStop', () => {
  it('drains at the first Ctrl-C, ends at the second, and has nothing to add to the third', () => {
    const [draining, first] = decideBatchStop(running, 'SIGINT');
    const [ending, second] = decideBatchStop(draining, 'SIGINT');
    const [still, third] = decideBatchStop(ending, 'SIGINT');
    expect([first, second, third]).toEqual(['drain', 'end', 'none']);
    expect([draining, ending, still]).toEqual([
      { phase: 'draining', reason: 'interrupted' },
      { phase: 'ending', reason: 'interrupted' },
      { phase: 'ending', reason: 'interrupted' },
    ]);
  });

  it.each([
    ['SIGTERM', 'terminated'],
    ['SIGHUP', 'hung-up'],
    ['READER_GONE', 'reader-gone'],
  ] as const)('ends at once at %s', (event, reason) => {
    expect(decideBatchStop(running, event)).toEqual([{ phase: 'ending', reason }, 'end']);
    expect(decideBatchStop({ phase: 'draining', reason: 'interrupted' }, event)).toEqual([
      { phase: 'ending', reason: 'interrupted' },
      'end',
    ]);
  });
});
