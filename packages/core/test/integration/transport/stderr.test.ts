import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import { afterAll, describe, expect, test } from 'vitest';
import { createTransport } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const script = (code: string) => ({ command: ['node', '-e', code] as const });
const openFiles = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });

describe.each([
  ['a pipe', false],
  ['a file', true],
])('stderr over %s', (_, stderrFile) => {
  test('P24 comes as lines, the last ones are kept, and a first line says that older ones were dropped', async () => {
    await using transport = createTransport({
      ...script('for (let i = 1; i <= 250; i++) console.error("line " + i); process.stdin.resume()'),
      stderrFile,
    });
    await transport.connect();
    const lines = await firstValueFrom(transport.stderr$.pipe(take(250), toArray()));
    expect(lines).toEqual(Array.from({ length: 250 }, (__, index) => `line ${index + 1}`));
    expect(transport.stderrTail).toHaveLength(101);
    expect(transport.stderrTail[0]).toContain('150 earlier lines dropped');
    expect(transport.stderrTail.at(-1)).toBe('line 250');
    const replayed = await firstValueFrom(transport.stderr$.pipe(take(100), toArray()));
    expect(replayed[0]).toBe('line 151');
  });

  test('P24 the error of a process that dies holds its exit code and its last words', async () => {
    const transport = createTransport({
      ...script('console.error("first"); console.error("the disk is full"); process.exitCode = 5'),
      stderrFile,
    });
    const outcome = lastValueFrom(transport.messages$).catch((cause: unknown) => cause);
    await transport.connect();
    expect(await outcome).toMatchObject({
      exitCode: 5,
      stderrTail: ['first', 'the disk is full'],
      message: expect.stringContaining('the disk is full'),
    });
  });

  test('is live: a line is there while the process goes on', async () => {
    await using transport = createTransport({ ...script('console.error("started"); process.stdin.resume()'), stderrFile });
    await transport.connect();
    expect(await firstValueFrom(transport.stderr$)).toBe('started');
    expect(transport.isConnected).toBe(true);
  });
});

test('a stderr file has no name from the start, so nothing of it is left, and its descriptor is closed at the end', async () => {
  const names = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('subwire-stderr-'));
  const before = names();
  const transport = createTransport({ ...script('console.error("x"); process.stdin.resume()'), stderrFile: true });
  await transport.connect();
  await firstValueFrom(transport.stderr$);
  expect(names()).toEqual(before);
  expect(openFiles().some((file) => file.includes('subwire-stderr-'))).toBe(true);
  await transport.close();
  expect(openFiles().some((file) => file.includes('subwire-stderr-'))).toBe(false);
});

test('P17 4 MiB of stderr, then 4 MiB of stdout, before an 8 MiB prompt is read: nobody waits for anybody', async () => {
  const program = `const { writeSync } = require('fs'); const all = (fd, s) => { const b = Buffer.from(s); let at = 0; while (at < b.length) { try { at += writeSync(fd, b, at) } catch (e) { if (e.code !== 'EAGAIN') throw e } } };
    all(2, ('e'.repeat(1023) + '\\n').repeat(4096)); all(1, ('{"type":"keep_alive","s":"' + 'o'.repeat(996) + '"}\\n').repeat(4096));
    let n = 0; process.stdin.on('data', (c) => n += c.length).on('end', () => console.log(JSON.stringify({ type: 'keep_alive', read: n })))`;
  const transport = createTransport(script(program));
  const startedAt = performance.now();
  await transport.connect();
  const messages = lastValueFrom(transport.messages$.pipe(toArray()));
  await transport.send({ type: 'user', message: { role: 'user', content: 'p'.repeat(8 << 20) } });
  await transport.endInput();
  expect((await messages).at(-1)).toMatchObject({ read: (8 << 20) + 55 });
  expect(await messages).toHaveLength(4097);
  expect(performance.now() - startedAt).toBeLessThan(15_000);
});

test('a descendant that holds stdout does not keep the end back', async () => {
  const transport = createTransport({
    ...script(`require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)'], { stdio: ['ignore', 'inherit', 'ignore'], detached: true });
      process.stdout.write('{"type":"keep_alive"}\\n', () => process.exit(0))`),
  });
  const startedAt = performance.now();
  const exit = firstValueFrom(transport.exit$);
  await transport.connect();
  expect(await exit).toEqual({ code: 0, signal: null });
  // The descendant lives for 30 seconds.
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  expect((await transport.close()).survivors).toEqual([]);
});
