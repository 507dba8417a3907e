import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { channels, openSession, redactText, type SessionOptions } from '@subwire/core';
import { recordTranscript, trackProcesses } from '@subwire/testing';

const guard = trackProcesses();
afterEach(() => void vi.unstubAllEnvs());
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

/** Nothing about the form of the first seven gives them away. */
const canaries = {
  apiKey: 'q7canary1xm9f4k2w',
  env: 'q7canary2xm9f4k2w',
  mcpEnv: 'q7canary3xm9f4k2w',
  mcpHeader: 'q7canary4xm9f4k2w',
  settings: 'q7canary5"xm9f4k2w',
  mcpConfigFlag: 'q7canary6xm9f4k2w',
  oauthToken: 'q7canary7xm9f4k2w',
  prompt: 'sk-ant-canary8xm9f4k2w',
};
const all = Object.values(canaries);

/** Says all that it was given, wherever it can: on stderr, as noise, as broken JSON, in refusals and in its result; then it ends with an error. */
const babbler = `
  const fs = require('node:fs');
  const files = process.argv.filter((word) => word.includes('=/')).map((word) => fs.readFileSync(word.slice(word.indexOf('=') + 1), 'utf8'));
  let heard = JSON.stringify(process.env) + process.argv.join(' ') + files.join(' ');
  const say = (frame) => console.log(JSON.stringify(frame));
  const babble = () => { console.error('debug: ' + heard); console.log('noise ' + heard); console.log('{"broken": ' + heard); say({ type: 'brand-new', heard }); };
  let rest = '';
  process.stdin.on('data', (chunk) => { rest += chunk; for (let at; (at = rest.indexOf('\\n')) >= 0; rest = rest.slice(at + 1)) {
    const line = rest.slice(0, at); heard += line; const m = JSON.parse(line);
    if (m.request?.subtype === 'initialize') { babble(); say({ type: 'control_response', response: { subtype: 'success', request_id: m.request_id, response: { commands: [] } } }); }
    else if (m.type === 'control_request') say({ type: 'control_response', response: { subtype: 'error', request_id: m.request_id, error: 'refused: ' + heard } });
    else if (m.type === 'user') {
      babble();
      say({ type: 'control_request', request_id: 'q', request: { subtype: 'can_use_tool', tool_name: 'Bash', input: { heard } } });
      say({ type: 'result', subtype: 'error_during_execution', is_error: true, errors: [heard], session_id: 's', duration_ms: 1, duration_api_ms: 1, num_turns: 1, result: heard });
    }
    if (m.response?.request_id === 'q') process.exit(3);
  } });`;

const options: SessionOptions = {
  command: ['node', '-e', babbler, '--'],
  credential: { apiKey: canaries.apiKey },
  env: { OTHER_TOKEN: canaries.env, CLAUDE_CODE_OAUTH_TOKEN: canaries.oauthToken },
  mcpServers: {
    shop: { command: 'shop', env: { DATA: canaries.mcpEnv } },
    web: { type: 'http', url: 'https://web', headers: { 'X-Internal': canaries.mcpHeader } },
  },
  settings: { env: { SHOP_PASSWORD: canaries.settings } },
  extraArgs: { 'mcp-config': JSON.stringify({ mcpServers: { more: { command: 'x', env: { TOKEN: canaries.mcpConfigFlag } } } }) },
  onToolUse: () => {
    throw new Error(`the handler failed with ${canaries.env}`);
  },
};

/** Every way in which a program prints a value. */
const printed = (value: unknown): string =>
  [value, inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value), value instanceof Error ? value.stack : '']
    .map(String)
    .join('\n');

test('P33 of 8 secrets in all inputs, none is in the process list, an error, a receipt, stderr, a diagnostic, an event or the debug log', async () => {
  const out: Record<string, string[]> = { argv: [], thrown: [], receipt: [], stderr: [], diagnostics: [], events: [], log: [] };
  vi.stubEnv('SUBWIRE_DEBUG', '1');
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean(out['log']!.push(String(text))));
  const listener = (event: unknown): void => void out['events']!.push(printed(event));
  for (const { name } of Object.values(channels)) subscribe(name, listener);
  try {
    const session = await openSession(options);
    out['argv']!.push(readFileSync(`/proc/${session.transport.pid}/cmdline`, 'utf8'));
    session.messages$.subscribe({ error: (cause: unknown) => void out['thrown']!.push(printed(cause)) });
    session.transport.stderr$.subscribe((line) => void out['stderr']!.push(line));
    session.diagnostics$.subscribe((diagnostic) => void out['diagnostics']!.push(printed(diagnostic)));
    session.transport.diagnostics$.subscribe((diagnostic) => void out['diagnostics']!.push(printed(diagnostic)));
    const refused = await session.setModel('x').catch((cause: unknown) => cause);
    const result = session.prompt(`the key is ${canaries.prompt}`).result();
    // What the caller is told as the answer is his, and is not redacted.
    expect((await result).errors?.[0]).toContain(canaries.mcpEnv);
    await session.whenQuiescent().catch((cause: unknown) => void out['thrown']!.push(printed(cause)));
    const ended = await session.end().catch((cause: unknown) => cause);
    out['thrown']!.push(printed(refused), printed(ended));
    out['receipt']!.push(printed(await session.close()));
    out['stderr']!.push(...session.transport.stderrTail);
  } finally {
    for (const { name } of Object.values(channels)) unsubscribe(name, listener);
    write.mockRestore();
  }
  for (const [where, texts] of Object.entries(out)) {
    const text = texts.join('\n');
    expect(text.length, where).toBeGreaterThan(20);
    expect(
      all.filter((canary) => text.includes(canary) || text.includes(JSON.stringify(canary).slice(1, -1))),
      where,
    ).toEqual([]);
  }
  expect(out['stderr']!.join('\n')).toContain('[redacted]');
  expect(out['thrown']!.join('\n')).toMatch(/refused: .*\[redacted\]/);
});

test('P33 a session that has ended leaves no word hidden', async () => {
  const session = await openSession({ ...options, onToolUse: async () => ({ behavior: 'deny', message: 'no' }) });
  expect(redactText(canaries.mcpEnv)).toBe('[redacted]');
  await session.close();
  expect(redactText(canaries.mcpEnv)).toBe(canaries.mcpEnv);
  const failed = openSession({ ...options, command: '/nowhere/claude' }).catch(() => undefined);
  await failed;
  expect(redactText(canaries.mcpEnv)).toBe(canaries.mcpEnv);
});

test('P33 a recording of the same session holds none of them', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'subwire-cassette-'));
  const file = path.join(folder, 'session.ndjson');
  const session = await openSession({ ...options, wrapSpawner: (spawner) => recordTranscript({ path: file, spawner }) });
  await session.prompt(`the key is ${canaries.prompt}`).result();
  await session.end().catch(() => undefined);
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true, force: true });
  expect(text.split('\n').length).toBeGreaterThan(8);
  expect(all.filter((canary) => text.includes(canary) || text.includes(JSON.stringify(canary).slice(1, -1)))).toEqual([]);
});
