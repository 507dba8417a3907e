import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createTransport } from '@subwire/core';
import { carriersOf, eventually, findPython } from './support.ts';

// `SUBWIRE_SOAK=1 npx vitest run test/integration/process/spawn-and-abort.test.ts` takes some minutes.
const cycles = process.env['SUBWIRE_SOAK'] === '1' ? 2000 : 200;
const atOnce = 6;

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

test(
  `P01 ${cycles} starts that are aborted at random moments leave no process, no group and no descriptor`,
  { timeout: cycles * 600 },
  async () => {
    const python = findPython();
    const tag = `abort-${process.pid}-${Date.now()}`;
    const openBefore = readdirSync('/proc/self/fd').length;
    let survivors = 0;
    let started = 0;
    const cycle = async (): Promise<void> => {
      const shutdown = { eofGraceMs: 10, termGraceMs: 60, killGraceMs: 5000 };
      const transport = createTransport({
        command: [python, '-I', '-S', '-c', agent],
        allowedCommands: [python],
        env: { TREE_TAG: tag },
        shutdown,
      });
      transport.messages$.subscribe({ error: () => undefined });
      // Half of them while they start, the others once they run, however busy the machine is.
      const early = Math.random() < 0.5;
      const controller = new AbortController();
      const { signal } = controller;
      const abortSoon = (): unknown => setTimeout(() => controller.abort(), Math.random() * 50);
      if (early) abortSoon();
      await transport.connect({ signal }).catch(() => undefined);
      if (!early) abortSoon();
      if (transport.isConnected) {
        started += 1;
        await new Promise<void>((resolve) =>
          signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      }
      survivors += (await transport.close({ from: Math.random() < 0.5 ? 'term' : 'eof' })).survivors.length;
    };
    let left = cycles;
    const lane = async (): Promise<void> => {
      while (left-- > 0) await cycle();
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    expect(survivors).toBe(0);
    expect(started).toBeGreaterThan(cycles / 4);
    expect(await eventually(() => carriersOf(tag).length === 0, 10_000)).toBe(true);
    expect(await eventually(() => readdirSync('/proc/self/fd').length <= openBefore + 4, 5000)).toBe(true);
  },
);
