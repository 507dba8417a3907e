import { redact, redactText } from './redact.ts';
import { SubwireError, type SubwireErrorOptions } from './subwire-error.ts';

/** Fields of {@link ProtocolError} besides those of every error. */
export interface ProtocolErrorFields {
  /** The limit that was exceeded: bytes of a line, or a number of held messages. */
  readonly limit?: number | undefined;
  /** The first characters of the offending line. */
  readonly head?: string | undefined;
  /** What validation found, one sentence each. */
  readonly issues?: readonly string[] | undefined;
  /** The frame as it came, without secrets. */
  readonly raw?: unknown;
  /** Size of the offending line, in bytes. */
  readonly bytes?: number | undefined;
}

/** Bytes or frames that the wire does not allow. */
export class ProtocolError extends SubwireError {
  declare readonly code: 'LINE_TOO_LONG' | 'INVALID_JSON' | 'INVALID_FRAME' | 'INVALID_OUTGOING' | 'HELD_OVERFLOW' | 'STREAM_TRUNCATED';
  declare readonly limit: number | undefined;
  declare readonly head: string | undefined;
  declare readonly issues: readonly string[] | undefined;
  declare readonly raw: unknown;
  declare readonly bytes: number | undefined;

  constructor(
    options: SubwireErrorOptions<
      'LINE_TOO_LONG' | 'INVALID_JSON' | 'INVALID_FRAME' | 'INVALID_OUTGOING' | 'HELD_OVERFLOW' | 'STREAM_TRUNCATED'
    > &
      ProtocolErrorFields,
  ) {
    super(options);
    this.limit = options.limit;
    this.head = options.head === undefined ? undefined : redactText(options.head);
    this.issues = options.issues?.map(redactText);
    this.raw = redact(options.raw);
    this.bytes = options.bytes;
  }
}
