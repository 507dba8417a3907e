import { describe, expect, it } from 'vitest';
import type { MachineEffect, MachineEvent } from '../../../src/scenario/machine-types.ts';
import { line, play, timer } from './play.ts';

const end: MachineEvent = { type: 'input-ended' };
const signal = (name: NodeJS.Signals): MachineEvent => ({ type: 'signal', signal: name });
const request = (subtype: string, id = 'r1'): MachineEvent => line({ type: 'control_request', request_id: id, request: { subtype } });
const frame = (value: object): MachineEffect => ({ type: 'frame', frame: value as never });

describe('the end of a scenario machine', () => {
  it('ends as it is told, once', () => {
    expect(play([{ stderr: 'last words' }, { exit: 3 }, { say: { never: 1 } }], [end, line({})]).done).toEqual([
      [
        { type: 'complain', line: 'last words' },
        { type: 'exit', code: 3 },
      ],
      [],
      [],
    ]);
    expect(play([{ die: 'SIGSEGV' }], [end]).done).toEqual([[{ type: 'die', signal: 'SIGSEGV' }], []]);
    expect(play([{ close: 'stdout' }], []).done[0]).toEqual([{ type: 'close', pipe: 'stdout' }]);
  });

  it('leaves at the end of stdin when it waits for more, and says where it stood', () => {
    expect(play([{ expect: 'user' }, { say: {} }], [end]).done[1]).toEqual([
      { type: 'complain', line: 'scenario: stdin ended at step 1 of 2' },
      { type: 'exit', code: 0 },
    ]);
    expect(play([], [end]).done[1]).toEqual([{ type: 'exit', code: 0 }]);
    expect(play([{ hang: true }, { say: {} }], [end]).done[1]).toEqual([{ type: 'exit', code: 0 }]);
  });

  it('finishes what it was saying before it leaves', () => {
    const { done } = play([{ wait: 5 }, { say: { last: 1 } }], [end, timer(0)]);
    expect(done).toEqual([[{ type: 'timer', token: 0, ms: 5 }], [], [frame({ last: 1 }), { type: 'exit', code: 0 }]]);
    const late = play([{ expect: 'x' }, { answer: 'late', afterMs: 9 }], [request('x'), end, timer(0)]);
    expect(late.done.slice(2).map((effects) => effects.map((effect) => effect.type))).toEqual([[], ['frame', 'exit']]);
  });

  it('may expect the end of stdin', () => {
    expect(play([{ expect: 'EOF' }, { say: { after: 1 } }, { exit: 7 }], [end]).done[1]).toEqual([
      frame({ after: 1 }),
      { type: 'exit', code: 7 },
    ]);
    expect(play([{ expect: 'EOF' }], [line({ a: 1 })]).state.mismatch).toContain('expected "EOF", got {"a":1}');
    expect(play([{ expect: 'EOF', skip: true }, { exit: 1 }], [line({ a: 1 }), end]).done[2]).toEqual([{ type: 'exit', code: 1 }]);
  });

  it('leaves on signals as the real CLI does, and may ignore them', () => {
    expect((['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const).map((name) => play([], [signal(name)]).done[1]?.[0])).toEqual([
      { type: 'exit', code: 143 },
      { type: 'exit', code: 0 },
      { type: 'exit', code: 129 },
      { type: 'die', signal: 'SIGUSR1' },
    ]);
    expect(play([{ ignore: 'SIGTERM' }, { ignore: 'EOF' }], [signal('SIGTERM'), end, signal('SIGINT')]).done.slice(1)).toEqual([
      [],
      [],
      [{ type: 'exit', code: 0 }],
    ]);
  });
});
