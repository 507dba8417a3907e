import type { Observable } from 'rxjs';

/** What a factory is told about the worker that it is to make. */
export interface CreateContext {
  /** The place that the worker will have, from 0. */
  readonly slot: number;
  /** What the worker is for: workers are handed out only for the key that they were made with. */
  readonly key: string;
  /** Fires when the worker is no longer wanted, or its start took longer than `startTimeoutMs`. */
  readonly signal: AbortSignal;
}

/** What a factory is told when a worker is to go. */
export interface DestroyContext {
  /** Fires when the pool can wait no longer: skip what is left of a gentle end. */
  readonly signal: AbortSignal;
}

/** How much a worker uses, as far as the pool cares. */
export interface WorkerUsage {
  /** Memory of the whole process tree, in bytes. */
  readonly residentBytes: number;
}

/** What a worker has been through, as far as only the factory can know. Undefined means unknown, which never retires a worker. */
export interface WorkerWear {
  /** Turns answered. */
  readonly turns?: number | undefined;
  /** How full the context is, 0 to 100. */
  readonly contextPercent?: number | undefined;
  /** Cost so far, in US dollars. */
  readonly costUsd?: number | undefined;
}

/** A phase of a worker's life that took time, such as the start of its process or the way to its first word. */
export interface PhaseTiming {
  /** The same few names for all workers: each has a histogram. */
  readonly phase: string;
  /** Milliseconds. */
  readonly durationMs: number;
}

/** What a worker's provider said about the rate of requests. */
export type PressureSignal =
  | { readonly type: 'throttled'; readonly retryAfterMs?: number | undefined; readonly cause?: unknown }
  | { readonly type: 'blocked'; readonly untilEpochMs: number; readonly cause?: unknown }
  | { readonly type: 'served' };

/** What a worker spent since the last report. */
export interface Spend {
  /** What was spent as well, but in an amount that nobody told: reported as `usage-missing`, never taken for 0. */
  readonly unknown?: readonly ('usd' | 'tokens')[];
  /** US dollars. */
  readonly usd?: number | undefined;
  readonly tokens?: number | undefined;
  readonly toolCalls?: number | undefined;
  readonly turns?: number | undefined;
}

/** How the pool makes, checks and ends workers. A worker is anything: a session, a connection, a plain object in a test. */
export interface WorkerFactory<W> {
  /** Resolves when the worker is warm, so that its next lease pays nothing for its start. Must clean up after itself when it rejects. */
  create(context: CreateContext): Promise<W>;
  /** Emits once when the worker has died, with the cause. An error counts as a death; a bare completion does not. */
  lost$(worker: W): Observable<unknown>;
  /** Whether the worker still works; asked before it is handed out, and from time to time while it is idle. @defaultValue always */
  validate?(worker: W): Promise<boolean>;
  /** Makes a returned worker fit for its next lease of the same key. @defaultValue 'reuse' */
  reset?(worker: W): Promise<'reuse' | 'retire'>;
  /** Samples of what the worker uses, while it lives. */
  usageOf?(worker: W): Observable<WorkerUsage>;
  /** What the worker has been through. */
  wearOf?(worker: W): WorkerWear;
  /** What the provider says about the rate of requests, while the worker lives. */
  pressure$?(worker: W): Observable<PressureSignal>;
  /** What the worker spends, while it lives. */
  spend$?(worker: W): Observable<Spend>;
  /** How long phases of the worker's life took, each as soon as it is known; a phase may come again. */
  phases$?(worker: W): Observable<PhaseTiming>;
  /** What keeps the worker's process tree together, for `snapshot()`. */
  containmentOf?(worker: W): string | undefined;
  /** The worker's process, for events. */
  pidOf?(worker: W): number | undefined;
  /** Ends the worker; resolves when it is gone. A receipt with `survivors` is collected for `close()`. */
  destroy(worker: W, context: DestroyContext): Promise<unknown>;
}
