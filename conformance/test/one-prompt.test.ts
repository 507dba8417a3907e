import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, toArray } from 'rxjs';
import { afterAll, describe, expect, test } from 'vitest';
import { query } from '@subwire/core';
import { textOf } from '@subwire/core/operators';
import { trackProcesses } from '@subwire/testing';
import { realAgent, realCli } from '../src/real-agent.ts';

const bin = fileURLToPath(new URL('../../packages/cli/.cache/bin.js', import.meta.url));
const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: string[] = [];
    const err: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: out.join(''), stderr: err.join('') }));
  });
}

describe.skipIf(realCli === undefined)('the real CLI answers one prompt', () => {
  test('through query()', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'hello from the fake API' }] });
    const messages = await lastValueFrom(query('say hello', agent.options).pipe(toArray()));
    const texts = await lastValueFrom((await import('rxjs')).from(messages).pipe(textOf(), toArray()));
    expect(texts.join('')).toBe('hello from the fake API');
    expect(messages.find((message) => message.type === 'result')).toMatchObject({
      subtype: 'success',
      is_error: false,
      result: 'hello from the fake API',
    });
    expect(agent.api.requests.length).toBeGreaterThan(0);
  });

  test('through query() with partial messages, in pieces and once', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'deltas', text: 'one two three four', chunks: 4 }] });
    const texts = await lastValueFrom(query('count', { ...agent.options, includePartialMessages: true }).pipe(textOf(), toArray()));
    expect(texts.join('')).toBe('one two three four');
    expect(texts.length).toBeGreaterThan(1);
  });

  test('through subwire run --agent PATH', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'hello from the fake API' }] });
    const { code, stdout, stderr } = await run(['run', '--agent', agent.options.command, 'say hello'], agent.options.env, agent.cwd);
    expect({ code, stdout: stdout.trim() }, stderr).toEqual({ code: 0, stdout: 'hello from the fake API' });
  });
});
