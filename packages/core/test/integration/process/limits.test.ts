import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { filter, take, toArray } from 'rxjs/operators';
import { afterAll, expect, test } from 'vitest';
import { createTransport, type LimitError, type Message, SubwireError, type TransportOptions, type TreeUsage } from '@subwire/core';
import { fakeCli, isAlive, trackProcesses } from '@subwire/testing';
import { carriersOf, environmentOf } from './support.ts';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const mebibyte = 1024 * 1024;
const args = ['--output-format=stream-json', '--verbose', '--input-format=stream-json'];
const script = (code: string): TransportOptions => ({ command: ['node', '-e', code] });

async function endOf(options: TransportOptions): Promise<{ error: LimitError; elapsedMs: number; pid: number }> {
  const transport = createTransport(options);
  const outcome = lastValueFrom(transport.messages$).catch((cause: unknown) => cause);
  await transport.connect();
  const startedAt = performance.now();
  const error = await outcome;
  await transport.close();
  expect(SubwireError.is(error)).toBe(true);
  return { error: error as LimitError, elapsedMs: performance.now() - startedAt, pid: transport.pid! };
}

test('P04 a leak of 50 MB/s against a hard limit of 300 MB is dead within 2 s of crossing; host and sibling are untouched', async () => {
  await using sibling = createTransport({ ...fakeCli(), args });
  await sibling.connect();
  const transport = createTransport({
    ...fakeCli({ faults: [{ name: 'leak-memory', bytes: 50_000_000 }] }),
    args,
    limits: { residentBytes: { soft: 150_000_000, hard: 300_000_000 } },
  });
  const diagnostics = lastValueFrom(transport.diagnostics$.pipe(toArray()));
  const outcome = lastValueFrom(transport.messages$).catch((cause: unknown) => cause);
  await transport.connect();
  let crossedAt: number | undefined;
  // From the first look on: compiling the code that looks is no growth.
  let residentBefore: number | undefined;
  transport.usage({ everyMs: 100 }).subscribe((usage) => {
    if (usage.residentBytes > 100_000_000) residentBefore ??= process.memoryUsage.rss();
    if (usage.residentBytes > 300_000_000) crossedAt ??= performance.now();
  });
  const error = (await outcome) as LimitError;
  await transport.close();
  const diedAt = performance.now();
  expect(isAlive(transport.pid!)).toBe(false);
  expect(error).toMatchObject({ code: 'MEMORY_LIMIT', limit: 300_000_000, retryable: false });
  expect(diedAt - (crossedAt ?? diedAt)).toBeLessThan(2000);
  const samples = error.samples as readonly TreeUsage[];
  expect(samples.at(-1)!.residentBytes).toBeGreaterThan(300_000_000);
  expect(samples.at(-1)!.residentBytes).toBeLessThan(450_000_000);
  expect((await diagnostics).filter(({ code }) => code === 'SOFT_LIMIT')).toHaveLength(1);
  expect(process.memoryUsage.rss() - residentBefore!).toBeLessThan(20 * mebibyte);
  expect(sibling.isConnected).toBe(true);
});

test('P04 memory of a child of the agent counts', async () => {
  const { error } = await endOf({
    ...script(
      `require('child_process').spawn(process.execPath, ['-e', 'globalThis.kept = Buffer.alloc(200e6, 1); setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1000)`,
    ),
    limits: { residentBytes: { hard: 200_000_000 }, sampleEveryMs: 100 },
  });
  expect(error.code).toBe('MEMORY_LIMIT');
});

test('a tree that burns its processor for longer than the window ends with CPU_LIMIT', async () => {
  const { error, pid } = await endOf({
    ...script('for (;;) {}'),
    limits: { cpuPercent: 5, cpuWindowMs: 600, sampleEveryMs: 150 },
    shutdown: { termGraceMs: 100 },
  });
  expect(error).toMatchObject({ code: 'CPU_LIMIT', limit: 5 });
  expect(error.samples!.length).toBeGreaterThan(1);
  expect(isAlive(pid)).toBe(false);
});

test('a process that lives longer than wallMs ends with TIME_LIMIT', async () => {
  const { error, elapsedMs } = await endOf({ ...script('setInterval(() => {}, 1000)'), limits: { wallMs: 300 } });
  expect(error).toMatchObject({ code: 'TIME_LIMIT', limit: 300, clock: 'wall' });
  expect(elapsedMs).toBeGreaterThanOrEqual(295);
});

test('usage() tells memory, threads, files, sockets and pids of the whole tree, and completes with the process', async () => {
  const transport = createTransport(
    script(
      `require('child_process').spawn(process.execPath, ['-e', 'process.stdin.resume()'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }).once('spawn', () => console.log('{"type":"keep_alive"}')); process.stdin.resume().on('end', () => process.exit(0))`,
    ),
  );
  await expect(firstValueFrom(transport.usage())).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
  await transport.connect();
  await firstValueFrom(transport.messages$);
  const samples = lastValueFrom(transport.usage({ everyMs: 50 }).pipe(toArray()));
  const [, second] = await firstValueFrom(transport.usage({ everyMs: 50 }).pipe(take(2), toArray()));
  expect(second!.processes).toHaveLength(2);
  expect(second!.processes[0]).toBe(transport.pid);
  expect(second!.residentBytes).toBeGreaterThan(40 * mebibyte);
  expect(second!.threads).toBeGreaterThan(4);
  expect(second!.openFiles).toBeGreaterThan(10);
  expect(second!.sockets).toBeGreaterThanOrEqual(4);
  await transport.close();
  expect((await samples).length).toBeGreaterThan(0);
});

test('P22 with every limit on, WebAssembly and fetch work; a limit on address space is refused with the reason', async () => {
  const server = createServer((_, response) => void response.end('pong')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const transport = createTransport({
    ...script(
      `(async () => { new WebAssembly.Memory({ initial: 1, maximum: 65536 }); const text = await (await fetch('http://127.0.0.1:${port}/')).text(); console.log(JSON.stringify({ type: 'keep_alive', text, files: require('fs').readFileSync('/proc/self/limits', 'utf8') })); process.stdin.resume(); })()`,
    ),
    limits: { residentBytes: { soft: 500 * mebibyte, hard: 900 * mebibyte }, cpuPercent: 800, wallMs: 60_000 },
    rlimits: { openFiles: 512, cpuSeconds: 600 },
  });
  await transport.connect();
  const message = (await firstValueFrom(transport.messages$.pipe(filter((one: Message) => 'text' in one)))) as unknown as {
    text: string;
    files: string;
  };
  await transport.close();
  server.close();
  expect(message.text).toBe('pong');
  expect(message.files).toMatch(/Max open files\s+512\s+512/);
  expect(message.files).toMatch(/Max cpu time\s+600\s+600/);
  expect(message.files).toMatch(/Max address space\s+unlimited/);
  expect(() => createTransport({ rlimits: { addressSpaceBytes: 512 * mebibyte } })).toThrow(/address space/);
});

test('a limit that is reached leaves nothing of the tree', async () => {
  const tag = `limit-${process.pid}-${Date.now()}`;
  const { error } = await endOf({
    ...script(`require('child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1000)`),
    env: { TREE_TAG: tag },
    limits: { wallMs: 400 },
  });
  expect(error.code).toBe('TIME_LIMIT');
  expect(carriersOf(tag)).toEqual([]);
  expect(environmentOf(process.pid).join()).not.toContain(tag);
});
