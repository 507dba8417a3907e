import { describe, expect, test } from 'vitest';
import { holdSecrets } from '../../../src/errors/known-secrets.ts';
import { redact, redactCause, redactText } from '../../../src/errors/redact.ts';
import { secretsOfFlags, secretsOfProcess, secretsOfSession } from '../../../src/policy/secrets.ts';

describe('what counts as a secret', () => {
  test('of an environment: by the name; numbers, switches and ordinary words are none', () => {
    const env = {
      ANTHROPIC_API_KEY: 'key',
      MY_TOKEN: 'token',
      AWS_ACCESS_KEY_ID: 'id',
      DB_PASSWORD: 'pass word',
      MAX_OUTPUT_TOKENS: '128000',
      ANTHROPIC_MODEL: 'claude-opus-4-5-20251101',
      AWS_PROFILE: 'default',
      SECRET_SWITCH: 'true',
      PATH: '/usr/bin',
      ANTHROPIC_CUSTOM_HEADERS: 'X-One: first-value\nX-Two: second-value',
      HTTPS_PROXY: 'http://me:hunter2hunter2@proxy:8080',
      gone: undefined,
    };
    expect(new Set(secretsOfProcess(env, [], 'inherit'))).toEqual(
      new Set(['key', 'token', 'id', 'pass word', 'first-value', 'second-value', 'hunter2hunter2']),
    );
  });

  test('of arguments and the credential', () => {
    const args = ['--api-key=one', '--auth-token', 'two', '--max-tokens=9', '--model=x', '-p', 'text'];
    expect(secretsOfProcess({}, args, { apiKey: 'three' })).toEqual(['three', 'one', 'two']);
  });

  test('of a session: servers, settings and flags at any depth', () => {
    const found = secretsOfSession({
      mcpServers: {
        a: { command: 'x', args: ['--token', 'one'], env: { PLAIN: 'q7random9words', MODE: 'production', API_KEY: 'two' } },
        b: {
          type: 'http',
          url: 'https://h/mcp?token=three&page=2',
          headers: { Authorization: 'Bearer q7bearer9words', Accept: 'text/html' },
        },
      },
      settings: '{"env":{"SHOP_PASSWORD":"four"},"apiKeyHelper":"five"}',
      extraArgs: { 'mcp-config': '{"mcpServers":{"c":{"env":{"T_TOKEN":"six"}}}}', 'some-secret': 'seven', model: 'opus' },
    });
    expect(new Set(found)).toEqual(
      new Set(['one', 'q7random9words', 'two', 'three', 'Bearer q7bearer9words', 'q7bearer9words', 'four', 'five', 'six', 'seven']),
    );
    expect(secretsOfFlags({ settings: 'not json {', debug: null })).toEqual([]);
  });
});

describe('the redactor', () => {
  test('hides a held value in every form in which it is written, and no longer once it was let go by all', () => {
    const value = 'pa"ss wörd9';
    const [first, second] = [holdSecrets([value]), holdSecrets([value])];
    const forms = [value, JSON.stringify(value), JSON.stringify(JSON.stringify(value)), encodeURIComponent(value)];
    for (const form of forms) expect(redactText(`x ${form} y`)).not.toMatch(/ss.*9/);
    first();
    first();
    expect(redactText(value)).toBe('[redacted]');
    second();
    expect(redactText(value)).toBe(value);
  });

  test('words of fewer than 6 characters are never hidden, and a longer secret goes before one that is part of it', () => {
    const release = holdSecrets(['short', '      ', 'q7part9', 'q7part9-and-more']);
    expect(redactText('short       q7part9-and-more q7part9')).toBe('short       [redacted] [redacted]');
    release();
  });

  test('"basic understanding" and "bearer authentication" are no credentials', () => {
    const text = 'It has a basic understanding of bearer authentication, Basic functionality.';
    expect(redactText(text)).toBe(text);
    expect(redactText('Basic dXNlcjpwYXNz, bearer abcdefgh1')).toBe('Basic [redacted], bearer [redacted]');
  });

  test.each(['a.', 'eyJ-', 'eyJaaaaaaaa.', 'sk-', 'a://', 'bearer ', 'bearer', ' ', 'ghp_', 'AKIA', 'Basic =', 'x'])(
    'takes no more than a moment for a line full of %j',
    (piece) => {
      const line = piece.repeat(Math.ceil(65_536 / piece.length));
      const startedAt = performance.now();
      for (const text of [line, `bearer${line}`, `https://${line}`]) redactText(text);
      // A pattern that goes back over what it has seen takes seconds.
      expect(performance.now() - startedAt).toBeLessThan(1000);
    },
  );

  test('looks into errors, circles and what has a JSON form of its own', () => {
    const circle: { name: string; self?: unknown } = { name: 'sk-abcdefgh12' };
    circle.self = circle;
    expect(redact(circle)).toEqual({ name: '[redacted]', self: '[circular]' });
    const deep = Array.from({ length: 20_000 }).reduce<object>((inner) => ({ inner }), { key: 'sk-abcdefgh12' });
    expect(JSON.stringify(redact(deep))).toContain('[nested too deeply]');
    expect(redact({ at: new Date(0), cause: new TypeError('no sk-abcdefgh12') })).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      cause: { name: 'TypeError', message: 'no [redacted]' },
    });
  });

  test('a cause without a secret stays the very object; one with a secret is copied, its causes with it', () => {
    const plain = new Error('fine', { cause: new Error('as well') });
    expect(redactCause(plain)).toBe(plain);
    const inner = Object.assign(new TypeError('no sk-abcdefgh12'), { code: 'E' });
    const outer = new Error('fine', { cause: inner });
    const copy = redactCause(outer) as Error & { readonly cause: TypeError & { code: string } };
    expect(copy).toBeInstanceOf(Error);
    expect(copy.cause).toBeInstanceOf(TypeError);
    expect([copy.message, copy.cause.message, copy.cause.code]).toEqual(['fine', 'no [redacted]', 'E']);
    expect(`${copy.stack}${copy.cause.stack}`).not.toContain('abcdefgh12');
    expect(inner.message).toBe('no sk-abcdefgh12');
    const loop = new Error('sk-abcdefgh12');
    loop.cause = loop;
    expect((redactCause(loop) as Error).message).toBe('[redacted]');
  });
});
