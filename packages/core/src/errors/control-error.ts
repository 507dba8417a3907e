import { SubwireError, type SubwireErrorOptions } from './subwire-error.ts';

/** Fields of {@link ControlError} besides those of every error. */
export interface ControlErrorFields {
  /** The request's subtype, such as `set_model`. */
  readonly subtype: string;
  /** How long the request was waited for, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The agent's own code for the refusal, such as `unsupported_request`. */
  readonly reason?: string | undefined;
}

/** A control request that was not answered with success. */
export class ControlError extends SubwireError {
  declare readonly code: 'CONTROL_TIMEOUT' | 'CONTROL_REJECTED' | 'CONTROL_CANCELED';
  declare readonly subtype: string;
  declare readonly timeoutMs: number | undefined;
  declare readonly reason: string | undefined;

  constructor(options: SubwireErrorOptions<'CONTROL_TIMEOUT' | 'CONTROL_REJECTED' | 'CONTROL_CANCELED'> & ControlErrorFields) {
    super(options);
    this.subtype = options.subtype;
    this.timeoutMs = options.timeoutMs;
    this.reason = options.reason;
  }
}
