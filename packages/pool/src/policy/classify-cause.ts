import { SubwireError } from '@subwire/core';

/**
 * What a failed start says about the next one: `transient` may succeed and counts against the budget; `resource` means that the host is short of
 * something, so waiting helps and the worker is not to blame; `permanent` will fail in the same way for ever.
 */
export type CauseClass = 'transient' | 'resource' | 'permanent';

const resourceCodes = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'ETXTBSY']);
const permanentErrnos = new Set(['ENOENT', 'EACCES', 'ENOTDIR', 'ENOEXEC', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'E2BIG']);
const permanentCodes = new Set([
  'INVALID_OPTION',
  'COMMAND_NOT_ALLOWED',
  'BATCH_FILE_REFUSED',
  'CWD_NOT_FOUND',
  'CLI_NOT_FOUND',
  'CLI_NOT_EXECUTABLE',
  'INTERPRETER_NOT_FOUND',
  'CLI_TOO_OLD',
  'TOO_DEEP',
  'WRONG_ARCHITECTURE',
  'WRONG_LIBC',
  'UNREQUESTED_CONFIGURATION',
]);

// The CLI has no code for these: the last words on stderr are all there is.
const permanentWords = [
  /invalid api key/i,
  /unknown option/i,
  /unknown model|model .*not found|invalid model/i,
  /please run \/login|not logged in/i,
];

interface Described {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly stderrTail?: unknown;
  readonly signal?: unknown;
  readonly cause?: unknown;
}

/** Classes what a worker failed to start with. Looks through wrapped causes. */
export function classifyCause(cause: unknown): CauseClass {
  let current: unknown = cause;
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth += 1) {
    const { code, errno, stderrTail, signal, cause: inner } = current as Described;
    // Nobody sends this to itself: the host had no memory left, or somebody had a reason that the worker cannot know.
    if (signal === 'SIGKILL') return 'resource';
    const name = typeof errno === 'string' ? errno : code;
    if (typeof name === 'string') {
      if (resourceCodes.has(name)) return 'resource';
      if (permanentErrnos.has(name)) return 'permanent';
    }
    if (SubwireError.is(current) && permanentCodes.has(current.code)) return 'permanent';
    if (Array.isArray(stderrTail) && stderrTail.some((line) => permanentWords.some((word) => word.test(String(line))))) return 'permanent';
    current = inner;
  }
  return 'transient';
}
