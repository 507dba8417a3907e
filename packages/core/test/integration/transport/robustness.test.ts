import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { createTransport, openControl, type Message, type TransportOptions } from '@subwire/core';
import { MockProcess, mockSpawner } from '@subwire/testing';

const recorded = readFileSync(new URL('../../fixtures/wire/shapes.ndjson', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => (JSON.parse(line) as { json: Record<string, unknown> }).json);
const isControl = (frame: Record<string, unknown>): boolean => String(frame['type']).startsWith('control');

async function speak(
  bytes: Buffer,
  options: TransportOptions = {},
): Promise<{ messages: unknown[]; counts: Readonly<Record<string, number>> }> {
  const mock = new MockProcess();
  const transport = createTransport({ command: 'claude', spawner: mockSpawner(() => mock), ...options });
  const messages = lastValueFrom(transport.messages$.pipe(toArray()));
  await transport.connect();
  mock.sayRaw(bytes, { chunkBytes: 4099 });
  mock.exit(0);
  const raw = (message: Message): unknown => (message.type === 'unknown' ? message.raw : message);
  return { messages: (await messages).map(raw), counts: transport.diagnosticCounts };
}

/** A recorded frame with a random type, a random subtype, or a field missing; JSON all the same. */
const bent = fc.tuple(fc.constantFrom(...recorded), fc.integer({ min: 0, max: 5 }), fc.nat()).map(([frame, how, at]) => {
  const keys = Object.keys(frame);
  if (how === 0) return { ...frame, type: 'surprise' };
  if (how === 1) return { ...frame, subtype: `new_${at}` };
  if (how === 2) return Object.fromEntries(Object.entries(frame).filter(([key]) => key !== keys[at % keys.length]));
  return frame;
});
const noise = fc.constantFrom(
  '[debug] hello',
  'npm warn deprecated',
  '42',
  '[1,2]',
  'null',
  '"text"',
  '  at Object.<anonymous> (file.js:1:1)',
);

test('P15 10,000 recorded lines with random types, missing fields and text in between: no stream error, every message in order', async () => {
  const lines = fc.sample(
    fc.oneof({ weight: 4, arbitrary: bent.map((frame) => ({ frame })) }, { weight: 1, arbitrary: noise.map((text) => ({ text })) }),
    { numRuns: 10_000, seed: 15 },
  );
  const { messages, counts } = await speak(
    Buffer.from(lines.map((line) => ('frame' in line ? JSON.stringify(line.frame) : line.text)).join('\n') + '\n'),
  );
  const expected = lines.flatMap((line) =>
    'frame' in line && !isControl(line.frame) ? [JSON.parse(JSON.stringify(line.frame)) as unknown] : [],
  );
  expect(messages).toEqual(expected);
  expect(counts['NOISE_LINE']).toBe(lines.filter((line) => 'text' in line).length);
  expect(counts['UNKNOWN_FRAME']).toBeGreaterThan(500);
  expect(counts['INVALID_JSON']).toBeUndefined();
});

describe('validate: true', () => {
  test('delivers what fits, and what does not fit as unknown with the reason', async () => {
    const good = { type: 'keep_alive' };
    const bad = { type: 'result', subtype: 'success', is_error: false };
    const { messages, counts } = await speak(Buffer.from(`${JSON.stringify(good)}\n${JSON.stringify(bad)}\n`), { validate: true });
    expect(messages).toEqual([good, bad]);
    expect(counts).toEqual({ INVALID_FRAME: 1 });
  });

  test('finds nothing in what the real CLI was recorded to say', async () => {
    const { messages, counts } = await speak(Buffer.from(recorded.map((frame) => `${JSON.stringify(frame)}\n`).join('')), {
      validate: true,
    });
    expect(messages).toEqual(recorded.filter((frame) => !isControl(frame)));
    expect(counts).toEqual({});
  });
});

test('validate: true says which control frame does not fit, and delivers it all the same', async () => {
  const mock = new MockProcess();
  const transport = createTransport({ command: 'claude', spawner: mockSpawner(() => mock), validate: true });
  const control = openControl(transport);
  const asked = firstValueFrom(transport.controlRequests$);
  await transport.connect();
  const status = control.request('mcp_status', {});
  const { request_id: id } = JSON.parse(mock.written[0]!) as { request_id: string };
  const response = { mcpServers: [{ name: 'a' }] };
  mock.say({ type: 'control_response', response: { subtype: 'success', request_id: id, response } });
  mock.say({ type: 'control_request', request_id: 'q', request: { subtype: 'can_use_tool', input: {} } });
  expect(await status).toEqual(response);
  expect((await asked).request_id).toBe('q');
  const reports = await firstValueFrom(transport.diagnostics$.pipe(take(2), toArray()));
  expect(reports.map(({ code, issues }) => [code, issues?.[0]?.split(':')[0]])).toEqual([
    ['INVALID_FRAME', 'mcpServers.0.status'],
    ['INVALID_FRAME', 'tool_name'],
  ]);
  await transport.close();
});

test('P31 half a last line is STREAM_TRUNCATED with its size and head, never an orderly end', async () => {
  const mock = new MockProcess();
  const transport = createTransport({ command: 'claude', spawner: mockSpawner(() => mock) });
  const outcome = lastValueFrom(transport.messages$.pipe(toArray())).catch((cause: unknown) => cause);
  await transport.connect();
  mock.say({ type: 'keep_alive' }).sayRaw('{"type":"result","subtype":"succ');
  mock.exit(0);
  expect(await outcome).toMatchObject({ code: 'STREAM_TRUNCATED', bytes: 32, head: '{"type":"result","subtype":"succ' });
  expect(transport.state).toBe('failed');
});
