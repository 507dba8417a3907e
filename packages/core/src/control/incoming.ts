import type { ControlCancelRequest, ControlRequest } from '../wire/control.ts';
import type { IncomingContext } from './types.ts';

/** A handler of one subtype, without its types. */
export type IncomingHandler = (body: never, context: IncomingContext) => Promise<unknown>;

/** What the dispatcher needs of the outside. */
export interface IncomingOutlets {
  readonly send: (frame: object) => Promise<void>;
  /** A handler threw, or its answer could not be sent. */
  readonly failed: (subtype: string, cause: unknown) => void;
}

/** Answers what the CLI asks, each question by itself. */
export interface IncomingRequests {
  readonly size: number;
  register(subtype: string, handler: IncomingHandler): Disposable;
  take(frame: ControlRequest): void;
  cancel(frame: ControlCancelRequest): void;
  /** Fires the signal of every open question. */
  cancelAll(): void;
}

function errorFrame(requestId: string, error: string): object {
  return { type: 'control_response', response: { subtype: 'error', request_id: requestId, error } };
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Runs handlers concurrently. Whatever a handler does, the CLI gets exactly one answer, or none when it took the question back. */
export function createIncoming(outlets: IncomingOutlets): IncomingRequests {
  const handlers = new Map<string, IncomingHandler>();
  const open = new Map<string, AbortController>();

  async function answer(frame: ControlRequest, controller: AbortController): Promise<void> {
    const { request_id: requestId } = frame;
    const subtype = typeof frame.request === 'object' && (frame.request as unknown) !== null ? frame.request.subtype : '(none)';
    let reply: object;
    try {
      const handler = handlers.get(subtype);
      if (handler === undefined) reply = errorFrame(requestId, `This host does not handle ${subtype}.`);
      else {
        const response = await handler(frame.request as never, { signal: controller.signal, requestId });
        reply = { type: 'control_response', response: { subtype: 'success', request_id: requestId, response } };
      }
    } catch (cause) {
      outlets.failed(subtype, cause);
      reply = errorFrame(requestId, words(cause));
    }
    if (!open.delete(requestId)) return;
    try {
      await outlets.send(reply);
    } catch (cause) {
      outlets.failed(subtype, cause);
      // An answer without a JSON form was never written; the CLI would wait for it for ever. When the process has gone, this fails as well.
      await outlets.send(errorFrame(requestId, words(cause))).catch(() => undefined);
    }
  }

  return {
    get size() {
      return open.size;
    },
    register(subtype, handler) {
      handlers.set(subtype, handler);
      return {
        [Symbol.dispose]() {
          if (handlers.get(subtype) === handler) handlers.delete(subtype);
        },
      };
    },
    take(frame) {
      if (open.has(frame.request_id)) {
        const refusal = errorFrame(frame.request_id, 'A request with this id is already open.');
        outlets.failed('duplicate', new Error(`The CLI used the request id ${frame.request_id} twice.`));
        void outlets.send(refusal).catch(() => undefined);
        return;
      }
      const controller = new AbortController();
      open.set(frame.request_id, controller);
      void answer(frame, controller);
    },
    cancel(frame) {
      const controller = open.get(frame.request_id);
      open.delete(frame.request_id);
      controller?.abort();
    },
    cancelAll() {
      const controllers = [...open.values()];
      open.clear();
      for (const controller of controllers) controller.abort();
    },
  };
}
