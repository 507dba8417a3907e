/** The command line is wrong. Ends the command with the exit code for usage. */
export class UsageError extends Error {
  readonly code = 'USAGE';

  /** @param message one or two sentences that say what is wrong and what to type instead */
  constructor(message: string) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'UsageError', enumerable: false, configurable: true });
  }
}
