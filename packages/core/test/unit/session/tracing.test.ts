import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, expect, test } from 'vitest';
import { channels, createTransport, redact, redactText } from '@subwire/core';
import { debugTransport } from '../../../src/session/debug-transport.ts';
import { inMemory, openInMemory, type Wire } from './in-memory.ts';

const undo: (() => void)[] = [];
afterEach(() => undo.splice(0).forEach((act) => act()));

function listen(name: string): Wire[] {
  const seen: Wire[] = [];
  const listener = (message: unknown): void => void seen.push(message);
  subscribe(name, listener);
  undo.push(() => unsubscribe(name, listener));
  return seen;
}

test('a session says its life on diagnostics channels', async () => {
  const names = Object.values(channels).map(({ name }) => name);
  expect(names.every((name) => name.startsWith('subwire:'))).toBe(true);
  const seen = new Map(names.map((name) => [name, listen(name)]));
  const { session } = await openInMemory({ faults: [{ name: 'stray-result' }] });
  const turn = session.prompt('hello');
  await turn.result();
  await session.close();
  expect([...seen].filter(([, events]) => events.length > 0).map(([name]) => name)).toEqual([
    'subwire:session-opening',
    'subwire:session-opened',
    'subwire:session-closed',
    'subwire:turn-sent',
    'subwire:turn-started',
    'subwire:turn-settled',
    'subwire:stray-result',
  ]);
  expect(seen.get('subwire:turn-settled')![0]).toMatchObject({ turnId: turn.id, sessionId: session.id, result: { type: 'result' } });
  expect(new Set([...seen.values()].flat().map(({ key }) => key)).size).toBe(1);
});

test('P12 the start says whose account pays, never with what', async () => {
  const opening = listen(channels.sessionOpening.name);
  const credentials = [undefined, 'none', { apiKey: 'q7canary9key' }, { oauthToken: 'q7canary9token' }] as const;
  for (const credential of credentials) await openInMemory({}, credential === undefined ? {} : { credential });
  expect(opening.map(({ credentialSource }) => credentialSource)).toEqual(['inherit', 'none', 'apiKey', 'oauthToken']);
  expect(JSON.stringify(opening)).not.toContain('q7canary9');
});

test('an event is made only when somebody listens', () => {
  let made = 0;
  const make = () => (made++, { pid: 1, key: {}, credentialSource: 'none' as const });
  channels.sessionOpening.publish(make);
  expect(made).toBe(0);
  listen(channels.sessionOpening.name);
  channels.sessionOpening.publish(make);
  expect(made).toBe(1);
});

test('SUBWIRE_DEBUG: every line in both directions, redacted; without it nothing is put around the transport', async () => {
  const { options } = inMemory({ reply: 'the key is sk-ant-api03-abcdefghijkl' });
  const args = ['--output-format=stream-json', '--verbose', '--input-format=stream-json'];
  const plain = createTransport({ ...options, args });
  expect(debugTransport(plain, { flag: '0' })).toBe(plain);
  const lines: string[] = [];
  const transport = debugTransport(plain, { flag: '1', sink: (line) => lines.push(line) });
  const results: unknown[] = [];
  transport.messages$.subscribe((message) => void (message.type === 'result' && results.push(message)));
  await transport.connect();
  await transport.send({
    type: 'control_request',
    request_id: 'r',
    request: { subtype: 'initialize', mcpServers: { x: { headers: { a: 'hidden-value' } } } },
  });
  await transport.send('hello');
  while (results.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await transport.close();
  expect(lines.some((line) => / > .*"subtype":"initialize"/.test(line))).toBe(true);
  expect(lines.some((line) => / > hello/.test(line))).toBe(true);
  expect(lines.some((line) => / < .*"type":"result"/.test(line))).toBe(true);
  expect(lines.some((line) => / < .*"type":"control_response"/.test(line))).toBe(true);
  expect(lines.join('\n')).not.toMatch(/sk-ant-api03|hidden-value/);
  // What the caller gets is not redacted.
  expect(JSON.stringify(results)).toContain('sk-ant-api03');
});

test.each([
  ['sk-ant-api03-abcdefgh12345', '[redacted]'],
  ['Authorization: Bearer abcdefghij123', 'Authorization: Bearer [redacted]'],
  ['https://user:hunter2@host/x', 'https://user:[redacted]@host/x'],
  ['ghp_abcdefghijklmnop', '[redacted]'],
  ['nothing secret here', 'nothing secret here'],
])('redactText: %s', (text, expected) => {
  expect(redactText(text)).toBe(expected);
});

test('redact goes by names as well, and leaves counts of tokens alone', () => {
  expect(redact({ api_key: 'x', usage: { input_tokens: 7 }, env: { ANY: 'v' }, list: [{ password: 'p' }] })).toEqual({
    api_key: '[redacted]',
    usage: { input_tokens: 7 },
    env: { ANY: '[redacted]' },
    list: [{ password: '[redacted]' }],
  });
});
