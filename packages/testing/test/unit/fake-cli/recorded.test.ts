import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../../src/scenario/json.ts';
import type { TranscriptLine } from '../../../src/transcript/transcript-line.ts';
import { replayIntoFake } from './replay.ts';

/**
 * What the real CLI said, and what the fake says to the same input at the same moments. Compared are the frames, their order, their fields and every
 * value that has a meaning; not compared are ids, times, counts of tokens, the long lists of `system/init` and prose that stands for the real CLI's own.
 */
const folder = path.join(import.meta.dirname, '../../fixtures/transcripts');
const sessions = mkdtempSync(path.join(tmpdir(), 'fake-sessions-'));
afterAll(() => rmSync(sessions, { recursive: true, force: true }));

const meaningful = [
  'type',
  'subtype',
  'status',
  'state',
  'permissionMode',
  'model',
  'is_error',
  'terminal_reason',
  'num_turns',
  'stop_reason',
  'result_index',
  'errors',
  'api_error_status',
  'api_error_type',
  'error',
  'error_status',
  'attempt',
  'aborted',
  'isReplay',
  'parent_tool_use_id',
  'command_uuid',
  'user_message_uuid',
  'user_message_uuids',
  'is_api_error_message',
];
/** Fields that name a machine, or a guess of the real CLI about the command's target. */
const ofTheMachine = new Set(['messaging_socket_path', 'blocked_path']);
/** Payloads whose values are prose, lists or the machine's; only their keys are compared. */
const lists = new Set([
  'commands',
  'agents',
  'models',
  'capabilities',
  'available_output_styles',
  'permission_suggestions',
  'user_output_styles_dir',
]);

function keysOf(value: unknown): readonly string[] {
  return isObject(value)
    ? Object.keys(value)
        .filter((key) => !ofTheMachine.has(key) && key !== 'user_output_styles_dir')
        .toSorted()
    : [];
}

/** How long the keys of an object are. Recordings hide the names inside payloads of tools, but tell their lengths. */
function shapeOf(value: unknown): unknown {
  if (!isObject(value)) return typeof value;
  return Object.keys(value)
    .map((key) => Number(/^\[text \d+: (\d+) chars\]$/u.exec(key)?.[1] ?? key.length))
    .toSorted((left, right) => left - right);
}

/** A frame without what differs from run to run. */
function essence(frame: JsonObject): unknown {
  const kept = Object.fromEntries(meaningful.filter((key) => key in frame).map((key) => [key, frame[key]]));
  const message = frame['message'];
  const event = frame['event'];
  const request = frame['request'];
  const response = frame['response'];
  return {
    ...kept,
    keys: keysOf(frame),
    ...(isObject(message) ? { message: { keys: keysOf(message), role: message['role'], content: withoutIds(message['content']) } } : {}),
    ...(isObject(event)
      ? { event: { ...event, message: isObject(event['message']) ? keysOf(event['message']) : undefined, usage: keysOf(event['usage']) } }
      : {}),
    ...(isObject(request)
      ? {
          request: {
            keys: keysOf(request),
            subtype: request['subtype'],
            tool: request['tool_name'],
            callback: request['callback_id'],
            input: 'callback_id' in request ? shapeOf(request['input']) : request['input'],
            message: withoutCapabilities(request['message']),
          },
        }
      : {}),
    ...(isObject(response)
      ? {
          response: {
            keys: keysOf(response),
            subtype: response['subtype'],
            code: response['error_code'],
            error: response['error'],
            payload: payloadOf(response['response']),
          },
        }
      : {}),
    ...('result' in frame ? { result: proseless(frame['result']) } : {}),
    ...('tool_use_result' in frame ? { toolResult: shapeOf(frame['tool_use_result']) } : {}),
    ...('usage' in frame ? { usage: keysOf(frame['usage']) } : {}),
    ...('permission_denials' in frame ? { denials: (frame['permission_denials'] as readonly unknown[]).length } : {}),
  };
}

function withoutIds(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return (content as JsonObject[]).map((block) => ({
    ...block,
    ...('id' in block ? { id: '' } : {}),
    ...('tool_use_id' in block ? { tool_use_id: '' } : {}),
    ...('text' in block ? { text: proseless(block['text']) } : {}),
  }));
}

/** A sentence of the real CLI about an API error ends in advice that differs. */
function proseless(text: unknown): unknown {
  return typeof text === 'string' && text.startsWith('API Error: 5') ? text.slice(0, 20) : text;
}

function withoutCapabilities(message: unknown): unknown {
  if (!isObject(message)) return message;
  return {
    method: message['method'],
    id: message['id'],
    params: shapeOf(isObject(message['params']) ? { ...message['params'], capabilities: undefined } : undefined),
  };
}

function payloadOf(payload: unknown): unknown {
  if (!isObject(payload)) return payload;
  return Object.keys(payload).some((key) => lists.has(key)) ? keysOf(payload) : payload;
}

function runsOf(file: string): ReadonlyMap<string, readonly TranscriptLine[]> {
  const runs = new Map<string, TranscriptLine[]>();
  for (const text of readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n')) {
    const line = JSON.parse(text) as TranscriptLine;
    runs.set(line.run, [...(runs.get(line.run) ?? []), line]);
  }
  return runs;
}

const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.ndjson'))
  .flatMap((file) => [...runsOf(file)].map(([name, run]) => [`${file}: ${name}`, run] as const));

describe('the fake says what the real CLI said', () => {
  it('has recordings to compare with', () => {
    expect(cases.length).toBeGreaterThan(20);
  });

  it.each(cases)('%s', (name, run) => {
    const resumed = name.includes('--resume an unknown id');
    // Where the recording's model was not scripted by the prompt it answered "pong".
    const scenario = { ...(name.includes('without -p') ? { reply: 'pong' } : {}), ...(resumed ? { sessions } : {}) };
    const played = replayIntoFake(run, scenario);
    const real = run.flatMap((line) => (line.dir === 'stdout' && 'json' in line && isObject(line.json) ? [essence(line.json)] : []));
    expect(played.frames.map(essence)).toEqual(real);
    const exit = run.find((line) => line.dir === 'meta' && line.event === 'exit');
    expect([played.exit ?? null, played.signal ?? null]).toEqual(
      exit?.dir === 'meta' ? [exit.code ?? null, exit.signal ?? null] : [null, null],
    );
    expect(played.stderr).toEqual(run.flatMap((line) => (line.dir === 'stderr' ? [line.raw] : [])));
  });
});
