import type { DiagnosticCode } from '../packages/core/src/transport/types.ts';
import type { Help } from './error-help.ts';

/** One row for each diagnostic: the type checker misses none, and refuses those that are no codes. */
export const diagnosticHelp: Readonly<Record<DiagnosticCode, Help>> = {
  NOISE_LINE: [
    'a line on stdout that is no frame, such as a log line; dropped',
    'find out what writes to stdout, often a wrapper or a hook',
  ],
  LINE_TOO_LONG: ['a line longer than `maxLineBytes` was dropped; `bytes`, `head`', 'raise `maxLineBytes` if you need it'],
  INVALID_JSON: [
    'a line opens like an object and does not parse; dropped',
    'two programs write to one stdout, or an object stands on several lines',
  ],
  INVALID_UTF8: ['bytes that are no UTF-8 were replaced by U+FFFD', 'find out what wrote them: a tool that prints another encoding'],
  UNKNOWN_FRAME: ['a frame that this version does not know; delivered as `unknown`', 'nothing; a newer subwire may know it'],
  INVALID_FRAME: [
    'with `validate`, a frame that does not fit its schema (`issues`); or a control frame without a request id',
    'report it, with `raw`',
  ],
  SOFT_LIMIT: ['the tree uses more than `limits.residentBytes.soft`', 'end it when that suits you; the hard limit does not ask'],
  CLI_UNTESTED: [
    'the CLI is newer than the versions that this package was tested with',
    'nothing, if all goes well; otherwise update subwire',
  ],
  INHERITED_LIMIT: ['the host has a limit on address space, which its children inherit and break at', 'start the host without `ulimit -v`'],
  STREAM_TRUNCATED: ['the last line had no LF and does not parse; the error of this name follows', 'see the error'],
  CALLBACK_SHADOWED: [
    'other options let tools run without asking `onToolUse`',
    'leave those tools out of `allowedTools`, or change `permissionMode`',
  ],
  HANDLER_FAILED: ['a callback of yours threw, or answered what cannot be sent; the agent was told', 'mend the callback; `cause`'],
  LATE_ANSWER: ['an answer came for a request that nobody waits for any more', 'give that request more time'],
  STRAY_RESULT: ['a result that belongs to no prompt of yours', 'see `session.stray$`: often a background task that has finished'],
  GAP: ["a slow reader with `onOverflow: 'drop-oldest'` missed `dropped` messages", 'read faster, or pause instead'],
};
