import type { Clock } from '../policy/clock.ts';
import type { CreateContext, PhaseTiming, PressureSignal, Spend, WorkerFactory, WorkerUsage } from '../policy/worker-factory.ts';
import type { SlotPhase, SlotState, VacantPhase } from './slot-state.ts';

/** How long each step of a worker may take, in milliseconds. */
export interface SlotDeadlines {
  readonly startTimeoutMs: number;
  readonly validateTimeoutMs: number;
  readonly resetTimeoutMs: number;
  readonly destroyTimeoutMs: number;
}

/** How the end of a worker went. */
export interface Farewell {
  /** The worker's phase when it began to go. */
  readonly key: string;
  readonly cause: unknown;
  readonly lost: boolean;
  /** What `destroy` resolved with. */
  readonly receipt: unknown;
  readonly durationMs: number;
}

/** What a slot tells the pool. The two that return a phase decide what the place is to be next. */
export interface SlotHooks<W> {
  ready(slot: Slot<W>): void;
  failed(slot: Slot<W>, cause: unknown): VacantPhase;
  checked(slot: Slot<W>): void;
  returned(slot: Slot<W>): void;
  /** The worker goes: it died, failed a check, or was retired. */
  leaving(slot: Slot<W>, from: SlotPhase): void;
  gone(slot: Slot<W>, farewell: Farewell): VacantPhase;
  used(slot: Slot<W>, usage: WorkerUsage): void;
  pressed(slot: Slot<W>, signal: PressureSignal): void;
  spent(slot: Slot<W>, spend: Spend): void;
  timed(slot: Slot<W>, timing: PhaseTiming): void;
  /** The factory broke its word in a way that ends nothing. */
  fault(slot: Slot<W>, cause: unknown): void;
}

/** One place of the pool and the worker in it. */
export interface Slot<W> {
  readonly id: number;
  readonly state: SlotState;
  /** Set from warm until gone. */
  readonly worker: W | undefined;
  start(key: string, create: (context: CreateContext) => Promise<W>): void;
  check(): void;
  lend(): void;
  /** Resets the worker for its next lease. */
  giveBack(): void;
  /** Leaves the worker as it is, for the next lease of the same conversation. */
  keep(): void;
  doom(reason: string): void;
  retire(cause: unknown): void;
  vacate(next: VacantPhase): void;
  /** Tells a worker that is going to hurry. */
  hurry(): void;
  /** Waits no longer for the end of a worker that is going. */
  giveUp(): void;
  /** Resolves once the place is idle or vacant. */
  settled(): Promise<void>;
}

export interface SlotDependencies<W> {
  readonly id: number;
  readonly factory: WorkerFactory<W>;
  readonly deadlines: () => SlotDeadlines;
  readonly clock: Clock;
  readonly hooks: SlotHooks<W>;
}
