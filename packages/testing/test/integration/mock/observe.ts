import type { ChildProcess } from 'node:child_process';
import type { MockProcess } from '../../../src/mock/mock-process.ts';

export type Subject = MockProcess | ChildProcess;

/** Everything that a host can see of a child, in the order in which it saw it. Output is one event each, however it was cut. */
export interface Observation {
  readonly events: string[];
  readonly text: { stdout: string; stderr: string };
  note(event: string): void;
}

const code = (error: unknown): string => (error as NodeJS.ErrnoException | null | undefined)?.code ?? 'none';

export function observe(child: Subject, read: 'read' | 'ignore' = 'read'): Observation {
  const events: string[] = [];
  const text = { stdout: '', stderr: '' };
  const note = (event: string): void => {
    if (events.at(-1) !== event) events.push(event);
  };
  child.on('spawn', () => note('spawn'));
  child.on('error', (error) => note(`error ${code(error)}`));
  child.on('exit', (status, signal) => note(`exit ${status} ${signal}`));
  child.on('close', (status, signal) => note(`close ${status} ${signal}`));
  child.stdin!.on('error', (error) => note(`stdin error ${code(error)}`));
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('end', () => note(`${name} end`));
    if (read === 'read') {
      child[name]!.on('data', (chunk: Buffer) => {
        text[name] += chunk.toString();
        note(`${name} data`);
      });
    }
  }
  return { events, text, note };
}

/** A write whose outcome is an event too. */
export function write(child: Subject, observation: Observation, text: string, name = 'write'): void {
  child.stdin!.write(text, (error) => observation.note(`${name} ${code(error)}`));
}

export async function until(condition: () => boolean, limitMs = 4000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) return;
    await pause(5);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export const closed = (observation: Observation) => (): boolean => observation.events.some((event) => event.startsWith('close'));
