import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultFactories } from '../../../src/fake-cli/faults/apply-faults.ts';
import type { FaultName } from '../../../src/scenario/fault.ts';
import type { JsonObject } from '../../../src/scenario/json.ts';
import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import type { Reply } from '../../../src/scenario/reply.ts';
import { ScenarioError } from '../../../src/scenario/scenario-error.ts';
import schema from '../../../src/scenario/scenario.schema.json' with { type: 'json' };
import type { Step } from '../../../src/scenario/step.ts';

/** One step of every kind; the compiler misses a kind that the union gains. */
type Keys<T> = T extends unknown ? keyof T : never;
type StepKind = Extract<
  Keys<Step>,
  | 'expect'
  | 'say'
  | 'raw'
  | 'stderr'
  | 'wait'
  | 'emit'
  | 'answer'
  | 'ask'
  | 'cancel'
  | 'task'
  | 'init'
  | 'assistant'
  | 'result'
  | 'exit'
  | 'die'
  | 'hang'
  | 'ignore'
  | 'close'
  | 'repeat'
>;
const steps: Readonly<Record<StepKind, Step>> = {
  expect: { expect: 'user', skip: true },
  say: { say: { type: 'x' } },
  raw: { raw: 'ff', encoding: 'hex', chunkBytes: 1 },
  stderr: { stderr: 'x' },
  wait: { wait: 1 },
  emit: { emit: {}, count: 3, everyMs: 1 },
  answer: { answer: 'late', response: {}, to: '$id', afterMs: 1, error: 'e', errorCode: 'c' },
  ask: { ask: { subtype: 'can_use_tool' }, as: 'a', answered: {}, await: false },
  cancel: { cancel: '$ask' },
  task: { task: 'started', task_id: 't', fields: {} },
  init: { init: {} },
  assistant: { assistant: [{ type: 'text', text: '' }] },
  result: { result: 'x' },
  exit: { exit: 1 },
  die: { die: 'SIGKILL' },
  hang: { hang: true },
  ignore: { ignore: 'EOF' },
  close: { close: 'stdin' },
  repeat: { repeat: [{ hang: true }], times: 2 },
};
const replies: Readonly<Record<Reply['kind'], Reply>> = {
  text: { kind: 'text', text: 'x', stopReason: 'max_tokens' },
  slow: { kind: 'slow', text: 'x', chunks: 2, chunkDelayMs: 1 },
  deltas: { kind: 'deltas', count: 2, size: 4, everyMs: 1 },
  thinking: { kind: 'thinking', thinking: 'x', text: 'y', tools: [{ name: 'Bash', input: {} }] },
  tool_use: { kind: 'tool_use', name: 'Bash', input: {}, output: 'x', ms: 1, isError: true, ask: false, tools: [], jsonChunk: 3 },
  huge: { kind: 'huge', bytes: 1, chunkBytes: 1 },
  error: { kind: 'error', status: 500, message: 'x', times: 1, retryDelayMs: 1, retryAfter: 1 },
  disconnect: { kind: 'disconnect', text: 'x', times: 1, retryDelayMs: 1 },
  hang: { kind: 'hang', ms: 1 },
};
const faults: Readonly<Record<FaultName, true>> = {
  chunk: true,
  'no-final-lf': true,
  'truncated-last-line': true,
  crlf: true,
  bom: true,
  'line-separators': true,
  'invalid-utf8': true,
  noise: true,
  'oversize-line': true,
  stall: true,
  'never-init': true,
  'never-result': true,
  'result-then-hang': true,
  'eof-without-result': true,
  'hang-with-heartbeat': true,
  'exit-at': true,
  'ignore-eof': true,
  'ignore-term': true,
  'ignore-interrupt': true,
  'flood-stderr': true,
  'flood-stdout': true,
  'slow-init': true,
  'leak-memory': true,
  'burn-cpu': true,
  'open-files': true,
  'start-child': true,
  'rewrite-config': true,
  'rate-limit': true,
  'crash-on-input': true,
  'report-cost': true,
  refuse: true,
  'stray-result': true,
  'unknown-frame': true,
  'background-task': true,
  'late-control': true,
  'double-result': true,
};

const titles = (part: keyof typeof schema.$defs): readonly string[] =>
  (schema.$defs[part] as { readonly oneOf: readonly { readonly title: string }[] }).oneOf.map(({ title }) => title).toSorted();

describe('the schema of scenarios', () => {
  it('knows exactly the steps, replies and faults that exist', () => {
    expect(titles('step')).toEqual(Object.keys(steps).toSorted());
    expect(titles('reply')).toEqual(Object.keys(replies).toSorted());
    expect(titles('fault')).toEqual(Object.keys(faults).toSorted());
    expect([...faultFactories.keys()].toSorted()).toEqual(Object.keys(faults).toSorted());
  });

  it('accepts one of each, with every field', () => {
    const whole = {
      steps: Object.values(steps),
      turns: ['x', replies.text, Object.values(replies)],
      faults: Object.keys(faults).map((name) => ({ name, bytes: 1, lines: 1, ms: 1, at: 1, code: 1 })),
      reply: 'x',
      replyDelayMs: 0,
      version: '1',
      model: 'm',
      record: '/x',
      sessions: '/y',
      init: { model: 'm' },
      $schema: 'z',
    };
    expect(parseScenario(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    expect(parseScenario(Object.values(steps))).toEqual({ steps: Object.values(steps) });
    expect(parseScenario({})).toEqual({});
  });

  it('documents every part', () => {
    const undocumented: string[] = [];
    const walk = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const node = value as JsonObject;
      if (typeof node['title'] === 'string' && 'required' in node && typeof node['description'] !== 'string') undocumented.push(at);
      for (const [key, item] of Object.entries(node)) walk(item, `${at}/${key}`);
    };
    walk(schema, '');
    expect(undocumented).toEqual([]);
  });

  it('uses only the words of JSON Schema that are checked here, so that it means the same to every reader', () => {
    const known = new Set([
      '$schema',
      '$id',
      '$defs',
      '$ref',
      'title',
      'description',
      'type',
      'required',
      'properties',
      'additionalProperties',
      'items',
      'oneOf',
      'anyOf',
      'const',
      'enum',
      'minimum',
      'maximum',
    ]);
    const words = new Set<string>();
    const walk = (node: JsonObject): void => {
      for (const [key, value] of Object.entries(node)) {
        words.add(key);
        const parts =
          key === 'properties' || key === '$defs'
            ? Object.values(value as JsonObject)
            : key === 'oneOf' || key === 'anyOf'
              ? (value as unknown[])
              : key === 'items'
                ? [value]
                : [];
        for (const part of parts) walk(part as JsonObject);
      }
    };
    walk(schema);
    expect([...words].filter((word) => !known.has(word))).toEqual([]);
  });

  it('is published where package.json says', () => {
    const root = path.join(import.meta.dirname, '../../..');
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly exports: JsonObject };
    expect(manifest.exports['./scenario.schema.json']).toBe('./dist/scenario.schema.json');
    expect(readFileSync(path.join(root, 'tsup.config.ts'), 'utf8')).toContain(
      "copyFile('src/scenario/scenario.schema.json', 'dist/scenario.schema.json')",
    );
  });
});

describe('parseScenario', () => {
  it.each([
    ['a word', 'text', '', 'has to be one of: steps, scenario'],
    ['nothing', null, '', 'has to be one of'],
    ['an unknown field', { stepz: [] }, 'stepz', 'is not known here. Known are: $schema, steps'],
    ['an unknown step', [{ say: {} }, { shout: 1 }], '[1]', 'has to be one of: expect, say'],
    ['a step of the wrong type', [{ wait: '5' }], '[0].wait', 'has to be a number, not string'],
    ['a negative time', [{ wait: -1 }], '[0].wait', 'has to be at least 0'],
    ['an exit code too large', [{ exit: 256 }], '[0].exit', 'has to be at most 255'],
    ['a missing field', [{ emit: {} }], '[0]', 'needs the field "count"'],
    ['a field too many', [{ say: {}, loud: true }], '[0].loud', 'is not known here'],
    ['a step inside a repeat', { steps: [{ repeat: [{ hang: false }], times: 1 }] }, 'steps[0].repeat[0].hang', 'has to be true'],
    ['a signal that cannot be ignored', [{ ignore: 'SIGKILL' }], '[0].ignore', 'has to be one of EOF'],
    ['an unknown fault', { faults: [{ name: 'gremlin' }] }, 'faults[0]', 'has to be one of: chunk'],
    ['a fault with a field of another', { faults: [{ name: 'chunk', usd: 1 }] }, 'faults[0].usd', 'is not known here'],
    ['half a byte', { faults: [{ name: 'chunk', bytes: 0.5 }] }, 'faults[0].bytes', 'has to be an integer, not number'],
    ['a reply without its kind', { turns: [[{ text: 'x' }]] }, 'turns[0][0]', 'has to be one of: text, slow'],
    [
      'a tool without input',
      { turns: [{ kind: 'thinking', thinking: '', tools: [{ name: 'x' }] }] },
      'turns[0].tools[0]',
      'needs the field "input"',
    ],
  ])('refuses %s and names the place', (_name, value, place, message) => {
    let error: unknown;
    try {
      parseScenario(value);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ScenarioError);
    expect(error).toMatchObject({ code: 'INVALID_SCENARIO', path: place });
    expect((error as ScenarioError).message).toContain(message);
  });
});
