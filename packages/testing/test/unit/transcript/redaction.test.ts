import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createTranscriptRedactor, type Redaction, type RecordedContext, type TranscriptLine } from '../../../src/index.ts';

const stamp = { run: 'a', t: 0 } as const;

/** A line of which tests look at every part. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- frames of many shapes are taken apart here
type Redacted = any;

function redact(lines: readonly TranscriptLine[], redaction?: Redaction, context?: RecordedContext): readonly Redacted[] {
  const redactor = createTranscriptRedactor(redaction, context);
  return [...lines.flatMap((line) => redactor.push(line)), ...redactor.flush()];
}

function json(value: unknown, dir: 'stdin' | 'stdout' = 'stdout'): TranscriptLine {
  return { ...stamp, dir, json: value };
}

/** Eight things that must not get into a file, where they come from, and how they show. */
const canaries = {
  key: 'sk-ant-api03-CANARYKEY0123456789abcdef',
  variable: 'canary variable "with quotes" \\ and more',
  prompt: 'canary of the prompt',
  answer: 'canary of the answer',
  tool: 'canary-of-a-tool-input',
  path: 'canaryproject',
  mail: 'canary.person@example.org',
  session: 'ca9a71e5-0000-4111-8222-333333333333',
} as const;

const context: RecordedContext = {
  cwd: `${homedir()}/${canaries.path}`,
  env: { HOME: homedir(), SOME_API_TOKEN: canaries.variable, ANTHROPIC_API_KEY: canaries.key, PATH: '/usr/bin' },
};

const delta = (index: number, piece: object, extra: object = {}): TranscriptLine =>
  json({ type: 'stream_event', event: { type: 'content_block_delta', index, delta: piece }, parent_tool_use_id: null, ...extra });

const recording: readonly TranscriptLine[] = [
  {
    ...stamp,
    dir: 'meta',
    event: 'spawn',
    argv: ['claude', '-p', '--append-system-prompt', canaries.prompt, `--resume=${canaries.session}`, '--model', 'opus'],
    cwd: context.cwd!,
  },
  json({ type: 'user', message: { role: 'user', content: canaries.prompt }, session_id: canaries.session }, 'stdin'),
  json({ type: 'user', message: { role: 'user', content: [{ type: 'text', text: `${canaries.prompt} ${canaries.mail}` }] } }, 'stdin'),
  json({
    type: 'control_response',
    response: { subtype: 'success', request_id: 'req_1', response: { account: { email: canaries.mail, [canaries.tool]: 1 }, pid: 7 } },
  }),
  json({
    type: 'system',
    subtype: 'init',
    cwd: context.cwd,
    session_id: canaries.session,
    model: 'claude-x',
    memory_paths: { auto: `${context.cwd!}/.claude` },
  }),
  json({
    type: 'assistant',
    message: {
      content: [
        { type: 'thinking', thinking: canaries.answer, signature: 'abc' },
        { type: 'text', text: canaries.answer },
      ],
    },
  }),
  json({
    type: 'assistant',
    message: {
      content: [
        { type: 'tool_use', id: 'toolu_01canary', name: 'Bash', input: { command: canaries.tool, [canaries.tool]: canaries.tool } },
      ],
    },
  }),
  json({
    type: 'user',
    message: { content: [{ type: 'tool_result', content: `${canaries.variable} in ${context.cwd!}` }] },
    tool_use_result: { stdout: canaries.key },
  }),
  json({ type: 'result', subtype: 'success', result: canaries.answer, errors: [canaries.key], modelUsage: { 'claude-x': { costUSD: 1 } } }),
  { ...stamp, dir: 'stderr', raw: `Error: key ${canaries.key} of ${canaries.mail} in ${context.cwd!} for ${canaries.session}` },
  { ...stamp, dir: 'stdout', raw: `{"broken": "${canaries.answer}` },
  { ...stamp, dir: 'stdout', raw: `\ufffd${canaries.tool}`, base64: Buffer.from(canaries.tool).toString('base64') },
  { ...stamp, dir: 'stdout', cut: true, bytes: 300_000, head: `{"text":"${canaries.answer}`, tail: `${canaries.tool}"}` },
  { ...stamp, dir: 'meta', event: 'children', before: [`52 39 sh -c ${canaries.tool} ${canaries.key}`] },
  delta(0, { type: 'text_delta', text: canaries.key.slice(0, 12) }),
  delta(0, { type: 'text_delta', text: canaries.key.slice(12) }),
];

function hits(lines: readonly unknown[], names: readonly (keyof typeof canaries)[]): readonly string[] {
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  return names.filter((name) => {
    const inJson = JSON.stringify(canaries[name]).slice(1, -1);
    return [canaries[name], inJson, Buffer.from(canaries[name]).toString('base64').replace(/=+$/, '')].some((shape) =>
      text.includes(shape),
    );
  });
}

describe('redaction', () => {
  const all = Object.keys(canaries) as (keyof typeof canaries)[];

  it('leaves none of eight canaries, all of which are in the recording', () => {
    expect(hits(recording, all)).toEqual(all);
    expect(hits(redact(recording, {}, context), all)).toEqual([]);
  });

  it('leaves no secret, path, id or address when prose is kept', () => {
    const lines = redact(recording, { prose: false }, context);
    expect(hits(lines, ['key', 'variable', 'path', 'mail', 'session'])).toEqual([]);
    expect(hits(lines, ['prompt', 'answer', 'tool'])).toEqual(['prompt', 'answer', 'tool']);
  });

  it('takes out a secret that is split over deltas, between other lines, whatever its block', () => {
    const lines = redact(
      [
        delta(0, { type: 'text_delta', text: `says ${canaries.key.slice(0, 9)}` }),
        delta(1, { type: 'input_json_delta', partial_json: `{"a":"${canaries.key.slice(0, 20)}` }),
        json({ type: 'system', subtype: 'status' }),
        delta(0, { type: 'text_delta', text: `${canaries.key.slice(9)} today` }),
        json({ type: 'stream_event', event: { type: 'content_block_stop', index: 0 }, parent_tool_use_id: null }),
        delta(1, { type: 'input_json_delta', partial_json: `${canaries.key.slice(20)}"}` }),
        json({ type: 'stream_event', event: { type: 'content_block_stop', index: 1 }, parent_tool_use_id: null }),
        delta(0, { type: 'thinking_delta', thinking: 'harmless ' }),
        delta(0, { type: 'thinking_delta', thinking: 'thought' }),
      ],
      { prose: false, secrets: [canaries.key] },
    );
    expect(lines).toHaveLength(9);
    expect(hits(lines, ['key'])).toEqual([]);
    const pieces = lines.map((line) => line.json.event?.delta).filter((piece) => piece !== undefined);
    expect(pieces.map((piece) => piece.text ?? piece.partial_json ?? piece.thinking)).toEqual([
      'says [secret] today',
      '{"a":"[secret]"}',
      '',
      '',
      'harmless ',
      'thought',
    ]);
    expect(lines[2].json).toEqual({ type: 'system', subtype: 'status' });
  });

  it('holds a stream no longer than to its result', () => {
    const redactor = createTranscriptRedactor({ prose: false });
    expect(redactor.push(delta(0, { type: 'text_delta', text: 'never closed' }))).toEqual([]);
    expect(redactor.push(json({ type: 'result', subtype: 'error_during_execution' }))).toHaveLength(2);
    expect(redactor.push(json({ type: 'system' }))).toHaveLength(1);
  });

  it('keeps what the wire defines, so that the recording can still be played', () => {
    const [spawn, user, , answer, init, , call, , result] = redact(recording, {}, context);
    expect(spawn.argv).toEqual([
      'claude',
      '-p',
      '--append-system-prompt',
      '[text 1: 20 chars]',
      '--resume=00000000-0000-4000-8000-000000000001',
      '--model',
      'opus',
    ]);
    expect(user.json).toEqual({
      type: 'user',
      message: { role: 'user', content: '[text 1: 20 chars]' },
      session_id: '00000000-0000-4000-8000-000000000001',
    });
    expect(user).toMatchObject({ edited: true, bytes: JSON.stringify((recording[1] as Redacted).json).length });
    expect(answer.json).toMatchObject({ type: 'control_response', response: { subtype: 'success', response: { pid: 7 } } });
    expect(init.json).toMatchObject({ subtype: 'init', cwd: expect.any(String), session_id: user.json.session_id, model: 'claude-x' });
    expect(call.json.message.content[0]).toMatchObject({
      type: 'tool_use',
      name: 'Bash',
      input: { command: expect.stringMatching(/^\[text/) },
    });
    expect(result.json).toMatchObject({ subtype: 'success', modelUsage: { 'claude-x': { costUSD: 1 } } });
  });

  it('gives equal texts and equal ids equal stand-ins, different ones different ones, and never takes a stand-in apart', () => {
    const frame = (text: string, id: string): TranscriptLine => json({ result: text, uuid: id, tool_use_id: `toolu_${id.slice(0, 8)}` });
    const ids = ['aaaaaaaa-1111-4111-8111-111111111111', 'bbbbbbbb-1111-4111-8111-111111111111'] as const;
    const once = redact([frame('one', ids[0]), frame('two', ids[1]), frame('one', ids[0])]);
    expect(once[2]).toEqual(once[0]);
    expect(new Set(once.slice(0, 2).flatMap(({ json: { result, uuid, tool_use_id: tool } }) => [result, uuid, tool])).size).toBe(6);
    expect(redact(redact(recording, {}, context), {}, context).map((line) => line.json)).toEqual(
      redact(recording, {}, context).map((line) => line.json),
    );
  });

  it('makes paths neutral, the folder that Claude Code names after a path too', () => {
    const [line] = redact(
      [json({ text: `/srv/jobs/17/repo/a.ts /srv/jobs/17/repository -srv-jobs-17-repo /home/jane/x C:\\Users\\jane\\y` })],
      { prose: false },
      { cwd: '/srv/jobs/17/repo' },
    );
    expect(line.json.text).toBe('/workspace/a.ts /srv/jobs/17/repository -workspace /home/user/x C:\\Users\\user\\y');
    const [mapped] = redact([json({ text: '/data/private/x' })], { prose: false, paths: { '/data/private': '/data' } });
    expect(mapped.json.text).toBe('/data/x');
  });

  it.each<[string, Redaction, string]>([
    ['paths', { paths: false, prose: false }, '/home/jane/x'],
    ['keys', { keys: false, prose: false, secrets: [] }, 'ghp_0123456789abcdef0123'],
    ['ids', { ids: false, prose: false }, 'ca9a71e5-0000-4111-8222-333333333333'],
    ['prose', { prose: false }, 'plain words'],
  ])('leaves %s alone when told so', (_, redaction, text) => {
    expect(redact([json({ text })], redaction)[0].json.text).toBe(text);
    expect(redact([json({ text })])[0].json.text).not.toBe(text);
  });

  it.each([
    'sk-ant-api03-abcdefgh12345678',
    'ghp_0123456789abcdef0123',
    'github_pat_11ABCDEFG0123456789',
    'AKIAIOSFODNN7EXAMPLE',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
    'Bearer abcdefgh.ijkl',
    'someone@example.org',
    '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----',
  ])('knows %j as a credential or an address', (text) => {
    expect(redact([json({ text: `it is ${text} there` })], { prose: false, secrets: [], paths: false })[0].json.text).toMatch(
      /^it is \[secret\].* there$/,
    );
  });

  it('lets a function decide about prose, and still cleans what it returns', () => {
    const seen: string[] = [];
    const prose = (text: string, path: readonly string[]): string | undefined => {
      seen.push(path.join('.'));
      return path.includes('content') ? `${text} by me@example.org` : undefined;
    };
    const [line] = redact([json({ message: { content: [{ text: 'kept' }] }, result: 'gone' })], { prose });
    expect(line.json).toEqual({ message: { content: [{ text: 'kept by [secret]' }] }, result: '[text 1: 4 chars]' });
    expect(seen).toEqual(['message.content.0.text', 'result']);
  });

  it('takes out more patterns, and leaves a line without anything to take out as it is', () => {
    expect(redact([json({ text: 'ticket ABC-123' })], { prose: false, patterns: [/[A-Z]+-\d+/g] })[0].json.text).toBe('ticket [secret]');
    const plain = json({ type: 'keep_alive', n: 1.5 });
    expect(redact([plain])).toEqual([plain]);
  });
});
