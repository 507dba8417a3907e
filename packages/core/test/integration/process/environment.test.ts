import { existsSync, readFileSync } from 'node:fs';
import { firstValueFrom } from 'rxjs';
import { afterAll, afterEach, expect, test } from 'vitest';
import { createTransport, type TransportOptions } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { environmentOf } from './support.ts';

const guard = trackProcesses();
const before = { ...process.env };
afterEach(() => {
  for (const name of Object.keys(process.env))
    if (!(name in before) && !name.startsWith('SUBWIRE_TEST_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
});
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const idle: TransportOptions = { command: ['node', '-e', 'console.log("{}"); process.stdin.resume()'] };

/** Starts a process and reads its environment from outside. */
async function childOf(
  options: TransportOptions,
): Promise<{ env: Readonly<Record<string, string>>; argv: readonly string[]; close: () => Promise<unknown> }> {
  const transport = createTransport({ ...idle, ...options });
  await transport.connect();
  await firstValueFrom(transport.messages$);
  const env = Object.fromEntries(
    environmentOf(transport.pid!).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const argv = readFileSync(`/proc/${transport.pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  return { env, argv, close: () => transport.close() };
}

const twelve = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_REFRESH_TOKEN',
  'ANTHROPIC_CUSTOM_HEADERS',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_VERTEX',
  'AWS_BEARER_TOKEN_BEDROCK',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'ANTHROPIC_FOUNDRY_API_KEY',
];

test.each(['profile', 'all'] as const)(
  'P12 with 12 credential variables in the host, the child has the given one and none of the 12 (%s)',
  async (inheritEnv) => {
    for (const name of twelve) process.env[name] = `host-${name}`;
    const { env, close } = await childOf({ inheritEnv, credential: { oauthToken: 'tenant-a' } });
    await close();
    expect(env['CLAUDE_CODE_OAUTH_TOKEN']).toBe('tenant-a');
    expect(Object.keys(env).filter((name) => twelve.includes(name))).toEqual(['CLAUDE_CODE_OAUTH_TOKEN']);
    expect(JSON.stringify(env)).not.toContain('host-');
  },
);

test('P42 markers of a surrounding agent are removed, the trace goes on, the depth is counted', async () => {
  Object.assign(process.env, {
    CLAUDECODE: '1',
    CLAUDE_CODE_SSE_PORT: '1',
    CLAUDE_AGENT_SDK_VERSION: '1',
    BAGGAGE: 'a=b',
    TRACEPARENT: '00-1-2-01',
  });
  const { env, close } = await childOf({ inheritEnv: 'all' });
  await close();
  expect(Object.keys(env).filter((name) => /^CLAUDECODE$|^CLAUDE_AGENT_SDK_|^BAGGAGE$/.test(name))).toEqual([]);
  expect(Object.keys(env).filter((name) => name.startsWith('CLAUDE_CODE_'))).toEqual(['CLAUDE_CODE_ENTRYPOINT']);
  expect(env).toMatchObject({ TRACEPARENT: '00-1-2-01', SUBWIRE_DEPTH: '1', SUBWIRE_TREE: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

test('P42 an agent that starts us again is refused at depth 2, unless maxDepth says otherwise', async () => {
  process.env['SUBWIRE_DEPTH'] = '1';
  await expect(createTransport(idle).connect()).rejects.toMatchObject({ code: 'TOO_DEEP', option: 'maxDepth' });
  const outer = 'ab'.repeat(16);
  process.env['SUBWIRE_TREE'] = outer;
  const { env, close } = await childOf({ maxDepth: 2 });
  await close();
  expect(env['SUBWIRE_DEPTH']).toBe('2');
  expect(env['SUBWIRE_TREE']).toMatch(new RegExp(`^${outer}:[0-9a-f]{32}$`));
});

test('P32 an isolated agent has a configuration, a home and a temporary directory of its own, and nothing is left of them', async () => {
  process.env['CLAUDE_CONFIG_DIR'] = '/home/operator/.claude';
  const { env, close } = await childOf({ isolated: true, credential: { apiKey: 'key' } });
  const folders = ['CLAUDE_CONFIG_DIR', 'HOME', 'TMPDIR'].map((name) => env[name]!);
  expect(new Set(folders).size).toBe(3);
  for (const folder of folders) expect(existsSync(folder)).toBe(true);
  expect(Object.values(env).join()).not.toContain('operator');
  await close();
  for (const folder of folders) expect(existsSync(folder)).toBe(false);
});

test('no shell reads the arguments: what a shell would act on arrives byte for byte', async () => {
  const words = ['$HOME', '`id`', '$(id)', 'a;b', 'a&b', 'a|b', '"', "'", '\\', '*', '', 'two\nlines'];
  const { argv, close } = await childOf({ args: ['--', ...words] });
  await close();
  expect(argv.slice(-words.length)).toEqual(words);
});

test('P33 secrets of the credential and the environment are in no argument, error or receipt', async () => {
  const canary = `sk-ant-canary-${process.pid}`;
  const options = { credential: { apiKey: canary }, env: { OTHER_TOKEN: canary } } as const;
  const { argv, close } = await childOf(options);
  const receipt = await close();
  expect(argv.join(' ')).not.toContain(canary);
  expect(JSON.stringify(receipt)).not.toContain(canary);
  for (const broken of [{ command: '/nowhere/claude' }, { cwd: '/nowhere' }, { command: ['node', '-e', 'process.exit(3)'] as const }]) {
    const error: unknown = await createTransport({ ...idle, ...options, ...broken })
      .connect()
      .catch((cause: unknown) => cause);
    expect(`${JSON.stringify(error)}${String(error)}`).not.toContain(canary);
  }
});
