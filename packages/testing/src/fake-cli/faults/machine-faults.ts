import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Host } from '../host.ts';
import { numberOf, textOf, type FaultFactory } from './fault-hooks.ts';
import { startChild, type ChildKind } from './start-child.ts';

type Fault = Readonly<Record<string, unknown>>;

/** A fault that uses the operating system of the process it runs in, from the start or once `at` lines were printed. */
function machineFault(begin: (fault: Fault, host: Host) => void): FaultFactory {
  return (fault, { host }) => {
    if (!host.real) throw new Error(`The fault "${String(fault['name'])}" needs a real process. Use fakeCli() for it, not a mock process.`);
    const at = numberOf(fault, 'at', 0);
    let printed = 0;
    return {
      start(next) {
        if (at <= 0) begin(fault, host);
        next();
      },
      bytes(bytes, next) {
        next(bytes);
        printed += 1;
        if (printed === at) begin(fault, host);
      },
    };
  };
}

/** Memory that nothing frees, held here so that no collector takes it. */
const leaked: Buffer[] = [];

const leakMemory = machineFault((fault) => {
  const perSecond = numberOf(fault, 'bytes', 50 * 1024 * 1024);
  const most = numberOf(fault, 'limit', 4 * 1024 * 1024 * 1024);
  const everyMs = numberOf(fault, 'ms', 50);
  const piece = Math.max(1, Math.floor((perSecond * everyMs) / 1000));
  const timer = setInterval(() => {
    // Filled, because untouched pages are not resident.
    if (leaked.length * piece < most) leaked.push(Buffer.alloc(piece, 1));
    else clearInterval(timer);
  }, everyMs);
});

const burnCpu = machineFault((fault) => {
  const ms = numberOf(fault, 'ms', Infinity);
  const threads = numberOf(fault, 'threads', 1);
  // Threads of their own, so that the process still answers, as a CLI that spins in native code does.
  void import('node:worker_threads').then(({ Worker }) => {
    for (let index = 0; index < threads; index += 1) {
      const worker = new Worker('for (;;) {}', { eval: true });
      worker.on('error', () => {});
      if (ms !== Infinity) setTimeout(() => void worker.terminate(), ms).unref();
    }
  });
});

const openFiles = machineFault((fault, host) => {
  const wanted = numberOf(fault, 'count', 1000);
  for (let opened = 0; opened < wanted; opened += 1) {
    try {
      openSync('/dev/null', 'r');
    } catch (error) {
      host.complain(`Error: ${(error as NodeJS.ErrnoException).code ?? 'failed'} after ${opened} opens`);
      return;
    }
  }
});

const startChildren = machineFault((fault, host) => {
  const kind = (textOf(fault, 'kind') ?? 'plain') as ChildKind;
  const pids: number[] = [];
  for (let index = 0; index < numberOf(fault, 'count', 1); index += 1) pids.push(startChild(kind, numberOf(fault, 'ms', 60_000)));
  if (fault['report'] === true) host.complain(`children: ${pids.join(' ')}`);
});

const rewriteConfig = machineFault((fault, host) => {
  const file = textOf(fault, 'file') ?? path.join(host.env['CLAUDE_CONFIG_DIR'] ?? host.env['HOME'] ?? host.cwd, '.claude.json');
  const times = numberOf(fault, 'times', 20);
  const everyMs = numberOf(fault, 'ms', 5);
  let done = 0;
  const rewrite = (): void => {
    if (done++ >= times) return;
    rewriteOnce(file, host, numberOf(fault, 'bytes', 16_384));
    host.after(everyMs, rewrite);
  };
  rewrite();
});

/** Reads, changes and writes back without an atomic replace, as the real CLI was reported to do: a reader in between sees half a file. */
function rewriteOnce(file: string, host: Host, size: number): void {
  const handle = openSync(file, 'a+');
  try {
    const before = fstatSync(handle).size === 0 ? '{}' : readFileSync(file, 'utf8');
    let starts = 0;
    try {
      starts = (JSON.parse(before) as { readonly starts?: number }).starts ?? 0;
    } catch {
      host.complain(`Error: Invalid JSON in ${path.basename(file)}`);
    }
    const text = JSON.stringify({ starts: starts + 1, pid: host.pid, filler: 'x'.repeat(size) });
    ftruncateSync(handle, 0);
    const half = Math.floor(text.length / 2);
    writeSync(handle, text.slice(0, half));
    fsyncSync(handle);
    writeSync(handle, text.slice(half));
  } finally {
    closeSync(handle);
  }
}

/** Faults that need a real process. */
export const machineFaults: Readonly<Record<string, FaultFactory>> = {
  'leak-memory': leakMemory,
  'burn-cpu': burnCpu,
  'open-files': openFiles,
  'start-child': startChildren,
  'rewrite-config': rewriteConfig,
};
