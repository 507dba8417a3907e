import type { OpenTask } from './journal-types.ts';
import { addUsage, createUsageMeter, type UsageMeter } from './usage-meter.ts';
import type { AgentTask, TaskFailure, TaskResult, TaskStatus } from './types.ts';

/** A task in a run, and what has become of it so far. */
export interface Entry {
  readonly task: AgentTask;
  readonly index: number;
  readonly queuedAtMs: number;
  readonly meter: UsageMeter;
  attempts: number;
  repeated: number;
  fruitless: number;
  readonly crashes: TaskFailure[];
  readonly failures: TaskFailure[];
  sessionId: string | undefined;
  /** The next attempt takes up the conversation instead of sending the prompt again. */
  resumes: boolean;
  output: string;
  durationMs: number;
  waitedMs: number | undefined;
}

export function createEntry(task: AgentTask, index: number, nowMs: number, open?: OpenTask): Entry {
  return {
    task,
    index,
    queuedAtMs: nowMs,
    meter: createUsageMeter(),
    attempts: open?.attempts ?? 0,
    repeated: open?.repeated ?? 0,
    fruitless: 0,
    crashes: [...(open?.crashes ?? [])],
    failures: [...(open?.crashes ?? [])],
    sessionId: open?.sessionId,
    resumes: false,
    output: '',
    durationMs: 0,
    waitedMs: undefined,
  };
}

/** The result of an entry as it is now. */
export function resultOf(entry: Entry, status: TaskStatus, error: TaskFailure | undefined, nowMs: number): TaskResult {
  const { task, index, attempts, durationMs, sessionId, output, meter } = entry;
  const isUsed = attempts > 0;
  return {
    id: task.id,
    success: status === 'done',
    status,
    index,
    ...((output !== '' || status === 'done') && { output }),
    ...(error !== undefined && { error }),
    attempts,
    durationMs: Math.round(durationMs),
    waitedMs: Math.round(entry.waitedMs ?? nowMs - entry.queuedAtMs),
    ...(sessionId !== undefined && { sessionId }),
    ...(isUsed && { usage: addUsage(meter.usage, {}) }),
  };
}
