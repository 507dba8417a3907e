import { ExitError } from '../errors/exit-error.ts';
import type { ProcessExit } from '../ports/child-process.ts';

/** What is known of a process that ended although nobody asked it to. */
export interface UnexpectedExit {
  readonly exit: ProcessExit;
  readonly pid: number | undefined;
  readonly stderrTail: readonly string[];
  /** Whether anything was read from stdout before. */
  readonly answered: boolean;
}

function describe({ code, signal }: ProcessExit): string {
  return signal === null ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`;
}

/** The error for it, with the last lines of stderr in the sentence: an exit code alone explains nothing. */
export function exitCause(end: UnexpectedExit): ExitError {
  const { exit, pid, stderrTail, answered } = end;
  const code = !answered ? 'EXIT_EARLY' : exit.signal !== null ? 'EXIT_SIGNAL' : exit.code === 0 ? 'EXIT_EARLY' : 'EXIT_NONZERO';
  const when = answered ? '' : ' before it said anything';
  const said = stderrTail.length === 0 ? 'It wrote nothing to stderr.' : `Its last words on stderr: ${stderrTail.slice(-5).join(' | ')}`;
  return new ExitError({
    code,
    exitCode: exit.code,
    signal: exit.signal,
    stderrTail,
    pid,
    phase: answered ? 'running' : 'starting',
    message: `The process ${describe(exit)}${when}. ${said}`,
  });
}
