import type { Observable } from 'rxjs';
import type { IncomingControl } from '../wire/control.ts';
import type { OutgoingControl } from '../wire/control-outgoing.ts';

/** What every call that waits may be given. */
export interface CallOptions {
  /** How long to wait, in milliseconds; `Infinity` for no limit. @defaultValue 60000 */
  readonly timeoutMs?: number;
  /** Ends the wait with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** What a handler of an incoming request gets besides its body. */
export interface IncomingContext {
  /** Fires when the CLI takes the question back, when the handler's own time is over, or when the transport closes. */
  readonly signal: AbortSignal;
  readonly requestId: string;
}

/** Options of {@link ControlChannel.handle}. */
export interface HandleOptions {
  /** How long one call of the handler may take, in milliseconds; then the CLI gets an error answer. @defaultValue no limit */
  readonly timeoutMs?: number;
}

/** A question of the CLI that is not answered yet. */
export interface OpenQuestion {
  readonly requestId: string;
  readonly subtype: string;
}

/** What is under way on a channel. */
export interface ControlLoad {
  /** Requests of ours that the CLI has not answered. */
  readonly sent: number;
  /** Questions of the CLI that the host has not answered, oldest first. */
  readonly asked: readonly OpenQuestion[];
}

/** What has happened on a channel since it was opened. */
export interface ControlCounts {
  /** Requests that were written. */
  readonly requests: number;
  /** Questions that came. */
  readonly questions: number;
  /** Answers for which nobody waited any more. */
  readonly lateAnswers: number;
  /** Questions that were refused because their id was already open. */
  readonly duplicates: number;
  /** Questions that the CLI took back. */
  readonly cancelled: number;
}

/** Both directions of the control protocol over one transport. */
export interface ControlChannel extends Disposable {
  /** What is under way: the current load, then each change. Completes when the channel ends; never errors. */
  readonly load$: Observable<ControlLoad>;
  readonly load: ControlLoad;
  /** What the CLI asks and the host has not answered yet: the current list, then each change. Completes when the channel ends; never errors. */
  readonly questions$: Observable<readonly OpenQuestion[]>;
  readonly counts: ControlCounts;
  /**
   * Asks the CLI. Settles exactly once: with the answer, at the deadline, on abort, or when the process goes.
   * @throws ControlError `CONTROL_TIMEOUT`, `CONTROL_REJECTED` (the CLI's own words), `CONTROL_CANCELED` (closed by us); ExitError; the signal's reason
   */
  request<K extends keyof OutgoingControl>(
    subtype: K,
    body: OutgoingControl[K]['request'],
    options?: CallOptions,
  ): Promise<OutgoingControl[K]['response']>;
  /** Asks with a subtype that this version does not know. */
  request(subtype: string, body: object, options?: CallOptions): Promise<unknown>;
  /**
   * Answers what the CLI asks; calls run concurrently. A throw becomes an error answer and never ends the session. A later handler replaces an earlier
   * one. Dispose to stop answering.
   */
  handle<K extends keyof IncomingControl>(
    subtype: K,
    handler: (body: IncomingControl[K]['request'], context: IncomingContext) => Promise<IncomingControl[K]['response']>,
    options?: HandleOptions,
  ): Disposable;
  /** Answers a subtype that this version does not know. */
  handle(subtype: string, handler: (body: object, context: IncomingContext) => Promise<unknown>, options?: HandleOptions): Disposable;
}
