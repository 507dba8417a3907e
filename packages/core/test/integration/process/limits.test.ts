import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { stop } from 'esbuild';
import { filter, firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import { afterAll, expect, test } from 'vitest';
import { createTransport, type LimitError, type Message, SubwireError, type TransportOptions } from '@subwire/core';
import { fakeCli, isAlive, trackProcesses } from '@subwire/testing';
import { bundleHost } from '../../support/bundle-host.ts';
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
  const host = await bundleHost(new URL('../../fixtures/hosts/memory-limit.ts', import.meta.url));
  // Its service is a process, too.
  await stop();
  const request = {
    leaking: { ...fakeCli({ faults: [{ name: 'leak-memory', bytes: 50_000_000 }] }), args },
    sibling: { ...fakeCli(), args },
    softBytes: 150_000_000,
    hardBytes: 300_000_000,
  };
  // A process of its own: what the test runner keeps is no growth of the host.
  const { stdout } = await promisify(execFile)(process.execPath, [host, JSON.stringify(request)]).finally(() =>
    rm(path.dirname(host), { recursive: true, force: true }),
  );
  const report = JSON.parse(stdout) as { lastBytes: number; endedMs: number; grownBytes: number };
  expect(report).toMatchObject({ code: 'MEMORY_LIMIT', limit: 300_000_000, softs: 1, survivors: [], siblingLives: true });
  expect(report.endedMs).toBeLessThan(2000);
  expect(report.lastBytes).toBeGreaterThan(300_000_000);
  // What 50 MB/s add in the half second between two looks, and as much again for a machine that is busy.
  expect(report.lastBytes).toBeLessThan(450_000_000);
  expect(report.grownBytes).toBeLessThan(20 * mebibyte);
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
