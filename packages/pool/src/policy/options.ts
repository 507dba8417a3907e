import type { Budget } from './budget.ts';
import type { HostSample } from './admission.ts';
import type { Clock } from './clock.ts';
import type { CauseClass } from './classify-cause.ts';
import type { PressureSignal, WorkerFactory } from './worker-factory.ts';

/** What happens when starts fail. */
export interface RestartOptions {
  /** Restarts after a first failed start, within the window; then the fallback, then the place is abandoned. @defaultValue 3 */
  readonly limit?: number;
  /** Failures older than this, in milliseconds, no longer count. @defaultValue 60000 */
  readonly windowMs?: number;
  /** A worker that lives this long, in milliseconds, or serves one lease, clears the count. @defaultValue 30000 */
  readonly healthyAfterMs?: number;
  /** A worker that dies sooner than this after it became warm counts as a failed start, in milliseconds. @defaultValue 1000 */
  readonly minUptimeMs?: number;
  /** The wait before an attempt (1 is the first restart), in milliseconds. @defaultValue exponential from 250 to 30000 with full jitter */
  readonly backoff?: (attempt: number) => number;
  /** Whether a cause will fail in the same way for ever, so that no restart is tried. @defaultValue what {@link classifyCause} says */
  readonly isPermanent?: (cause: unknown) => boolean;
  /** How long a key that cannot start is left alone before one start is tried, in milliseconds; up to half as much again, doubling. @defaultValue 15000 */
  readonly openMs?: number;
  /** The longest such time, in milliseconds. @defaultValue 300000 */
  readonly maxOpenMs?: number;
}

/** When a worker that works is replaced, besides uses and age. */
export interface RecycleOptions {
  /** Turns answered. @defaultValue unlimited */
  readonly turns?: number;
  /** Fill of the context, 0 to 100. @defaultValue unlimited */
  readonly contextPercent?: number;
  /** Cost of the worker so far, in US dollars. @defaultValue unlimited */
  readonly costUsd?: number;
}

/** Limits of what workers may do. */
export interface PoolLimits {
  /** Memory of a worker's process tree above which it is replaced after its lease, in bytes. @defaultValue unlimited */
  readonly residentBytes?: number;
  /** How long one lease may be held, in milliseconds, before its worker is taken away. @defaultValue unlimited */
  readonly leaseMs?: number;
}

/** The share of one tenant. */
export interface TenantOptions {
  /** Share of the hand-outs, relative to others that wait. @defaultValue 1 */
  readonly weight?: number;
  /** Leases at once. @defaultValue unlimited */
  readonly maxLeased?: number;
  /** Calls that may wait at once; more are refused with `QUEUE_FULL`. @defaultValue unlimited */
  readonly maxWaiters?: number;
  /** Leases in a second, on average over time; more wait. @defaultValue unlimited */
  readonly leasesPerSecond?: number;
  /** Leases that may be taken at once by a tenant that has taken none for a while. Only with `leasesPerSecond`. @defaultValue 1 */
  readonly burst?: number;
  /** What the tenant may spend over the life of the pool. @defaultValue unlimited */
  readonly budget?: Budget;
}

/** Options of `createPool`. */
export interface PoolOptions {
  /** Most workers at once, those on their way out included. @defaultValue 4 */
  readonly size?: number;
  /** Workers that are kept warm besides those that are leased, as far as `size` allows. @defaultValue `size` */
  readonly minIdle?: number;
  /** Most starts at once. @defaultValue 2; 1 in session pools whose agents share a configuration */
  readonly maxStarting?: number;
  /** The key of workers that are kept warm, and of calls that name none. @defaultValue 'default' */
  readonly key?: string;
  /** How long `acquire` waits, in milliseconds. @defaultValue 30000 */
  readonly acquireTimeoutMs?: number;
  /** How long one start may take, in milliseconds. @defaultValue 10000 */
  readonly startTimeoutMs?: number;
  /** How long one check of a worker may take, in milliseconds. @defaultValue 2000 */
  readonly validateTimeoutMs?: number;
  /** How long the reset of a returned worker may take, in milliseconds. @defaultValue 2000 */
  readonly resetTimeoutMs?: number;
  /** How long the end of a worker may take before it is told to hurry, and then again before its place is given up, in milliseconds. @defaultValue 20000 */
  readonly destroyTimeoutMs?: number;
  /** How long workers may take to end after the grace of `close`, in milliseconds; then it is over without them, and says so in `worker-fault`. @defaultValue 2500 */
  readonly closeTimeoutMs?: number;
  /** Idle workers are checked this often, in milliseconds, give or take a tenth; 0 never. @defaultValue 30000 */
  readonly heartbeatMs?: number;
  /** A worker that was checked less than this ago is handed out unchecked, in milliseconds. @defaultValue 0: each is checked */
  readonly trustMs?: number;
  /** Calls that may wait at once; more are refused with `QUEUE_FULL`. @defaultValue 1000 */
  readonly maxWaiters?: number;
  /** Waiting for this long counts as one step of priority, in milliseconds. @defaultValue 10000 */
  readonly ageingMs?: number;
  /** Leases per worker. @defaultValue unlimited */
  readonly maxUses?: number;
  /** Age at which a worker is replaced, less up to 2.5 % at random, in milliseconds. @defaultValue 1800000 */
  readonly maxAgeMs?: number;
  /** Idle time after which a worker beyond `minIdle` is ended, in milliseconds. @defaultValue 300000 */
  readonly maxIdleMs?: number;
  /**
   * Whether a worker that has served one tenant serves no other, and is replaced instead. What a caller has left behind in a process is then seen by that caller
   * alone.
   * @defaultValue false; true in session pools
   */
  readonly isolateTenants?: boolean;
  /** How long a worker is kept for the next lease of its conversation, in milliseconds. @defaultValue 60000 */
  readonly stickyMs?: number;
  /** Workers that may be replaced for their age or wear at once. @defaultValue 1 */
  readonly maxRecycling?: number;
  readonly restart?: RestartOptions;
  readonly recycle?: RecycleOptions;
  /** Makes a worker when the factory has failed too often. @defaultValue none */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the pool's own type of worker is not known to its options
  readonly fallback?: WorkerFactory<any>['create'];
  readonly limits?: PoolLimits;
  /** A lease that is held longer than this is reported as `lease-leaked`, in milliseconds. @defaultValue 360000 */
  readonly leakAfterMs?: number;
  /** Whether a leaked lease is taken back by ending its worker. @defaultValue false */
  readonly reclaimLeaked?: boolean;
  /** Tenants by name. @defaultValue none: every tenant has weight 1 and no limits */
  readonly tenants?: Readonly<Record<string, TenantOptions>>;
  /** What all leases together may spend over the life of the pool. @defaultValue unlimited */
  readonly budget?: Budget;
  /** Memory that must stay available for a further start, in bytes. @defaultValue the smaller of 512 MiB and a tenth of the host's */
  readonly minAvailableBytes?: number;
  /** Above this load per processor workers start one at a time. @defaultValue unlimited: in a container the load is that of the whole machine */
  readonly maxLoadPerCore?: number;
  /** How the host is doing. @defaultValue what the operating system says */
  readonly hostSample?: () => HostSample;
  /** Limits leases to what the provider takes; share one among pools that use the same credential. @defaultValue none */
  readonly governor?: PoolGovernor;
  /** Checks the pool's own bookkeeping after each step and throws on a contradiction; for tests. @defaultValue false */
  readonly checkInvariants?: boolean;
  /** A number from 0 to 1, 1 excluded. @defaultValue Math.random */
  readonly random?: () => number;
  /** @defaultValue the host's monotonic clock */
  readonly clock?: Clock;
}

/** The part of a governor that a pool needs. Each call names the key of the worker, for governors that tell credentials apart. */
export interface PoolGovernor {
  /** Asks for leave to hand out one lease. `wait` names when to ask again, in milliseconds from now. */
  admit(key: string): { readonly type: 'go' } | { readonly type: 'wait'; readonly delayMs: number | undefined; readonly cause: unknown };
  /** Gives the leave back. */
  release(key: string): void;
  /** What the provider of a worker said about rates, and how long ago the worker's lease was given, in milliseconds. */
  report(signal: PressureSignal, ageMs: number, key: string): void;
  /** Runs whenever more may be admitted than before. Returns what ends this. */
  onChange(run: () => void): () => void;
}

/** {@link PoolOptions} with every default in place. */
export interface ResolvedPoolOptions {
  readonly size: number;
  readonly minIdle: number;
  readonly maxStarting: number;
  readonly key: string;
  readonly acquireTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly validateTimeoutMs: number;
  readonly resetTimeoutMs: number;
  readonly destroyTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly trustMs: number;
  readonly maxWaiters: number;
  readonly ageingMs: number;
  readonly maxUses: number;
  readonly maxAgeMs: number;
  readonly maxIdleMs: number;
  readonly stickyMs: number;
  readonly isolateTenants: boolean;
  readonly maxRecycling: number;
  readonly restart: ResolvedRestartOptions;
  readonly recycle: Required<RecycleOptions>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in PoolOptions
  readonly fallback: WorkerFactory<any>['create'] | undefined;
  readonly limits: Required<PoolLimits>;
  readonly leakAfterMs: number;
  readonly reclaimLeaked: boolean;
  readonly tenants: Readonly<Record<string, TenantOptions>>;
  readonly budget: Budget | undefined;
  readonly minAvailableBytes: number;
  readonly maxLoadPerCore: number;
  readonly hostSample: () => HostSample;
  readonly governor: PoolGovernor | undefined;
  readonly checkInvariants: boolean;
  readonly random: () => number;
  readonly clock: Clock;
}

/** {@link RestartOptions} with every default in place. */
export interface ResolvedRestartOptions {
  readonly limit: number;
  readonly windowMs: number;
  readonly healthyAfterMs: number;
  readonly minUptimeMs: number;
  readonly backoff: (attempt: number) => number;
  readonly classify: (cause: unknown) => CauseClass;
  readonly openMs: number;
  readonly maxOpenMs: number;
}
