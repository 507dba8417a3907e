import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionOptions } from '@subwire/core';
import { sessionKey, type KeyContext } from '../../../src/sessions/session-key.ts';

const context: KeyContext = { binary: { inode: 1 }, credential: { apiKey: 'one' }, environment: { PATH: '/bin' }, label: '' };
const options: SessionOptions = {
  command: ['/bin/claude'],
  args: ['--x'],
  cwd: '/tmp',
  env: { A: '1' },
  inheritEnv: 'profile',
  credential: { apiKey: 'one' },
  model: 'm',
  fallbackModel: 'f',
  systemPrompt: 's',
  appendSystemPrompt: 'a',
  allowedTools: ['Bash'],
  disallowedTools: ['Edit'],
  tools: ['Bash', 'Edit'],
  permissionMode: 'default',
  maxTurns: 3,
  maxBudgetUsd: 1,
  includePartialMessages: true,
  settingSources: ['user'],
  addDirs: ['/a'],
  strictMcpConfig: true,
  effort: 'low',
  extraArgs: { foo: null },
};

/** The same value with every object's names in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, reversed(item)])
      .reverse(),
  );
}

describe('P50 Q04: the key of a session', () => {
  test.each(Object.keys(options))('another %s is another key', (name) => {
    expect(sessionKey({ ...options, [name]: 'another' }, context)).not.toBe(sessionKey(options, context));
    const { [name as keyof SessionOptions]: _without, ...rest } = options;
    expect(sessionKey(rest, context)).not.toBe(sessionKey(options, context));
  });

  test.each(Object.keys(context))('another %s of the host is another key', (name) => {
    expect(sessionKey(options, { ...context, [name]: 'another' })).not.toBe(sessionKey(options, context));
  });

  test('the order of names means nothing, and neither do options that are undefined', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (env) => {
        const given = { ...options, env: env as never };
        const same = reversed({ ...given, resume: undefined }) as SessionOptions;
        expect(sessionKey(same, reversed(context) as KeyContext)).toBe(sessionKey(given, context));
      }),
    );
  });

  test('any difference in any value is another key', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }), fc.nat(), fc.string(), (env, pick, other) => {
        const name = Object.keys(env)[pick % Object.keys(env).length]!;
        fc.pre(env[name] !== other);
        expect(sessionKey({ env: { ...env, [name]: other } }, context)).not.toBe(sessionKey({ env }, context));
      }),
    );
  });

  test('callbacks are told apart by identity, and a signal says nothing about the session', () => {
    const onToolUse = async (): Promise<never> => Promise.reject(new Error('unused'));
    const withCallback = sessionKey({ ...options, onToolUse }, context);
    expect(sessionKey({ ...options, onToolUse }, context)).toBe(withCallback);
    expect(sessionKey({ ...options, onToolUse: async () => onToolUse() }, context)).not.toBe(withCallback);
    expect(sessionKey({ ...options, signal: new AbortController().signal }, context)).toBe(sessionKey(options, context));
  });

  test('no secret can be read in it', () => {
    expect(sessionKey({ credential: { apiKey: 'sk-secret' } }, context)).toMatch(/^[0-9a-f]{32}$/);
  });
});
