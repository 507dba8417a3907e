import type { IncomingControl, OutgoingControl } from '../wire/control.ts';

/** What every call that waits may be given. */
export interface CallOptions {
  /** How long to wait, in milliseconds. @defaultValue 60000 */
  readonly timeoutMs?: number;
  /** Ends the wait with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** Both directions of the control protocol over one transport. */
export interface ControlChannel extends Disposable {
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
  /** Answers what the CLI asks. A throw becomes an error answer and never ends the session. Dispose to stop answering. */
  handle<K extends keyof IncomingControl>(
    subtype: K,
    handler: (body: IncomingControl[K]['request'], context: IncomingContext) => Promise<IncomingControl[K]['response']>,
  ): Disposable;
}

/** What a handler of an incoming request gets besides its body. */
export interface IncomingContext {
  /** Fires when the CLI takes the question back, or when the transport closes. */
  readonly signal: AbortSignal;
  readonly requestId: string;
}
