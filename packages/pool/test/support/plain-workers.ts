import { ReplaySubject, type Observable } from 'rxjs';
import type { CreateContext, PressureSignal, Spend, WorkerFactory, WorkerUsage } from '../../src/index.ts';

/** A worker that is nothing but a record of what was done to it. */
export interface PlainWorker {
  readonly id: number;
  readonly key: string;
  readonly slot: number;
  isAlive: boolean;
  /** What leases left behind. */
  readonly notes: string[];
  readonly lost: ReplaySubject<unknown>;
  readonly usage: ReplaySubject<WorkerUsage>;
  readonly pressure: ReplaySubject<PressureSignal>;
  readonly spend: ReplaySubject<Spend>;
  die(cause?: unknown): void;
}

export interface PlainFactory extends WorkerFactory<PlainWorker> {
  readonly made: PlainWorker[];
  readonly destroyed: PlainWorker[];
  readonly contexts: CreateContext[];
  readonly alive: readonly PlainWorker[];
  /** Most workers that existed at once. */
  readonly peak: number;
  /** Most creations that were under way at once. */
  readonly peakStarting: number;
}

export interface PlainOptions {
  readonly onCreate?: (context: CreateContext, call: number) => Promise<void> | void;
  readonly onDestroy?: (worker: PlainWorker) => Promise<unknown>;
  readonly validate?: (worker: PlainWorker) => Promise<boolean>;
  readonly reset?: (worker: PlainWorker) => Promise<'reuse' | 'retire'>;
  readonly wearOf?: WorkerFactory<PlainWorker>['wearOf'];
}

export function plainFactory(options: PlainOptions = {}): PlainFactory {
  const made: PlainWorker[] = [];
  const destroyed: PlainWorker[] = [];
  const contexts: CreateContext[] = [];
  let peak = 0;
  let starting = 0;
  let peakStarting = 0;
  const existing = (): PlainWorker[] => made.filter((worker) => !destroyed.includes(worker));
  return {
    made,
    destroyed,
    contexts,
    get alive() {
      return made.filter(({ isAlive }) => isAlive);
    },
    get peak() {
      return peak;
    },
    get peakStarting() {
      return peakStarting;
    },
    async create(context) {
      contexts.push(context);
      starting += 1;
      peakStarting = Math.max(peakStarting, starting);
      try {
        await options.onCreate?.(context, contexts.length);
      } finally {
        starting -= 1;
      }
      const worker: PlainWorker = {
        id: made.length,
        key: context.key,
        slot: context.slot,
        isAlive: true,
        notes: [],
        lost: new ReplaySubject(1),
        usage: new ReplaySubject(1),
        pressure: new ReplaySubject(),
        spend: new ReplaySubject(),
        die(cause = new Error('died')) {
          worker.isAlive = false;
          worker.lost.next(cause);
        },
      };
      made.push(worker);
      peak = Math.max(peak, existing().length);
      return worker;
    },
    lost$: (worker): Observable<unknown> => worker.lost,
    usageOf: (worker) => worker.usage,
    pressure$: (worker) => worker.pressure,
    spend$: (worker) => worker.spend,
    ...(options.validate && { validate: options.validate }),
    ...(options.reset && { reset: options.reset }),
    ...(options.wearOf && { wearOf: options.wearOf }),
    async destroy(worker) {
      const receipt = await options.onDestroy?.(worker);
      worker.isAlive = false;
      destroyed.push(worker);
      return receipt;
    },
  };
}

/** A deterministic stand-in for Math.random. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
