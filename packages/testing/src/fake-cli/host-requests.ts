import { isObject, type JsonObject } from '../scenario/json.ts';
import type { Answer } from './agent-state.ts';
import type { Effect } from './coroutine.ts';
import type { Host } from './host.ts';

/** Control requests of the CLI to its host that wait for their answers. */
export interface HostRequests {
  /** Sends a request. Calling it off, or its time running out, withdraws it: with a `control_cancel_request`, or as `withdraw` says. */
  ask(request: JsonObject, options?: { readonly timeoutMs?: number; readonly withdraw?: () => void }): Effect<Answer>;
  /** Takes an answer; one to an unknown or settled request is ignored, as the real CLI does. */
  settle(response: JsonObject): void;
  /** How many wait. */
  readonly waiting: number;
  /** No answer can come any more. */
  close(): void;
  /** Nothing is withdrawn any more: the process is about to be gone. */
  silence(): void;
}

export function createHostRequests(host: Host): HostRequests {
  const pending = new Map<string, (answer: Answer) => void>();
  let closed = false;
  let silent = false;
  return {
    ask: (request, options = {}) => {
      return (resume) => {
        const id = host.uuid();
        let stopClock = (): void => {};
        const withdraw = (): void => {
          stopClock();
          if (!pending.delete(id) || silent) return;
          if (options.withdraw === undefined) host.write({ type: 'control_cancel_request', request_id: id });
          else options.withdraw();
        };
        pending.set(id, (answer) => {
          stopClock();
          pending.delete(id);
          resume(answer);
        });
        if (options.timeoutMs !== undefined) {
          stopClock = host.after(options.timeoutMs, () => {
            withdraw();
            resume({ kind: 'timeout' });
          });
        }
        host.write({ type: 'control_request', request_id: id, request });
        if (closed) pending.get(id)?.({ kind: 'closed' });
        return withdraw;
      };
    },
    settle(response) {
      const waiter = pending.get(String(response['request_id']));
      if (response['subtype'] === 'error') waiter?.({ kind: 'error', error: String(response['error']) });
      else waiter?.({ kind: 'success', response: isObject(response['response']) ? response['response'] : {} });
    },
    get waiting() {
      return pending.size;
    },
    silence() {
      silent = true;
    },
    close() {
      closed = true;
      for (const waiter of [...pending.values()]) waiter({ kind: 'closed' });
    },
  };
}
