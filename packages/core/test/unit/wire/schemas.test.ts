import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wireSchemas } from '../../../src/wire/schemas.ts';
import { sortFrame, toMessage } from '../../../src/wire/frame.ts';

const folder = new URL('../../fixtures/wire/', import.meta.url);

interface Line {
  readonly run: string;
  readonly dir: string;
  readonly json?: Record<string, unknown>;
}

function linesOf(file: string): readonly Line[] {
  return readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

const files = readdirSync(folder).filter((file) => file.endsWith('.ndjson'));
const spoken = files.flatMap(linesOf).filter((line) => line.dir === 'stdout' && line.json !== undefined);

test('there are recordings of every known type', () => {
  const types = new Set(spoken.map((line) => line.json?.['type']));
  expect([...types].sort()).toEqual(
    [
      'assistant',
      'command_lifecycle',
      'control_cancel_request',
      'control_request',
      'control_response',
      'conversation_reset',
      'keep_alive',
      'result',
      'stream_event',
      'system',
      'tool_progress',
      'user',
    ].sort(),
  );
});

test('everything that the real CLI was recorded to say is valid and kept whole', () => {
  for (const { json } of spoken) {
    const kind = sortFrame(json!);
    if (kind === 'invalid' || kind === 'unknown') expect.unreachable(`${kind}: ${JSON.stringify(json).slice(0, 200)}`);
    const schemas = {
      message: wireSchemas.KnownMessage,
      control_request: wireSchemas.ControlRequest,
      control_response: wireSchemas.ControlResponse,
      control_cancel_request: wireSchemas.ControlCancelRequest,
    };
    const parsed = schemas[kind].safeParse(json);
    expect(parsed.error?.message).toBeUndefined();
    expect(parsed.data).toEqual(json);
    if (kind === 'message') expect(toMessage(json!)).toBe(json);
    if (json!['subtype'] === 'init') expect(wireSchemas.SystemInitMessage.safeParse(json).success).toBe(true);
  }
});

test('an unknown type, and a known one of a wrong shape, pass as unknown with the frame whole', () => {
  for (const raw of [
    { type: 'brand_new', a: 1 },
    {},
    { type: 3 },
    { type: 'assistant' },
    { type: 'result', subtype: 'success' },
    { type: 'stream_event', event: null },
  ]) {
    expect(sortFrame(raw)).toBe('unknown');
    expect(toMessage(raw)).toEqual({ type: 'unknown', raw });
  }
});

test('a control frame that nobody can match is invalid, not a message', () => {
  for (const raw of [{ type: 'control_response' }, { type: 'control_request', request: {} }, { type: 'control_cancel_request' }]) {
    expect(sortFrame(raw)).toBe('invalid');
  }
});
