/**
 * What the command ends with. Scripts match on these, so they never change their meaning. A signal that ends us gives 128 + its number, as a shell
 * would report it.
 */
export const exitCodes = Object.freeze({
  done: 0,
  failed: 1,
  usage: 2,
  cliMissing: 3,
  resultError: 4,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const);

/** A value of {@link exitCodes}, or the code of a program that ran in our place. */
export type ExitCode = number;
