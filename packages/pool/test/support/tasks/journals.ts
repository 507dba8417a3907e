import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { AgentTask, TaskResult } from '../../../src/index.ts';

/** Returns what names a new journal each time. To be called at the top of a test file: the journals are gone after its last test. */
export function freshJournals(): () => string {
  let folder: string;
  let files = 0;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'subwire-journal-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => path.join(folder, `run-${(files += 1)}.journal`);
}

export const task = (id: string, more: Partial<AgentTask> = {}): AgentTask => ({ id, prompt: `do ${id}`, ...more });

export const done = (id: string): TaskResult => ({
  id,
  success: true,
  status: 'done',
  index: 0,
  output: `é ${id}`,
  attempts: 1,
  durationMs: 5,
  waitedMs: 1,
});
