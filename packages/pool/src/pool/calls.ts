import { ConfigError, LimitError } from '@subwire/core';
import { defaults } from '../policy/defaults.ts';
import { PoolError } from '../policy/pool-error.ts';
import { laneOf, type PendingCall, type PoolCore } from './core.ts';
import type { LeaseTable } from './lease-table.ts';
import { statsOf } from './stats.ts';
import type { AcquireOptions, Lease } from './types.ts';

function checkCall({ priority, timeoutMs, key, tenant, sticky }: AcquireOptions): void {
  const refuse = (option: string, message: string): never => {
    throw new ConfigError({ code: 'INVALID_OPTION', option, message });
  };
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= 9)) {
    refuse('priority', `Option priority must be a whole number from 0 (first) to 9 (last), and is ${String(priority)}.`);
  }
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    refuse('timeoutMs', `Option timeoutMs must be a number of milliseconds of at least 0, and is ${String(timeoutMs)}.`);
  }
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
  if (!isText(key)) refuse('key', 'Option key must be a string.');
  if (!isText(tenant)) refuse('tenant', 'Option tenant must be a string.');
  if (!isText(sticky)) refuse('sticky', 'Option sticky must be a string.');
}

/** What a call that waits is rejected with when the pool closes. */
export function poolClosed(): PoolError {
  return new PoolError({ code: 'POOL_CLOSED', message: 'The pool is draining or closed and hands out no more workers. Make a new pool.' });
}

/** How long a call at this place of the queue is likely to wait, in milliseconds. */
function estimateWaitMs<W>(core: PoolCore<W>, position: number): number | undefined {
  return core.averageLeaseMs === undefined ? undefined : Math.ceil((core.averageLeaseMs * (position + 1)) / core.size);
}

/** Makes a call that waits, and settles it exactly once: by a lease, its deadline, its signal, a full queue, or the end of the pool. */
export function createCalls<W>(core: PoolCore<W>, leases: LeaseTable<W>): (options?: AcquireOptions) => Promise<Lease<W>> {
  const { queue, metrics, options: pool, clock } = core;
  let nextId = 1;

  function timedOut(call: PendingCall<W>, timeoutMs: number): PoolError {
    const causes = core.supervisor.causesOf(call.workerKey);
    const position = queue.positionOf(call.id);
    const why =
      causes.length > 0 ? ' The last start failed, see the cause.' : ` ${core.size} workers at most; make size larger, or timeoutMs.`;
    return new PoolError({
      code: 'ACQUIRE_TIMEOUT',
      message: `No worker was free within ${timeoutMs} ms.${why}`,
      stats: statsOf(core),
      position,
      retryAfterMs: estimateWaitMs(core, position),
      ...(causes.length > 0 && { causes, cause: causes.at(-1) }),
    });
  }

  function full(tenant: string | undefined): PoolError {
    const retryAfterMs = estimateWaitMs(core, queue.size);
    const whose = tenant === undefined ? 'The queue of the pool' : `The queue of tenant '${tenant}'`;
    const message = `${whose} is full. Try again later, or raise maxWaiters.`;
    return new PoolError({ code: 'QUEUE_FULL', message, stats: statsOf(core), retryAfterMs });
  }

  return async function acquire(options: AcquireOptions = {}): Promise<Lease<W>> {
    checkCall(options);
    const {
      key = core.key,
      priority = defaults.priority,
      tenant = '',
      timeoutMs = pool.acquireTimeoutMs,
      signal,
      sticky,
      budget,
    } = options;
    signal?.throwIfAborted();
    if (core.phase !== 'open') throw poolClosed();
    const used = leases.exhausted(tenant);
    if (used !== undefined) {
      const message = `The ${used.budget} budget of ${used.limit} is used up: no further lease is given.`;
      throw new LimitError({ code: 'BUDGET_EXCEEDED', limit: used.limit, clock: used.budget, message });
    }
    const trace = new Error();
    return new Promise<Lease<W>>((resolve, reject) => {
      let cancelTimer: (() => void) | undefined;
      const settle = (): boolean => {
        if (call.isSettled) return false;
        call.isSettled = true;
        cancelTimer?.();
        signal?.removeEventListener('abort', onAbort);
        queue.remove(call.id);
        return true;
      };
      const call: PendingCall<W> = {
        id: nextId,
        key: laneOf(core, key, tenant, sticky),
        workerKey: key,
        tenant,
        priority,
        enqueuedAtMs: clock.nowMs(),
        sticky,
        budget,
        trace,
        isSettled: false,
        resolve(lease) {
          if (settle()) resolve(lease);
        },
        reject(cause) {
          if (settle()) reject(cause);
        },
      };
      nextId += 1;
      const onAbort = (): void => {
        metrics.count('aborts');
        call.reject(signal?.reason);
        core.pump();
      };
      const onDeadline = (): void => {
        metrics.count('timeouts');
        call.reject(timedOut(call, timeoutMs));
        core.pump();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      core.isStarted = true;
      queue.add(call);
      core.pump();
      // Whoever can be served at once does not count: the cap is on those who wait.
      if (call.isSettled) return;
      if (timeoutMs !== Number.POSITIVE_INFINITY) cancelTimer = clock.setTimer(timeoutMs, onDeadline);
      const ownCap = pool.tenants[tenant]?.maxWaiters ?? Number.POSITIVE_INFINITY;
      if (queue.size > pool.maxWaiters || queue.countOf({ tenant }) > ownCap) {
        metrics.count('shed');
        call.reject(full(queue.size > pool.maxWaiters ? undefined : tenant));
      }
    });
  };
}
