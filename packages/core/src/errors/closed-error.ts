import { SubwireError, type SubwireErrorOptions } from './subwire-error.ts';

/** Fields of {@link ClosedError} besides those of every error. */
export interface ClosedErrorFields {
  /** The state in which the call came. */
  readonly state?: string | undefined;
}

/** The call came before the transport was open, or after it was closed. */
export class ClosedError extends SubwireError {
  declare readonly code: 'NOT_CONNECTED' | 'ALREADY_CONNECTED' | 'INPUT_ENDED' | 'CLOSED';
  declare readonly state: string | undefined;

  constructor(options: SubwireErrorOptions<'NOT_CONNECTED' | 'ALREADY_CONNECTED' | 'INPUT_ENDED' | 'CLOSED'> & ClosedErrorFields) {
    super(options);
    this.state = options.state;
  }
}
