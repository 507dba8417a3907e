import { describe, expect, it } from 'vitest';
import { isFinished } from '../../../src/scenario/machine.ts';
import type { MachineEffect, MachineEvent } from '../../../src/scenario/machine-types.ts';
import type { Step } from '../../../src/scenario/step.ts';
import { line, play, timer } from './play.ts';

const request = (subtype: string, id = 'r1'): MachineEvent => line({ type: 'control_request', request_id: id, request: { subtype } });
const frame = (value: object): MachineEffect => ({ type: 'frame', frame: value as never });

describe('a scenario machine', () => {
  it('waits for what it expects and says what comes next', () => {
    const { done, state } = play(
      [{ expect: 'user' }, { say: { type: 'x', heard: '$text', about: '$message_uuid' } }],
      [line({ type: 'user', uuid: 'u1', message: { role: 'user', content: [{ type: 'text', text: 'hi' }] } })],
    );
    expect(done).toEqual([[], [frame({ type: 'x', heard: 'hi', about: 'u1' })]]);
    expect(isFinished(state)).toBe(true);
  });

  it('keeps lines that come early, in order', () => {
    const { done } = play(
      [{ expect: { n: 1 } }, { wait: 10 }, { expect: { n: 2 } }, { say: { ok: true } }],
      [line({ n: 1 }), line({ n: 2 }), timer(0)],
    );
    expect(done).toEqual([[], [{ type: 'timer', token: 0, ms: 10 }], [], [frame({ ok: true })]]);
  });

  it('an unexpected line ends it, with the step and the field', () => {
    const { done, state } = play(
      [{ expect: { type: 'user', message: { content: 'hi' } } }],
      [line({ type: 'user', message: { content: 'ho' } }), line({})],
    );
    expect(done[1]).toEqual([
      { type: 'complain', line: 'scenario: step 1 of 1: message.content: expected "hi", got "ho"' },
      { type: 'exit', code: 65 },
    ]);
    expect(done[2]).toEqual([]);
    expect([isFinished(state), state.mismatch]).toEqual([false, 'scenario: step 1 of 1: message.content: expected "hi", got "ho"']);
  });

  it('names the subtype when another request comes, and the text of what is no JSON', () => {
    expect(play([{ expect: 'initialize' }], [request('interrupt')]).state.mismatch).toContain(
      'request.subtype: expected "initialize", got "interrupt"',
    );
    expect(play([{ expect: 'user' }], [line('not json')]).state.mismatch).toContain(
      'the message: expected {"type":"user"}, got "not json"',
    );
    expect(play([{ expect: '*' }, { exit: 0 }], [line('not json')]).done[1]).toEqual([{ type: 'exit', code: 0 }]);
  });

  it('may pass over what does not match', () => {
    const { done } = play(
      [{ expect: 'user', skip: true }, { say: { ok: 1 } }],
      [request('initialize'), line({ type: 'user', message: { content: '' } })],
    );
    expect(done).toEqual([[], [], [frame({ ok: 1 })]]);
  });

  it('answers the request that it expected, in every way', () => {
    const success = { type: 'control_response', response: { subtype: 'success', request_id: 'r1', response: { pid: 1 } } };
    expect(play([{ expect: 'initialize' }, { answer: 'success', response: { pid: 1 } }], [request('initialize')]).done[1]).toEqual([
      frame(success),
    ]);
    expect(play([{ expect: 'initialize' }, { answer: 'twice', response: { pid: 1 } }], [request('initialize')]).done[1]).toEqual([
      frame(success),
      frame(success),
    ]);
    expect(play([{ expect: 'initialize' }, { answer: 'never' }, { say: { on: 1 } }], [request('initialize')]).done[1]).toEqual([
      frame({ on: 1 }),
    ]);
    expect(play([{ expect: 'x' }, { answer: 'error', error: 'no', errorCode: 'unsupported_request' }], [request('x')]).done[1]).toEqual([
      frame({ type: 'control_response', response: { subtype: 'error', request_id: 'r1', error: 'no', error_code: 'unsupported_request' } }),
    ]);
    const late = play(
      [{ expect: 'x' }, { answer: 'late', response: { pid: 1 }, afterMs: 50 }, { say: { on: 1 } }],
      [request('x'), timer(0)],
    );
    expect(late.done.slice(1)).toEqual([[{ type: 'timer', token: 0, ms: 50 }, frame({ on: 1 })], [frame(success)]]);
  });

  it('answers an earlier request by its name', () => {
    const steps: readonly Step[] = [
      { expect: { request_id: '$first' } },
      { expect: { request_id: '$second' } },
      { answer: 'success', to: '$second' },
      { answer: 'success', to: '$first' },
    ];
    const ids = play(steps, [request('a', 'r1'), request('b', 'r2')]).done[2]?.map((effect) =>
      effect.type === 'frame' ? (effect.frame['response'] as { request_id: string }).request_id : '',
    );
    expect(ids).toEqual(['r2', 'r1']);
  });

  it('asks the host and waits for its answer, whatever else comes meanwhile', () => {
    const steps: readonly Step[] = [
      { ask: { subtype: 'can_use_tool', tool_name: 'Bash' }, as: 'tool', answered: { behavior: 'allow', updatedInput: '$input' } },
      { say: { ran: '$input', id: '$tool', answer: '$tool_answer' } },
      { expect: 'user' },
      { exit: 0 },
    ];
    const id = '11111111-2222-4333-8444-000000000000';
    const { done } = play(steps, [
      line({ type: 'user', message: { content: 'early' } }),
      line({
        type: 'control_response',
        response: { subtype: 'success', request_id: id, response: { behavior: 'allow', updatedInput: { a: 1 } } },
      }),
    ]);
    expect(done[0]).toEqual([frame({ type: 'control_request', request_id: id, request: { subtype: 'can_use_tool', tool_name: 'Bash' } })]);
    expect(done[1]).toEqual([]);
    expect(done[2]).toEqual([
      frame({ ran: { a: 1 }, id, answer: { behavior: 'allow', updatedInput: { a: 1 } } }),
      { type: 'exit', code: 0 },
    ]);
  });

  it('an answer of another shape than wanted ends it; an error is an answer too', () => {
    const steps: readonly Step[] = [{ ask: { subtype: 'hook_callback' }, answered: { behavior: 'allow' } }];
    const answer = (response: object): MachineEvent =>
      line({ type: 'control_response', response: { request_id: '11111111-2222-4333-8444-000000000000', ...response } });
    expect(play(steps, [answer({ subtype: 'success', response: { behavior: 'deny' } })]).state.mismatch).toContain(
      'behavior: expected "allow", got "deny"',
    );
    expect(play(steps, [answer({ subtype: 'error', error: 'boom' })]).state.mismatch).toContain('behavior: expected "allow", got nothing');
    const open: readonly Step[] = [{ ask: { subtype: 'hook_callback' } }, { say: { got: '$ask_answer' } }];
    expect(play(open, [answer({ subtype: 'error', error: 'boom' })]).done[1]).toEqual([frame({ got: { error: 'boom' } })]);
  });

  it('may ask without waiting, and withdraw', () => {
    const { done } = play([{ ask: { subtype: 'mcp_message' }, await: false }, { cancel: '$ask' }], []);
    const id = '11111111-2222-4333-8444-000000000000';
    expect(done[0]).toEqual([
      frame({ type: 'control_request', request_id: id, request: { subtype: 'mcp_message' } }),
      frame({ type: 'control_cancel_request', request_id: id }),
    ]);
  });

  it('emits many, at once or one by one', () => {
    expect(play([{ emit: { i: '$index', s: '$session', t: '$now' }, count: 2 }], []).done[0]).toEqual([
      frame({ i: 0, s: 'session-1', t: '2026-01-02T03:04:05.678Z' }),
      frame({ i: 1, s: 'session-1', t: '2026-01-02T03:04:05.678Z' }),
    ]);
    const slow = play([{ emit: { i: '$index' }, count: 2, everyMs: 5 }, { say: { end: 1 } }], [timer(0), timer(1)]);
    expect(slow.done).toEqual([
      [frame({ i: 0 }), { type: 'timer', token: 0, ms: 5 }],
      [frame({ i: 1 }), { type: 'timer', token: 1, ms: 5 }],
      [frame({ end: 1 })],
    ]);
    expect(play([{ emit: {}, count: 0 }, { say: { end: 1 } }], []).done[0]).toEqual([frame({ end: 1 })]);
  });

  it('prints bytes as they are, cut where it is told to', () => {
    const { done } = play(
      [{ raw: 'abcde', chunkBytes: 2 }, { raw: 'ff00', encoding: 'hex' }, { raw: '4piV', encoding: 'base64' }, { raw: '' }],
      [],
    );
    expect(done[0]?.map((effect) => (effect.type === 'raw' ? [...effect.bytes] : []))).toEqual([
      [97, 98],
      [99, 100],
      [101],
      [255, 0],
      [0xe2, 0x98, 0x95],
    ]);
  });

  it('makes whole frames of the wire', () => {
    const { done } = play(
      [
        { init: { model: 'm' } },
        { assistant: 'hello' },
        { assistant: [{ type: 'tool_use', id: 't', name: 'Bash', input: {} }] },
        { task: 'started', task_id: 'b1', fields: { task_type: 'local_agent' } },
        { result: 'bye' },
        { result: { is_error: true, subtype: 'error_during_execution' } },
      ],
      [],
    );
    const frames = done[0]!.map((effect) => (effect.type === 'frame' ? effect.frame : {}));
    expect(frames).toMatchObject([
      { type: 'system', subtype: 'init', model: 'm', session_id: 'session-1', cwd: '/workspace' },
      { type: 'assistant', message: { role: 'assistant', content: [{ type: 'text', text: 'hello' }] } },
      { type: 'assistant', message: { content: [{ type: 'tool_use', name: 'Bash' }] } },
      { type: 'system', subtype: 'task_started', task_id: 'b1', task_type: 'local_agent' },
      { type: 'result', subtype: 'success', is_error: false, result: 'bye', result_index: 0 },
      { type: 'result', subtype: 'error_during_execution', is_error: true, result_index: 1 },
    ]);
    const ids = frames.map((said) => said['uuid']);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('repeats', () => {
    const { done, state } = play(
      [{ repeat: [{ expect: 'user' }, { say: { n: '$text' } }], times: 2 }],
      ['a', 'b'].map((content) => line({ type: 'user', message: { content } })),
    );
    expect(done.slice(1)).toEqual([[frame({ n: 'a' })], [frame({ n: 'b' })]]);
    expect(isFinished(state)).toBe(true);
    expect(play([{ repeat: [{ exit: 1 }], times: 0 }], []).done[0]).toEqual([]);
  });
});
