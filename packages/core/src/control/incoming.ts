import { ControlError } from '../errors/control-error.ts';
import type { ControlCancelRequest, ControlRequest } from '../wire/control.ts';
import { startDeadline } from './deadline.ts';
import type { HandleOptions, IncomingContext, OpenQuestion } from './types.ts';

/** A handler of one subtype, without its types. */
export type IncomingHandler = (body: never, context: IncomingContext) => Promise<unknown>;

/** What the dispatcher needs of the outside. */
export interface IncomingOutlets {
  readonly send: (frame: object) => Promise<void>;
  /** A handler threw or took too long, its answer could not be sent, or the question itself was malformed. */
  readonly failed: (subtype: string, cause: unknown) => void;
  /** The list of open questions has changed. */
  readonly changed: () => void;
}

/** Answers what the CLI asks, each question by itself. */
export interface IncomingRequests {
  readonly open: readonly OpenQuestion[];
  register(subtype: string, handler: IncomingHandler, options?: HandleOptions): Disposable;
  /** Returns whether the question was taken: one whose id is already open is refused. */
  take(frame: ControlRequest): boolean;
  /** Returns whether there was such a question. */
  cancel(frame: ControlCancelRequest): boolean;
  /** Fires the signal of every open question. */
  cancelAll(): void;
}

interface Registered {
  readonly handler: IncomingHandler;
  readonly timeoutMs: number;
}

interface Question {
  readonly subtype: string;
  readonly controller: AbortController;
}

function errorFrame(requestId: string, error: string): object {
  return { type: 'control_response', response: { subtype: 'error', request_id: requestId, error } };
}

function words(cause: unknown): string {
  const said = cause instanceof Error ? cause.message : String(cause);
  return said === '' ? 'The host failed without a reason.' : said;
}

function subtypeOf(frame: ControlRequest): string | undefined {
  const request: unknown = frame.request;
  if (typeof request !== 'object' || request === null) return undefined;
  const { subtype } = request as { readonly subtype?: unknown };
  return typeof subtype === 'string' ? subtype : undefined;
}

function tooLate(subtype: string, timeoutMs: number): ControlError {
  const message = `The handler of ${subtype} did not answer within ${timeoutMs} ms; the CLI was told so.`;
  return new ControlError({ code: 'CONTROL_TIMEOUT', subtype, timeoutMs, message });
}

/** Runs a handler against its own clock: one that hangs must not hold back the answers to any other question. */
function callHandler({ handler, timeoutMs }: Registered, frame: ControlRequest, question: Question): Promise<unknown> {
  const { controller, subtype } = question;
  return new Promise((resolve, reject) => {
    const stop = startDeadline(timeoutMs, () => {
      const cause = tooLate(subtype, timeoutMs);
      controller.abort(cause);
      reject(cause);
    });
    const context = { signal: controller.signal, requestId: frame.request_id };
    new Promise((settle) => settle(handler(frame.request as never, context))).then(resolve, reject).finally(stop);
  });
}

/** Runs handlers concurrently. Whatever a handler does, the CLI gets exactly one answer, or none when it took the question back. */
export function createIncoming(outlets: IncomingOutlets): IncomingRequests {
  const handlers = new Map<string, Registered>();
  const open = new Map<string, Question>();

  async function reply(frame: ControlRequest, question: Question): Promise<object> {
    const { request_id: requestId } = frame;
    const { subtype } = question;
    const registered = handlers.get(subtype);
    if (registered === undefined) return errorFrame(requestId, `This host does not handle ${subtype}.`);
    try {
      const response = await callHandler(registered, frame, question);
      return { type: 'control_response', response: { subtype: 'success', request_id: requestId, response } };
    } catch (cause) {
      if (open.has(requestId)) outlets.failed(subtype, cause);
      return errorFrame(requestId, words(cause));
    }
  }

  async function answer(frame: ControlRequest, question: Question): Promise<void> {
    const { request_id: requestId } = frame;
    const frameToSend = await reply(frame, question);
    if (open.get(requestId) !== question) return;
    try {
      await outlets.send(frameToSend);
    } catch (cause) {
      outlets.failed(question.subtype, cause);
      // An answer without a JSON form was never written; the CLI would wait for it for ever. When the process has gone, this fails as well.
      await outlets.send(errorFrame(requestId, words(cause))).catch(() => undefined);
    }
    // Only now: an answer that is still on its way keeps stdin open.
    if (open.get(requestId) === question) open.delete(requestId);
    outlets.changed();
  }

  function refuse(frame: ControlRequest, subtype: string, reason: string): void {
    outlets.failed(subtype, new Error(reason));
    void outlets.send(errorFrame(frame.request_id, reason)).catch(() => undefined);
  }

  return {
    get open() {
      return [...open].map(([requestId, { subtype }]) => ({ requestId, subtype }));
    },
    register(subtype, handler, { timeoutMs = Infinity } = {}) {
      const registered = { handler, timeoutMs };
      handlers.set(subtype, registered);
      return {
        [Symbol.dispose]() {
          if (handlers.get(subtype) === registered) handlers.delete(subtype);
        },
      };
    },
    take(frame) {
      const subtype = subtypeOf(frame);
      if (open.has(frame.request_id)) {
        refuse(frame, subtype ?? '(none)', `The request id ${frame.request_id} is already open; the second request was refused.`);
        return false;
      }
      if (subtype === undefined) {
        refuse(frame, '(none)', 'The control request has no request with a subtype.');
        return true;
      }
      const question = { subtype, controller: new AbortController() };
      open.set(frame.request_id, question);
      outlets.changed();
      void answer(frame, question);
      return true;
    },
    cancel(frame) {
      const question = open.get(frame.request_id);
      if (question === undefined) return false;
      open.delete(frame.request_id);
      question.controller.abort();
      outlets.changed();
      return true;
    },
    cancelAll() {
      const questions = [...open.values()];
      open.clear();
      for (const { controller } of questions) controller.abort();
      if (questions.length > 0) outlets.changed();
    },
  };
}
