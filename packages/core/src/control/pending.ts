import { ControlError } from '../errors/control-error.ts';
import { createLoneMap } from '../streams/lone-map.ts';
import type { ControlResponse } from '../wire/control.ts';
import { longestTimerMs } from './deadline.ts';
import { createDeadlines } from './deadlines.ts';

/** Requests that wait for an answer, by id. */
export interface PendingRequests {
  readonly size: number;
  /** Waits for the answer to `id`. */
  wait(id: string, subtype: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<unknown>;
  /** Settles the request that this answers. Returns whether anybody waited for it. */
  answer(response: ControlResponse['response']): boolean;
  /** Rejects one request that could not be sent. */
  reject(id: string, cause: unknown): void;
  /** Rejects all. */
  rejectAll(cause: (subtype: string) => unknown): void;
}

interface Waiter {
  readonly subtype: string;
  readonly timeoutMs: number;
  /** In milliseconds of `performance.now()`. */
  readonly dueAt: number;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: (() => void) | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

function timedOut({ subtype, timeoutMs }: Waiter): ControlError {
  const message = `The CLI did not answer ${subtype} within ${timeoutMs} ms. Ask again, or close the session.`;
  return new ControlError({ code: 'CONTROL_TIMEOUT', subtype, timeoutMs, message });
}

function rejected(subtype: string, response: Extract<ControlResponse['response'], { subtype: 'error' }>): ControlError {
  const said = response.error ?? 'no reason given';
  return new ControlError({
    code: 'CONTROL_REJECTED',
    subtype,
    reason: response.error_code,
    message: `The CLI refused ${subtype}: ${said}`,
  });
}

/** A map from ids to waiters. Each is settled exactly once, on arrival and not by polling, and forgotten at once. `changed` is called when their number has changed. */
export function createPending(changed: () => void = () => undefined): PendingRequests {
  const waiters = createLoneMap<Waiter>();
  const deadlines = createDeadlines(waiters, (id) => {
    const waiter = take(id);
    waiter?.reject(timedOut(waiter));
  });

  /** The waiter of an id, which nobody else can settle from now on. */
  function take(id: string): Waiter | undefined {
    const waiter = waiters.take(id);
    if (waiter === undefined) return undefined;
    if (waiter.onAbort !== undefined) waiter.signal?.removeEventListener('abort', waiter.onAbort);
    changed();
    return waiter;
  }

  return {
    get size() {
      return waiters.size;
    },
    wait(id, subtype, timeoutMs, signal) {
      return new Promise((resolve, reject) => {
        const onAbort = signal === undefined ? undefined : (): void => take(id)?.reject(signal.reason);
        // What no timer can hold is no deadline.
        const dueAt = timeoutMs > longestTimerMs ? Infinity : performance.now() + timeoutMs;
        waiters.set(id, { subtype, timeoutMs, dueAt, signal, onAbort, resolve, reject });
        deadlines.added(dueAt);
        changed();
        if (signal === undefined || onAbort === undefined) return;
        if (signal.aborted) onAbort();
        else signal.addEventListener('abort', onAbort, { once: true });
      });
    },
    answer(response) {
      const waiter = take(response.request_id);
      if (waiter === undefined) return false;
      if (response.subtype === 'success') waiter.resolve(response.response);
      else waiter.reject(rejected(waiter.subtype, response));
      return true;
    },
    reject: (id, cause) => take(id)?.reject(cause),
    rejectAll(cause) {
      for (const [id] of waiters.entries()) {
        const waiter = take(id);
        waiter?.reject(cause(waiter.subtype));
      }
      deadlines.stop();
    },
  };
}
