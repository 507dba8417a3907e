import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { Runtime } from './io.ts';

/** The soft limit of open files, which only Linux tells without asking a shell. */
function openFileLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** What this process runs on, as it is now. */
export function readRuntime(): Runtime {
  return {
    nodeVersion: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    processors: availableParallelism(),
    openFiles: openFileLimit(),
  };
}
