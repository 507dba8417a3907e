import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideStop, type StopEvent, type StopState } from '../../../src/commands/shared/stop-decision.ts';

const events: readonly StopEvent[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'TIMEOUT', 'READER_GONE'];

function play(
  phase: StopState['phase'],
  ...happened: readonly StopEvent[]
): { readonly actions: readonly string[]; readonly state: StopState } {
  let state: StopState = { phase, reason: undefined };
  const actions = happened.map((event) => {
    const [next, action] = decideStop(state, event);
    state = next;
    return action;
  });
  return { actions, state };
}

describe('decideStop', () => {
  it('interrupts, ends and kills at the first, second and third Ctrl-C', () => {
    const { actions, state } = play('running', 'SIGINT', 'SIGINT', 'SIGINT');
    expect(actions).toEqual(['interrupt', 'end', 'kill']);
    expect(state.reason).toBe('interrupted');
  });

  it('ends at the first Ctrl-C while there is no turn yet', () => expect(play('starting', 'SIGINT').actions).toEqual(['end']));

  it.each([
    ['SIGTERM', 'terminated'],
    ['SIGHUP', 'hung-up'],
    ['TIMEOUT', 'timed-out'],
    ['READER_GONE', 'reader-gone'],
  ] as const)('ends a turn at %s', (event, reason) => {
    const { actions, state } = play('running', event);
    expect(actions).toEqual(['end']);
    expect(state.reason).toBe(reason);
  });

  it('kills only because of a signal', () => {
    expect(play('running', 'SIGTERM', 'TIMEOUT', 'READER_GONE', 'SIGTERM').actions).toEqual(['end', 'none', 'none', 'kill']);
  });

  it('keeps the first reason, ends at most once and always ends at the second signal', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 8 }), (happened) => {
        const { actions, state } = play('running', ...happened);
        const first = play('running', happened[0]!).state.reason;
        expect(state.reason).toBe(first);
        expect(actions.filter((action) => action === 'end').length).toBeLessThanOrEqual(1);
        expect(actions.filter((action) => action === 'interrupt').length).toBeLessThanOrEqual(1);
        if (happened.length > 1) expect(state.phase).toBe('ending');
      }),
    );
  });
});
