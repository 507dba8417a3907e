import { monitorEventLoopDelay } from 'node:perf_hooks';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createTransport, type Transport } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { hostProcessTable, type ProcessTable } from '../../../src/process/process-table.ts';
import { environmentOf } from './support.ts';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const idle = (): Transport => createTransport({ command: ['node', '-e', 'process.stdin.resume()'] });
const countListeners = (): readonly number[] =>
  ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP', 'beforeExit'].map((name) => process.listenerCount(name));

test('P47 a start looks at no process but its own, adds no listener and no helper to those of the first one, and blocks nobody', async () => {
  // Without what earlier hosts have left on this machine, which the first start ends.
  vi.stubEnv('XDG_RUNTIME_DIR', mkdtempSync(path.join(tmpdir(), 'subwire-cost-')));
  const first = idle();
  await first.connect();
  const table = hostProcessTable() as { -readonly [K in keyof ProcessTable]: ProcessTable[K] };
  const { readAll, readAllNow } = table;
  let looks = 0;
  table.readAll = () => (looks++, readAll());
  table.readAllNow = () => (looks++, readAllNow());
  const listeners = countListeners();
  const delay = monitorEventLoopDelay({ resolution: 2 });
  const started: Transport[] = [];
  try {
    delay.enable();
    for (let index = 0; index < 12; index++) {
      const transport = idle();
      started.push(transport);
      await transport.connect();
    }
    delay.disable();
    expect(looks).toBe(0);
    expect(countListeners()).toEqual(listeners);
    const helpers = readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && environmentOf(pid).length > 0)
      .filter((pid) => isChild(pid) && !started.some((transport) => transport.pid === pid) && pid !== first.pid);
    expect(helpers.length).toBeLessThanOrEqual(1);
    // One start takes 2 to 4 ms of this thread when the machine is quiet, nearly all of it the fork.
    expect(delay.percentile(50) / 1e6).toBeLessThan(50);
  } finally {
    Object.assign(table, { readAll, readAllNow });
    await Promise.all([first, ...started].map((transport) => transport.close()));
    rmSync(process.env['XDG_RUNTIME_DIR']!, { recursive: true, force: true });
    vi.unstubAllEnvs();
  }
});

function isChild(pid: number): boolean {
  return hostProcessTable()!.read(pid)?.parent === process.pid;
}
