import type { TaskCause, TaskPhase } from './retry-table.ts';
import type { AgentTask, TaskFailure, TaskResult } from './types.ts';

/** What the journal knows of a task that is not over. */
export interface OpenTask {
  /** The task as it was accepted; undefined when it has options that no file can hold, so that its source has to give it again. */
  readonly task: AgentTask | undefined;
  /** How often the prompt was written. */
  readonly attempts: number;
  /** Repetitions that count. */
  readonly repeated: number;
  /** What each crash in which it was running said. */
  readonly crashes: readonly TaskFailure[];
  readonly sessionId: string | undefined;
  /** Whether the prompt may have been written in an attempt of which no end is known. */
  readonly maybeSent: boolean;
}

/** What the journal knows of a task. */
export type KnownTask = { readonly digest: string } & (
  { readonly type: 'open'; readonly open: OpenTask } | { readonly type: 'settled'; readonly success: boolean }
);

/** A line that could not be read. */
export interface DamagedLine {
  /** From 1. */
  readonly line: number;
  readonly why: string;
}

/** How an attempt ended that did not settle its task. */
export interface AttemptNote {
  readonly phase: TaskPhase;
  readonly cause: TaskCause;
  readonly repeated: number;
  readonly failure?: TaskFailure | undefined;
  readonly isCrash: boolean;
}

/** What a run writes down, so that a later one can go on. Each promise resolves when the record is on the disk. */
export interface TaskJournal {
  readonly damaged: readonly DamagedLine[];
  known(id: string): KnownTask | undefined;
  /** Tasks that were accepted and are not over, oldest first. */
  open(): readonly { readonly id: string; readonly open: OpenTask }[];
  /** Reads the result of a settled task. */
  read(id: string): Promise<TaskResult | undefined>;
  accepted(task: AgentTask): Promise<void>;
  /** Written before the prompt is: whatever happens then, no later run takes it for unsent. */
  sent(id: string, attempt: number): Promise<void>;
  /** Not waited for: without it the conversation cannot be taken up, and nothing is lost. */
  session(id: string, sessionId: string): void;
  over(id: string, note: AttemptNote): void;
  settled(result: TaskResult): Promise<void>;
  close(): Promise<void>;
}

/** Of a run without a journal. */
export const noJournal: TaskJournal = Object.freeze({
  damaged: [],
  known: () => undefined,
  open: () => [],
  read: () => Promise.resolve(undefined),
  accepted: () => Promise.resolve(),
  sent: () => Promise.resolve(),
  session: () => {},
  over: () => {},
  settled: () => Promise.resolve(),
  close: () => Promise.resolve(),
});
