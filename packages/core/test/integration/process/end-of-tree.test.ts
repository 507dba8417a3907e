import { filter, firstValueFrom, take, toArray } from 'rxjs';
import { afterAll, expect, test } from 'vitest';
import { createTransport, type Transport, type TransportOptions } from '@subwire/core';
import { fakeCli, type Fault, isAlive, trackProcesses } from '@subwire/testing';
import { carriersOf, environmentOf } from './support.ts';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const sleeper = 'setInterval(() => {}, 1000)';
const stubborn = `process.on("SIGTERM", () => {}); ${sleeper}`;

/** A parent that starts three children, says their pids once all run, and ends at EOF as the real CLI does. */
const familyOf = (end: string): string => `
  const { spawn } = require('node:child_process');
  const start = (code, options) => spawn(process.execPath, ['-e', code + ';process.send?.(1)'], { stdio: ['ignore', 'inherit', 'ignore', 'ipc'], ...options });
  const family = [start('${sleeper}', {}), start('${sleeper}', { detached: true }), start('${stubborn}', { detached: true })];
  let ready = 0;
  for (const child of family) child.once('message', () => { child.disconnect(); child.unref(); ready += 1;
    if (ready === 3) console.log(JSON.stringify({ type: 'keep_alive', family: family.map((one) => one.pid) })); });
  ${end}`;

async function startFamily(end: string, options: TransportOptions = {}): Promise<{ transport: Transport; family: readonly number[] }> {
  const transport = createTransport({ command: ['node', '-e', familyOf(end)], ...options });
  await transport.connect();
  const message = await firstValueFrom(transport.messages$.pipe(filter((one) => 'family' in one)));
  return { transport, family: (message as unknown as { family: readonly number[] }).family };
}

test('P03 a plain, a setsid and a TERM-ignoring child that hold stdout are dead within the grace, and the receipt lists 3 of 3', async () => {
  const { transport, family } = await startFamily('process.stdin.resume().on("end", () => process.exit(0))', {
    shutdown: { termGraceMs: 600 },
  });
  const startedAt = performance.now();
  const receipt = await transport.close();
  expect(performance.now() - startedAt).toBeLessThan(600 + 2000);
  expect(family.filter((pid) => isAlive(pid))).toEqual([]);
  expect(receipt.killed.map(({ pid }) => pid).sort()).toEqual([...family].sort());
  expect(receipt).toMatchObject({ exit: { code: 0, signal: null }, rungs: ['eof', 'descendants'], survivors: [] });
});

test('P03 the same when the process itself ignores EOF and TERM: it is killed after the grace, and the receipt lists 4 of 4', async () => {
  const { transport, family } = await startFamily(stubborn, { shutdown: { eofGraceMs: 50, termGraceMs: 500 } });
  const startedAt = performance.now();
  const receipt = await transport.close();
  const elapsedMs = performance.now() - startedAt;
  expect(elapsedMs).toBeGreaterThan(540);
  expect(elapsedMs).toBeLessThan(550 + 2000);
  expect([transport.pid!, ...family].filter((pid) => isAlive(pid))).toEqual([]);
  expect(receipt.killed.map(({ pid }) => pid).sort()).toEqual([transport.pid!, ...family].sort());
  expect(receipt).toMatchObject({ exit: { code: null, signal: 'SIGKILL' }, rungs: ['eof', 'term', 'kill', 'descendants'], survivors: [] });
});

test('P03 what a dead process has left behind is found although nothing leads to it any more', async () => {
  const { transport, family } = await startFamily('process.stdin.resume().on("data", () => process.kill(process.pid, "SIGKILL"))', {
    shutdown: { termGraceMs: 300 },
  });
  await transport.send('die');
  await firstValueFrom(transport.exit$);
  const receipt = await transport.close();
  expect(family.filter((pid) => isAlive(pid))).toEqual([]);
  expect(receipt).toMatchObject({ exit: { signal: 'SIGKILL' }, rungs: ['descendants'], survivors: [] });
  expect(receipt.killed.map(({ pid }) => pid).sort()).toEqual([...family].sort());
});

test('P03 a child with a clean environment that left its parent is found by the session of its grandparent, and one that forks on and on is outrun', async () => {
  const transport = createTransport({
    command: ['python3', '-c', doubleFork],
    shutdown: { eofGraceMs: 20, termGraceMs: 100 },
  });
  await transport.connect();
  await firstValueFrom(transport.messages$);
  const marker = environmentOf(transport.pid!).find((line) => line.startsWith('SUBWIRE_TREE='))!;
  const receipt = await transport.close();
  expect(receipt.survivors).toEqual([]);
  expect(carriersOf(marker)).toEqual([]);
});

const doubleFork = `
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def storm():
    os.setsid()
    # Ends by itself: a test run that is killed must not leave a machine behind that forks for ever.
    end = time.time() + 15
    while time.time() < end:
        if os.fork() > 0:
            time.sleep(0.02)
            os._exit(0)
        time.sleep(0.01)
if os.fork() == 0:
    if os.fork() == 0:
        storm()
    os._exit(0)
if os.fork() == 0:
    if os.fork() > 0: os._exit(0)
    os.execve('/bin/sleep', ['sleep', '1000'], {})
print('{"type":"keep_alive"}', flush=True)
time.sleep(1000)
`;

test('the time between TERM and KILL is 5 s by default', async () => {
  const transport = createTransport({ command: ['node', '-e', `${stubborn}; console.log('{"type":"keep_alive"}')`] });
  await transport.connect();
  await firstValueFrom(transport.messages$);
  const receipt = await transport.close({ from: 'term' });
  expect(receipt.rungs).toEqual(['term', 'kill']);
  expect(receipt.durationMs).toBeGreaterThan(4990);
  expect(receipt.durationMs).toBeLessThan(7500);
});

test('a process that ends at EOF is not said to be killed, and its orderly end costs no grace', async () => {
  const transport = createTransport({ command: ['node', '-e', 'console.log("{}"); process.stdin.resume()'] });
  await transport.connect();
  await firstValueFrom(transport.messages$);
  const receipt = await transport.close();
  expect(receipt).toMatchObject({ exit: { code: 0 }, rungs: ['eof'], killed: [], survivors: [] });
  expect(receipt.durationMs).toBeLessThan(1000);
});

test('P03 every kind of child that the fake CLI starts is dead after close()', async () => {
  const kinds = ['plain', 'setsid', 'double-fork', 'ignore-term', 'hold-stdout'] as const;
  const faults: Fault[] = kinds.map((kind) => ({ name: 'start-child', kind, report: true }));
  const args = ['--output-format=stream-json', '--verbose', '--input-format=stream-json'];
  const transport = createTransport({ ...fakeCli({ faults }), args, shutdown: { termGraceMs: 400 } });
  await transport.connect();
  await firstValueFrom(transport.stderr$.pipe(take(kinds.length), toArray()));
  const marker = environmentOf(transport.pid!).find((line) => line.startsWith('SUBWIRE_TREE='))!;
  expect(carriersOf(marker).length).toBeGreaterThan(kinds.length);
  expect((await transport.close()).survivors).toEqual([]);
  expect(carriersOf(marker)).toEqual([]);
});
