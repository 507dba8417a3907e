import { SubwireError, type ErrorCode, type ResultErrorFields } from '@subwire/core';

const byCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  CLI_NOT_FOUND:
    'Install Claude Code (npm install -g @anthropic-ai/claude-code), name another program with --agent PATH, or try --agent fake. subwire doctor shows where it was searched.',
  CLI_NOT_EXECUTABLE: 'Make the file executable with chmod +x, or name another one with --agent PATH.',
  INTERPRETER_NOT_FOUND: 'Install the interpreter that the first line of the script names, or name another program with --agent PATH.',
  CLI_TOO_OLD: 'Update Claude Code (npm install -g @anthropic-ai/claude-code), or name another program with --agent PATH.',
  CWD_NOT_FOUND: 'Create the directory, or give another one with --cwd.',
  EXIT_EARLY: 'Run the agent by itself to see why, or look at what it says with --debug.',
  EXIT_NONZERO: 'Run again with --debug to see the last lines that were exchanged.',
  EXIT_SIGNAL: 'Something outside ended the agent; check the memory of the machine, then run again.',
  MEMORY_LIMIT: 'Give it more memory with --max-rss.',
  TIME_LIMIT: 'Give it more time with --timeout.',
  CONTROL_TIMEOUT: 'The agent did not answer; run again with --debug to see how far it came.',
  UNREQUESTED_CONFIGURATION:
    'Name what the agent may have, or remove its source: a wrapper around the agent, managed settings of this machine, or the account. subwire doctor shows which program is started.',
  JOURNAL_LOCKED:
    'Wait for the other run, look into it with subwire top, or give another file with --journal; if nobody uses this one, remove the .lock file beside it.',
  JOURNAL_FAILED: 'Make room, or give a file that can be written with --journal; a run with the same journal repeats nothing that is done.',
  HELD_OVERFLOW: 'Report this with the output of --debug.',
};

function adviceOnResult({ apiStatus, subtype, sessionId }: ResultErrorFields): string {
  if (apiStatus === 401 || apiStatus === 403)
    return 'Check the credential: log in with the agent itself, or set its key; subwire doctor shows which one is used.';
  if (apiStatus === 429 || apiStatus === 529) return 'Wait a little and run again.';
  if (subtype === 'error_max_turns') return 'Raise --max-turns, or go on with --resume.';
  const again = 'Run again with --debug to see what was exchanged';
  return sessionId === undefined || sessionId === '' ? `${again}.` : `${again}, or go on with --resume ${sessionId}.`;
}

/** What to do about an error, in terms of this command; undefined when nothing can be said that the error does not say itself. */
export function adviceOn(error: unknown): string | undefined {
  if (!SubwireError.is(error)) return undefined;
  if (error.code === 'RESULT_ERROR') return adviceOnResult(error as ResultErrorFields);
  const { command } = error as { readonly command?: unknown };
  if (error.code === 'CLI_NOT_FOUND' && command !== 'claude') return 'Check the path that --agent names, or try --agent fake.';
  return byCode[error.code];
}
