import { ControlError } from '../errors/control-error.ts';
import type { ControlResponse } from '../wire/control.ts';
import { startDeadline } from './deadline.ts';
import type { CallOptions } from './types.ts';

/** Requests that wait for an answer, by id. */
export interface PendingRequests {
  readonly size: number;
  /** Waits for the answer to `id`. */
  wait(id: string, subtype: string, options: Required<Pick<CallOptions, 'timeoutMs'>> & Pick<CallOptions, 'signal'>): Promise<unknown>;
  /** Settles the request that this answers. Returns whether anybody waited for it. */
  answer(response: ControlResponse['response']): boolean;
  /** Rejects one request that could not be sent. */
  reject(id: string, cause: unknown): void;
  /** Rejects all. */
  rejectAll(cause: (subtype: string) => unknown): void;
}

interface Waiter {
  readonly subtype: string;
  readonly settle: (outcome: { readonly value: unknown } | { readonly cause: unknown }) => void;
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
  const waiters = new Map<string, Waiter>();
  return {
    get size() {
      return waiters.size;
    },
    wait(id, subtype, { timeoutMs, signal }) {
      return new Promise((resolve, reject) => {
        const onAbort = (): void => settle({ cause: signal?.reason });
        const onTimeout = (): void => {
          const message = `The CLI did not answer ${subtype} within ${timeoutMs} ms. Ask again, or close the session.`;
          settle({ cause: new ControlError({ code: 'CONTROL_TIMEOUT', subtype, timeoutMs, message }) });
        };
        const stopTimer = startDeadline(timeoutMs, onTimeout);
        signal?.addEventListener('abort', onAbort, { once: true });
        const settle: Waiter['settle'] = (outcome) => {
          if (!waiters.delete(id)) return;
          stopTimer();
          changed();
          signal?.removeEventListener('abort', onAbort);
          if ('cause' in outcome) reject(outcome.cause);
          else resolve(outcome.value);
        };
        waiters.set(id, { subtype, settle });
        changed();
        if (signal?.aborted === true) onAbort();
      });
    },
    answer(response) {
      const waiter = waiters.get(response.request_id);
      if (waiter === undefined) return false;
      if (response.subtype === 'success') waiter.settle({ value: response.response });
      else waiter.settle({ cause: rejected(waiter.subtype, response) });
      return true;
    },
    reject: (id, cause) => waiters.get(id)?.settle({ cause }),
    rejectAll(cause) {
      for (const waiter of [...waiters.values()]) waiter.settle({ cause: cause(waiter.subtype) });
    },
  };
}
