import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createTransport } from '@subwire/core';
import { carriersOf, eventually } from './support.ts';

const cycles = 200;
const atOnce = 4;

/** Starts tools in sessions of their own, answers, begins a line that it does not end, and works on: an abort meets it anywhere. */
const agent = `
import os, signal, sys, time
sys.stdout.write('{"type":"keep_alive"}\\n'); sys.stdout.flush()
for kind in (1, 2):
    if os.fork() == 0:
        os.setsid()
        if kind == 2: signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(100); os._exit(0)
sys.stdout.write('{"type":"result","half":'); sys.stdout.flush()
time.sleep(100)
`;

test('P01 200 starts that are aborted at random moments leave no process, no group and no descriptor', { timeout: 120_000 }, async () => {
  const tag = `abort-${process.pid}-${Date.now()}`;
  const openBefore = readdirSync('/proc/self/fd').length;
  let survivors = 0;
  let started = 0;
  const cycle = async (): Promise<void> => {
    const shutdown = { eofGraceMs: 10, termGraceMs: 60, killGraceMs: 5000 };
    const transport = createTransport({ command: ['python3', '-I', '-S', '-c', agent], env: { TREE_TAG: tag }, shutdown });
    transport.messages$.subscribe({ error: () => undefined });
    const signal = AbortSignal.timeout(Math.floor(Math.random() * 80));
    await transport.connect({ signal }).catch(() => undefined);
    if (transport.isConnected) {
      started += 1;
      await new Promise<void>((resolve) =>
        signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
      );
    }
    survivors += (await transport.close({ from: Math.random() < 0.5 ? 'term' : 'eof' })).survivors.length;
  };
  for (let left = cycles; left > 0; left -= atOnce) await Promise.all(Array.from({ length: atOnce }, cycle));
  expect(survivors).toBe(0);
  expect(started).toBeGreaterThan(cycles / 4);
  expect(await eventually(() => carriersOf(tag).length === 0, 10_000)).toBe(true);
  expect(await eventually(() => readdirSync('/proc/self/fd').length <= openBefore + 4, 5000)).toBe(true);
});
