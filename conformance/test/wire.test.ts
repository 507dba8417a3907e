import { expect } from 'vitest';
import type { Conversation, Frame } from '../src/converse.ts';
import { verifies } from '../src/verifies.ts';

const kinds = (frames: readonly Frame[]): readonly string[] =>
  frames.map((frame) => (frame['type'] === 'system' ? `system/${frame['subtype']}` : String(frame['type'])));
const results = (conversation: Conversation): readonly Frame[] => conversation.frames.filter((frame) => frame['type'] === 'result');
const inits = (conversation: Conversation): readonly Frame[] =>
  conversation.frames.filter((frame) => frame['type'] === 'system' && frame['subtype'] === 'init');
const asked = (conversation: Conversation, subtype: string): readonly Frame[] =>
  conversation.frames.filter((frame) => frame['type'] === 'control_request' && frame['request'].subtype === subtype);
const at = (conversation: Conversation, test: (frame: Frame) => boolean): number => conversation.frames.findIndex(test);
const toolResults = (conversation: Conversation): readonly Frame[] =>
  conversation.frames
    .flatMap((frame) => (frame['type'] === 'user' && Array.isArray(frame['message'].content) ? (frame['message'].content as Frame[]) : []))
    .filter((block) => block['type'] === 'tool_result');

verifies('one-shot.result', (conversation) => {
  const { frames, code } = conversation;
  expect(kinds(frames).filter((kind) => ['system/init', 'assistant', 'result'].includes(kind))).toEqual([
    'system/init',
    'assistant',
    'result',
  ]);
  expect(results(conversation)[0]).toMatchObject({
    subtype: 'success',
    is_error: false,
    result: 'hi there',
    num_turns: 1,
    terminal_reason: 'completed',
  });
  expect(code).toBe(0);
});

verifies('one-shot.without-print', (conversation) => {
  expect(results(conversation)).toMatchObject([{ subtype: 'success', is_error: false }]);
  expect(conversation.code).toBe(0);
});

verifies('flags.verbose-required', ({ frames, stderr, code }) => {
  expect({ frames, code }).toEqual({ frames: [], code: 1 });
  expect(stderr).toContain('requires --verbose');
});

verifies('flags.unknown', ({ frames, stderr, code }) => {
  expect({ frames, code }).toEqual({ frames: [], code: 1 });
  expect(stderr).toContain('--no-such-flag');
});

verifies('multi-turn.init-every-turn', (conversation) => {
  expect(inits(conversation)).toHaveLength(3);
  expect(results(conversation).map((result) => result['result'] as unknown)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  expect(new Set(results(conversation).map((result) => result['session_id'] as unknown)).size).toBe(1);
});

verifies('multi-turn.lifecycle', (conversation) => {
  const states = conversation.frames.filter((frame) => frame['type'] === 'command_lifecycle');
  const ids = [...new Set(states.map((frame) => frame['command_uuid'] as string))];
  expect(ids).toHaveLength(2);
  for (const id of ids)
    expect(states.filter((frame) => frame['command_uuid'] === id).map((frame) => frame['state'] as unknown)).toEqual([
      'queued',
      'started',
      'completed',
    ]);
  expect(results(conversation).map((result) => result['user_message_uuids'] as unknown)).toEqual(ids.map((id) => [id]));
});

verifies('initialize.answer', ({ frames }) => {
  expect(frames[0]).toMatchObject({
    type: 'control_response',
    response: { subtype: 'success', response: { commands: expect.any(Array), models: expect.any(Array), pid: expect.any(Number) } },
  });
});

verifies('permission.allow', (conversation) => {
  expect(asked(conversation, 'can_use_tool')).toMatchObject([
    { request: { tool_name: 'Bash', input: { command: 'touch a.txt && echo made' }, tool_use_id: expect.any(String) } },
  ]);
  expect(toolResults(conversation)).toMatchObject([{ content: 'made', is_error: false }]);
  expect(results(conversation)).toMatchObject([{ subtype: 'success', is_error: false, result: 'all done', permission_denials: [] }]);
});

verifies('permission.deny', (conversation) => {
  expect(toolResults(conversation)).toMatchObject([{ content: expect.stringContaining('not today'), is_error: true }]);
  expect(results(conversation)).toMatchObject([{ subtype: 'success', is_error: false, result: 'all done' }]);
  expect(results(conversation)[0]!['permission_denials']).toHaveLength(1);
});

verifies('permission.interrupt', (conversation) => {
  const [question] = asked(conversation, 'can_use_tool');
  const canceled = conversation.frames.filter((frame) => frame['type'] === 'control_cancel_request');
  expect(canceled).toMatchObject([{ request_id: question!['request_id'] }]);
  expect(results(conversation)).toMatchObject([{ subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_tools' }]);
});

verifies('hooks.order', (conversation) => {
  const order = conversation.frames.flatMap((frame) => {
    if (frame['type'] === 'control_request') return [frame['request'].subtype === 'hook_callback' ? `hook` : 'permission'];
    if (frame['type'] === 'system' && frame['subtype'] === 'init') return ['init'];
    if (frame['type'] === 'user') return ['tool result'];
    return frame['type'] === 'result' ? ['result'] : [];
  });
  // UserPromptSubmit; then PreToolUse; PermissionRequest and the permission come together; PostToolUse; Stop.
  expect(order[0]).toBe('hook');
  expect(order[1]).toBe('init');
  expect(order[2]).toBe('hook');
  expect([...order.slice(3, 5)].sort()).toEqual(['hook', 'permission']);
  expect(order.slice(5)).toEqual(['hook', 'tool result', 'hook', 'result']);
});

verifies('mcp.first', (conversation) => {
  const methods = asked(conversation, 'mcp_message').map((frame) => frame['request'].message.method as unknown);
  expect(methods).toEqual(['initialize', 'notifications/initialized', 'tools/list', 'tools/call']);
  const firstQuestion = at(conversation, (frame) => frame['type'] === 'control_request');
  const answer = at(conversation, (frame) => frame['type'] === 'control_response');
  expect(firstQuestion).toBeLessThan(answer);
  expect(toolResults(conversation)).toHaveLength(1);
});

verifies('interrupt.mid-stream', (conversation) => {
  expect(conversation.frames.find((frame) => frame['type'] === 'control_response')).toMatchObject({
    response: { subtype: 'success', response: { still_queued: [] } },
  });
  expect(conversation.frames.find((frame) => frame['type'] === 'assistant')).toMatchObject({ aborted: true });
  expect(results(conversation)).toMatchObject([
    { subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_streaming' },
    { subtype: 'success', is_error: false, result: 'still here' },
  ]);
});

verifies('interrupt.idle', (conversation) => {
  expect(conversation.frames.filter((frame) => frame['type'] === 'control_response')).toMatchObject([{ response: { subtype: 'success' } }]);
  expect(results(conversation)).toMatchObject([
    { subtype: 'success', result: 'hello' },
    { subtype: 'success', result: 'hello again' },
  ]);
});

verifies('partial.order', ({ frames }) => {
  const order = frames.flatMap((frame) =>
    frame['type'] === 'stream_event' ? [String(frame['event'].type)] : frame['type'] === 'assistant' ? ['assistant'] : [],
  );
  const withoutRepeats = order.filter((kind, index) => kind !== order[index - 1]);
  expect(withoutRepeats).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'assistant',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
  const text = frames.map((frame) => (frame['type'] === 'stream_event' ? (frame['event'].delta?.text ?? '') : '') as string).join('');
  expect(text).toBe('one two three four');
});

for (const [id, status, error] of [
  ['api-error.500', 500, 'server_error'],
  ['api-error.529', 529, 'overloaded'],
] as const) {
  verifies(id, (conversation) => {
    expect(conversation.frames.filter((frame) => frame['subtype'] === 'api_retry')).toMatchObject([
      { attempt: 1, error_status: status, error },
    ]);
    expect(conversation.frames.find((frame) => frame['type'] === 'assistant')).toMatchObject({
      message: { model: '<synthetic>' },
      error: expect.any(String),
    });
    expect(results(conversation)).toMatchObject([
      { subtype: 'success', is_error: true, api_error_status: status, terminal_reason: 'api_error' },
      { subtype: 'success', is_error: false, result: 'recovered' },
    ]);
    expect(conversation.code).toBe(0);
  });
}

verifies('malformed.not-json', ({ frames, stderr, code }) => {
  expect({ frames, code }).toEqual({ frames: [], code: 1 });
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('Error parsing streaming input line');
});

verifies('malformed.mid-turn', (conversation) => {
  expect({ inits: inits(conversation).length, results: results(conversation).length, code: conversation.code }).toEqual({
    inits: 1,
    results: 0,
    code: 1,
  });
});

verifies('malformed.blank', (conversation) => expect(results(conversation)).toMatchObject([{ result: 'alive' }]));

verifies('malformed.unicode', (conversation) =>
  expect(results(conversation)).toMatchObject([{ result: 'unicode ok' }, { result: 'alive' }]),
);

verifies('malformed.no-newline', (conversation) => {
  expect(results(conversation)).toMatchObject([{ result: 'no newline ok' }]);
  expect(conversation.code).toBe(0);
});

verifies('exit.term', ({ code, signal }) => expect({ code, signal }).toEqual({ code: 143, signal: null }));

verifies('resume.known', (conversation) =>
  expect(results(conversation)).toMatchObject([{ subtype: 'success', is_error: false, session_id: inits(conversation)[0]!['session_id'] }]),
);

verifies('resume.unknown', (conversation) => {
  expect(results(conversation)).toMatchObject([{ subtype: 'error_during_execution', is_error: true }]);
  expect(conversation.stderr).toContain('No conversation found');
  expect(conversation.code).toBe(1);
});
