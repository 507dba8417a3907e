import { describe, expect, test } from 'vitest';
import { checkCommand, commandName } from '../../../src/policy/command.ts';
import { checkDepth, nextDepth } from '../../../src/policy/depth.ts';
import { buildEnvironment, credentialVariables, type EnvironmentRequest } from '../../../src/policy/environment.ts';
import { resolveTransportOptions } from '../../../src/policy/resolve-options.ts';
import type { TransportOptions } from '../../../src/policy/options.ts';

describe('commands', () => {
  test.each([
    ['/usr/bin/claude', 'claude'],
    ['C:\\Program Files\\nodejs\\node.EXE', 'node'],
    ['claude.cmd', 'claude'],
    ['./python3', 'python3'],
  ])('%s is %s', (file, name) => {
    expect(commandName(file)).toBe(name);
    expect(() => checkCommand(file, ['claude', 'node', 'python3'])).not.toThrow();
  });

  test('any other one is refused by its base name, and may be allowed', () => {
    expect(() => checkCommand('/bin/sh', ['claude'])).toThrow(/The command sh is not allowed/);
    expect(() => checkCommand('/opt/claude/evil', ['claude'])).toThrow(
      expect.objectContaining({ code: 'COMMAND_NOT_ALLOWED', command: 'evil' }),
    );
    expect(() => checkCommand('/bin/sh', ['claude', '/usr/bin/sh.exe'])).not.toThrow();
  });

  test('a list of the caller’s is the whole list', () => {
    expect(resolveTransportOptions({}, '/').allowedCommands).toEqual(['claude', 'node', 'python3']);
    expect(resolveTransportOptions({ allowedCommands: ['claude'] }, '/').allowedCommands).toEqual(['claude']);
  });
});

describe('the environment', () => {
  const host = {
    PATH: '/bin',
    HOME: '/home/me',
    HTTPS_PROXY: 'http://proxy',
    ANTHROPIC_API_KEY: 'host-key',
    ANTHROPIC_BASE_URL: 'https://host',
    CLAUDECODE: '1',
    CLAUDE_CODE_SSE_PORT: '7',
    CLAUDE_AGENT_SDK_VERSION: '1',
    BAGGAGE: 'x',
    TRACEPARENT: 'trace',
    SECRET_OF_ANOTHER_PROGRAM: 'x',
    gone: undefined,
  };
  const build = (more: Partial<EnvironmentRequest> = {}) =>
    buildEnvironment({ host, platform: 'linux', inherit: 'profile', credential: 'inherit', extra: {}, ...more });

  test.each<[name: string, more: Partial<EnvironmentRequest>, expected: Readonly<Record<string, string>>]>([
    [
      'the profile: where things are, the way out, the trace, and the credential with its address',
      {},
      {
        PATH: '/bin',
        HOME: '/home/me',
        HTTPS_PROXY: 'http://proxy',
        TRACEPARENT: 'trace',
        ANTHROPIC_API_KEY: 'host-key',
        ANTHROPIC_BASE_URL: 'https://host',
      },
    ],
    [
      'a credential replaces all others, and the address stays behind',
      { inherit: ['PATH'], credential: { apiKey: 'mine' } },
      { PATH: '/bin', ANTHROPIC_API_KEY: 'mine' },
    ],
    ['a token instead of a key', { inherit: 'none', credential: { oauthToken: 'mine' } }, { CLAUDE_CODE_OAUTH_TOKEN: 'mine' }],
    ['none at all', { inherit: 'none', credential: 'none' }, {}],
    ['named variables, a credential among them', { inherit: ['ANTHROPIC_API_KEY'] }, { ANTHROPIC_API_KEY: 'host-key' }],
    [
      'what is set and removed on top',
      { inherit: ['PATH', 'HOME'], extra: { HOME: undefined, CLAUDECODE: '1', X: 'y' } },
      { PATH: '/bin', CLAUDECODE: '1', X: 'y' },
    ],
  ])('%s', (_, more, expected) => {
    expect(build(more)).toEqual({ ...expected, CLAUDE_CODE_ENTRYPOINT: 'sdk-ts' });
  });

  test('everything is everything but the markers of a surrounding agent', () => {
    const all = build({ inherit: 'all' });
    expect(Object.keys(all).sort()).toEqual(
      [
        'PATH',
        'HOME',
        'HTTPS_PROXY',
        'ANTHROPIC_API_KEY',
        'ANTHROPIC_BASE_URL',
        'TRACEPARENT',
        'SECRET_OF_ANOTHER_PROGRAM',
        'CLAUDE_CODE_ENTRYPOINT',
      ].sort(),
    );
  });

  test('P12 with a credential no variable of another one is left, whatever is inherited', () => {
    const crowded = Object.fromEntries(credentialVariables.map((name) => [name, `host-${name}`]));
    for (const inherit of ['all', 'profile', credentialVariables] as const) {
      const env = build({ host: { ...host, ...crowded }, inherit, credential: { apiKey: 'mine' } });
      expect(credentialVariables.filter((name) => name in env)).toEqual(['ANTHROPIC_API_KEY']);
    }
  });

  test('P38 on Windows names are compared without case, and what sockets need is passed on', () => {
    const windows = {
      Path: 'C:\\bin',
      SystemRoot: 'C:\\Windows',
      comspec: 'cmd',
      'ProgramFiles(x86)': 'C:\\x86',
      UserProfile: 'C:\\me',
      LD_PRELOAD: 'x',
    };
    const env = build({ platform: 'win32', host: windows });
    expect(env).toEqual({
      Path: 'C:\\bin',
      SystemRoot: 'C:\\Windows',
      comspec: 'cmd',
      'ProgramFiles(x86)': 'C:\\x86',
      UserProfile: 'C:\\me',
      CLAUDE_CODE_ENTRYPOINT: 'sdk-ts',
    });
    expect(build({ platform: 'linux', host: windows })).toEqual({ CLAUDE_CODE_ENTRYPOINT: 'sdk-ts' });
  });
});

test('P42 depth is counted, and text that is no number counts as none', () => {
  expect([undefined, '', '1', '2', '-1', 'x'].map((own) => nextDepth(own))).toEqual(['1', '1', '2', '3', '1', '1']);
  expect(() => checkDepth('1', 2)).not.toThrow();
  expect(() => checkDepth('1', 1)).toThrow(/inside an agent already\. Raise maxDepth above 1/);
  expect(() => checkDepth('3', 2)).toThrow(/inside 3 agents/);
});

describe('options', () => {
  const resolve = (options: TransportOptions) => resolveTransportOptions(options, '/host');

  test('the ladder waits 5 s on each rung unless it is told otherwise, rung by rung', () => {
    const base = { eofGraceMs: 5000, termGraceMs: 5000, killGraceMs: 5000, drainMs: 500, tree: true };
    expect(resolve({}).shutdown).toEqual(base);
    expect(resolve({ shutdown: { termGraceMs: 0, tree: false } }).shutdown).toEqual({ ...base, termGraceMs: 0, tree: false });
  });

  test('limits are none unless they are given', () => {
    expect(resolve({}).limits).toBeUndefined();
    expect(resolve({ limits: { residentBytes: { hard: 5 } } }).limits).toEqual({
      softBytes: Infinity,
      hardBytes: 5,
      cpuPercent: Infinity,
      cpuWindowMs: 5000,
      wallMs: Infinity,
      sampleEveryMs: 500,
    });
  });

  test.each<[option: string, options: TransportOptions]>([
    ['shutdown.termGraceMs', { shutdown: { termGraceMs: -1 } }],
    ['shutdown.eofGraceMs', { shutdown: { eofGraceMs: Number.NaN } }],
    ['limits.residentBytes.hard', { limits: { residentBytes: { hard: 0 } } }],
    ['limits.residentBytes', { limits: { residentBytes: { soft: 5, hard: 5 } } }],
    ['limits.sampleEveryMs', { limits: { sampleEveryMs: 19 } }],
    ['limits.wallMs', { limits: { wallMs: '5' as unknown as number } }],
    ['rlimits.addressSpaceBytes', { rlimits: { addressSpaceBytes: 1 } }],
    ['rlimits.openFiles', { rlimits: { openFiles: 63 } }],
    ['containment', { containment: 'docker' as 'auto' }],
    ['versionCheck', { versionCheck: 'never' as 'off' }],
    ['maxDepth', { maxDepth: 0 }],
    ['args', { args: ['a\0b'] }],
    ['command', { command: '' }],
    ['command', { command: ['node', 'a\0b'] }],
    ['cwd', { cwd: new URL('https://host/folder') }],
    ['fileArgs', { fileArgs: { 'a/b': 'x' } }],
  ])('%s', (option, options) => {
    expect(() => resolve(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option }));
  });

  test('a relative folder is one of the host, a file: URL a path', () => {
    expect(resolve({ cwd: 'work' }).cwd).toBe('/host/work');
    expect(resolve({ cwd: new URL('file:///a%20b') }).cwd).toBe('/a b');
    expect(resolve({}).cwd).toBe('/host');
  });
});
