/** A failure of the command itself, with a code. */
export class CommandError extends Error {
  readonly code: string;

  /** @param message one or two sentences that say what has happened and what to do */
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
