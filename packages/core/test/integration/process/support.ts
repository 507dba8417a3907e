import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The environment that a process was started with, as `NAME=value` lines. */
export function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

/** Every process of this machine that carries a text in its environment. A zombie has none. */
export function carriersOf(text: string): readonly number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => environmentOf(pid).some((line) => line.includes(text)));
}

/** Asks again and again until it holds. Returns whether it did in time. */
export async function eventually(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

/** The interpreter itself: what is found as `python3` may be a shell script that looks for it, at ten times the cost of its start. */
export function findPython(): string {
  return spawnSync('python3', ['-I', '-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();
}
