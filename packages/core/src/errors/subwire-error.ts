import { errorCodes, type ErrorCode } from './codes.ts';
import { redact, redactCause, redactText } from './redact.ts';

/** What every error of subwire is made from. */
export interface SubwireErrorOptions<C extends ErrorCode = ErrorCode> {
  readonly code: C;
  /** One sentence that says what happened and what to do about it. Secrets in it are replaced. */
  readonly message: string;
  /** What led to this error, kept as it was unless there are secrets in its words. */
  readonly cause?: unknown;
  /** Whether the same call may succeed when repeated. @defaultValue what {@link errorCodes} says of the code */
  readonly retryable?: boolean | undefined;
}

// A registered symbol is the same in two installed copies of the package, where `instanceof` is not.
const brand: unique symbol = Symbol.for('subwire.error') as never;

function causeToJson(cause: unknown): unknown {
  if (SubwireError.is(cause)) return cause.toJSON();
  if (cause instanceof Error) {
    const code: unknown = (cause as { code?: unknown }).code;
    return { name: cause.name, ...(typeof code === 'string' && { code }), message: cause.message };
  }
  return typeof cause === 'string' ? cause : undefined;
}

/**
 * The base of every error that subwire raises. Tell errors apart by {@link SubwireError.code}, or with {@link SubwireError.is}, which also holds
 * across two installed copies of the package.
 */
export class SubwireError extends Error {
  /** What happened, as a constant that does not change between versions. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed when it is made again unchanged. */
  readonly retryable: boolean;

  constructor(options: SubwireErrorOptions) {
    super(redactText(options.message), 'cause' in options ? { cause: redactCause(options.cause) } : undefined);
    this.code = options.code;
    this.retryable = options.retryable ?? errorCodes[options.code].retryable;
    Object.defineProperty(this, 'name', { value: new.target.name, enumerable: false, configurable: true });
    Object.defineProperty(this, brand, { value: true, enumerable: false });
  }

  /** A copy that is safe to log: the class, the code, the sentence, the fields and the cause, without secrets. */
  toJSON(): object {
    const fields: Record<string, unknown> = { name: this.name, message: this.message };
    for (const [key, value] of Object.entries(this)) if (value !== undefined) fields[key] = redact(value);
    if (this.cause !== undefined) fields['cause'] = causeToJson(this.cause);
    return fields;
  }

  /** Whether a value is an error of subwire, of this or another installed copy, and carries the code if one is given. */
  static is<C extends ErrorCode = ErrorCode>(value: unknown, code?: C): value is SubwireError & { readonly code: C } {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    return code === undefined || (value as { code?: unknown }).code === code;
  }
}
