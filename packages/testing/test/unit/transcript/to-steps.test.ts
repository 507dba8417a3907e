import { describe, expect, it } from 'vitest';
import { stepsOf, TranscriptError, type Step, type TranscriptLine } from '../../../src/index.ts';

type Said = Omit<TranscriptLine, 'run' | 't'>;
const at = (t: number, said: object): TranscriptLine => ({ run: 'r', t, ...said }) as TranscriptLine;
const run = (...said: readonly object[]): readonly TranscriptLine[] => said.map((one, index) => at(index * 10, one));
const input = (json: unknown): object => ({ dir: 'stdin', json }) satisfies Partial<Said>;
const output = (json: unknown): object => ({ dir: 'stdout', json });
const meta = (event: string, fields: object = {}): object => ({ dir: 'meta', event, ...fields });
const user = (content: unknown, extra: object = {}): object => ({
  type: 'user',
  message: { role: 'user', content },
  parent_tool_use_id: null,
  session_id: '',
  ...extra,
});

const rows: readonly (readonly [string, readonly object[], readonly Step[]])[] = [
  ['a prompt is expected by its words', [input(user('hi'))], [{ expect: { type: 'user', message: { role: 'user', content: 'hi' } } }]],
  [
    'a prompt whose words were taken away may be anything',
    [input(user('[text 3: 20 chars]')), input(user([{ type: 'text', text: '[text 4: 2 chars]' }]))],
    [
      { expect: { type: 'user', message: { role: 'user', content: '$any' } } },
      { expect: { type: 'user', message: { role: 'user', content: '$any' } } },
    ],
  ],
  [
    'ids of the host are its own, and come back in what the process says',
    [
      input({ type: 'control_request', request_id: 'req_1_ab', request: { subtype: 'set_model', model: 'x' } }),
      output({ type: 'control_response', response: { subtype: 'success', request_id: 'req_1_ab' } }),
      input(user('hi', { uuid: 'u-1' })),
      output({ type: 'result', user_message_uuids: ['u-1', 'other'] }),
    ],
    [
      { expect: { type: 'control_request', request_id: '$request_1', request: { subtype: 'set_model', model: 'x' } } },
      { say: { type: 'control_response', response: { subtype: 'success', request_id: '$request_1' } } },
      { expect: { type: 'user', uuid: '$message_2', message: { role: 'user', content: 'hi' } } },
      { say: { type: 'result', user_message_uuids: ['$message_2', 'other'] } },
    ],
  ],
  [
    'of initialize only the names of the callbacks count',
    [
      input({
        type: 'control_request',
        request_id: '1',
        request: {
          subtype: 'initialize',
          agents: {},
          hooks: { PreToolUse: [{ matcher: 'Bash', hookCallbackIds: ['h0'], timeout: 3 }], Stop: [] },
        },
      }),
      output({ type: 'control_request', request_id: 'c', request: { subtype: 'hook_callback', callback_id: 'h0' } }),
    ],
    [
      {
        expect: {
          type: 'control_request',
          request_id: '$request_1',
          request: { subtype: 'initialize', hooks: { PreToolUse: [{ hookCallbackIds: ['$hook_2'] }] } },
        },
      },
      { say: { type: 'control_request', request_id: 'c', request: { subtype: 'hook_callback', callback_id: '$hook_2' } } },
    ],
  ],
  [
    'an answer moves up to its request, past what the host had sent already',
    [
      input({ type: 'control_request', request_id: '1', request: { subtype: 'initialize' } }),
      input(user('at once')),
      output({ type: 'control_response', response: { request_id: '1' } }),
    ],
    [
      { expect: { type: 'control_request', request_id: '$request_1', request: { subtype: 'initialize' } } },
      { say: { type: 'control_response', response: { request_id: '$request_1' } } },
      { expect: { type: 'user', message: { role: 'user', content: 'at once' } } },
    ],
  ],
  [
    'an answer of the host is expected by what it decides',
    [
      input({
        type: 'control_response',
        response: { subtype: 'success', request_id: 'c', response: { behavior: 'deny', message: '[text 1: 9 chars]' } },
      }),
      input({ type: 'control_response', response: { subtype: 'error', request_id: 'd', error: 'own words' } }),
      input({
        type: 'control_response',
        response: { subtype: 'success', request_id: 'e', response: { mcp_response: { jsonrpc: '2.0', id: 4, result: { big: 1 } } } },
      }),
    ],
    [
      {
        expect: {
          type: 'control_response',
          response: { subtype: 'success', request_id: 'c', response: { behavior: 'deny', message: '$any' } },
        },
      },
      { expect: { type: 'control_response', response: { subtype: 'error', request_id: 'd' } } },
      { expect: { type: 'control_response', response: { subtype: 'success', request_id: 'e', response: { mcp_response: { id: 4 } } } } },
    ],
  ],
  [
    'text that looks like a placeholder is only text',
    [input(user('$HOME')), output({ type: 'assistant', text: '$HOME' })],
    [{ expect: { type: 'user', message: { role: 'user', content: '$$HOME' } } }, { say: { type: 'assistant', text: '$$HOME' } }],
  ],
  [
    'lines that are no frames are said byte by byte',
    [
      { dir: 'stdout', raw: 'noise' },
      { dir: 'stdout', raw: '{"a": 1}\r' },
      { dir: 'stdout', raw: '{\ufffd}', base64: 'e/99' },
      { dir: 'stdout', json: 'a word' },
      { dir: 'stdout', raw: 'rest', noLf: true },
      { dir: 'stderr', raw: 'trouble' },
    ],
    [
      { raw: 'noise\n' },
      { raw: '{"a": 1}\r\n' },
      { raw: 'e/99Cg==', encoding: 'base64' },
      { raw: '"a word"\n' },
      { raw: 'rest' },
      { stderr: 'trouble' },
    ],
  ],
  [
    'a line of stdin that is spelt unusually is expected by its value, one that is no object as any line',
    [
      { dir: 'stdin', raw: '{"type": "user", "message": {"role": "user", "content": "x"}}\r' },
      { dir: 'stdin', raw: 'not json' },
    ],
    [{ expect: { type: 'user', message: { role: 'user', content: 'x' } } }, { expect: '*' }],
  ],
  [
    'the end of stdin and an exit',
    [meta('spawn'), meta('stdin-eof'), meta('stdout-end'), meta('exit', { code: 1, signal: null }), meta('close', { code: 1 })],
    [{ expect: 'EOF' }, { exit: 1 }],
  ],
  ['a crash', [meta('exit', { code: null, signal: 'SIGSEGV' })], [{ die: 'SIGSEGV' }]],
  ['a signal of the host', [meta('kill', { signal: 'SIGINT' }), output({ type: 'result' }), meta('exit', { code: 0 })], [{ hang: true }]],
  [
    'a signal that no recorder saw',
    [output({ type: 'a' }), meta('exit', { code: 143, signal: null })],
    [{ say: { type: 'a' } }, { hang: true }],
  ],
  [
    'lines that were written at once are expected one by one, blank ones not at all',
    [{ dir: 'stdin', raw: '\n  \n{"type":"keep_alive"}' }],
    [{ expect: { type: 'keep_alive' } }],
  ],
  [
    'a frame without its body is expected without it',
    [input({ type: 'user' }), input({ type: 'control_response' }), input({ type: 'control_request' })],
    [{ expect: { type: 'user' } }, { expect: { type: 'control_response' } }, { expect: { type: 'control_request' } }],
  ],
  ['a cut line of the host may be any line', [{ dir: 'stdin', cut: true, bytes: 900, head: '{"type":"us' }], [{ expect: '*' }]],
  [
    'a cut line is mended with as many letters',
    [
      { dir: 'stdout', cut: true, bytes: 23, head: '{"text":"a', tail: 'b"}' },
      { dir: 'stdin', cut: true, bytes: 60, head: '{"type":"user","message":{"role":"user","content":"x', tail: 'x"}}' },
    ],
    [{ say: { text: 'axxxxxxxxxxb' } }, { expect: { type: 'user', message: { role: 'user', content: 'xxxxxx' } } }],
  ],
];

describe('stepsOf', () => {
  it.each(rows)('%s', (_, said, steps) => {
    expect(stepsOf(run(...said))).toEqual(steps);
  });

  it('keeps the time between what the process said when asked to', () => {
    const lines = [
      at(0, meta('spawn')),
      at(5, input(user('x'))),
      at(105.4, output({ type: 'a' })),
      at(105.5, output({ type: 'b' })),
      at(130, meta('exit', { code: 0 })),
    ];
    expect(stepsOf(lines, { keepTiming: true }).filter((step) => !('expect' in step))).toEqual([
      { wait: 100 },
      { say: { type: 'a' } },
      { say: { type: 'b' } },
      { wait: 25 },
      { exit: 0 },
    ]);
  });

  it('adds an initialize where none was recorded, and none where one was', () => {
    const [expected, said, ...rest] = stepsOf(run(input(user('x'))), { ensureInitialize: true });
    expect(expected).toEqual({ expect: { type: 'control_request', request_id: '$request_0', request: { subtype: 'initialize' } } });
    expect(said).toEqual({ say: { type: 'control_response', response: { subtype: 'success', request_id: '$request_0', response: {} } } });
    expect(rest).toEqual(stepsOf(run(input(user('x')))));
    const recorded = run(input({ type: 'control_request', request_id: '1', request: { subtype: 'initialize' } }));
    expect(stepsOf(recorded, { ensureInitialize: true })).toEqual(stepsOf(recorded));
  });

  it('says which line cannot be mended', () => {
    const lines = run(output({}), { dir: 'stdout', cut: true, bytes: 9000, head: '{"a":', tail: '}' });
    expect(() => stepsOf(lines)).toThrow(TranscriptError);
    expect(() => stepsOf(lines)).toThrow(expect.objectContaining({ code: 'UNREPLAYABLE_LINE', at: 1 }));
  });
});
