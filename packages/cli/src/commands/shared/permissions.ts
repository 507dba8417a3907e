import type { OnToolUse, PermissionVerdict } from '@subwire/core';
import type { Choice, Io } from '../../io/io.ts';
import { printPiece } from '../../render/print.ts';
import { oneLine } from '../../render/safe-text.ts';
import { createStyle } from '../../render/style.ts';
import { describeCall } from '../../render/tool-lines.ts';
import { answerQuestions, isQuestionnaire } from './questionnaire.ts';

/** What permission questions need besides a person. */
export interface PermissionContext {
  readonly quiet: boolean;
  /** The person broke the question off with Ctrl-C: the turn is to be interrupted. */
  readonly onBrokenOff: () => void;
}

const once: Choice = { value: 'once', label: 'Yes, this time' };
const always: Choice = { value: 'always', label: 'Yes, and do not ask again for the like' };
const no: Choice = { value: 'no', label: 'No' };

function denied(message: string): PermissionVerdict {
  return { behavior: 'deny', message };
}

/** Refuses everything, with the reason for the agent and one line for people, without a line feed. */
export function refusePermissions({ stderr }: Pick<Io, 'stderr'>, say: (line: string) => void): OnToolUse {
  const style = createStyle(stderr);
  return (tool, input) => {
    const call = describeCall(tool, input, stderr.columns);
    const way = `--allowed-tools ${tool} or --permission-mode allows it`;
    say(style.yellow(`⏺ ${call} was denied: nobody can be asked here; ${way}`));
    return Promise.resolve(denied('This call needs a permission, and nobody can be asked: the session does not run in a terminal.'));
  };
}

function ask(io: Io, { onBrokenOff }: PermissionContext): OnToolUse {
  return async (tool, input, { signal, suggestions }) => {
    const brokenOff = (): PermissionVerdict => {
      if (!signal.aborted) onBrokenOff();
      return denied('The user broke the question off.');
    };
    if (isQuestionnaire(tool, input)) {
      const updatedInput = await answerQuestions(io, input, signal);
      return updatedInput === undefined ? brokenOff() : { behavior: 'allow', updatedInput };
    }
    const choices = suggestions === undefined || suggestions.length === 0 ? [once, no] : [once, always, no];
    const message = oneLine(`May it run ${describeCall(tool, input, Number.MAX_SAFE_INTEGER)} ?`, io.stderr.columns * 3);
    const answer = await io.choose({ message, choices, signal });
    if (answer === 'once') return { behavior: 'allow' };
    if (answer === 'always') return { behavior: 'allow', updatedPermissions: suggestions ?? [] };
    return answer === 'no' ? denied('The user said no.') : brokenOff();
  };
}

/** Asks a person where there is one, one question at a time, and refuses elsewhere. */
export function createPermissions(io: Io, context: PermissionContext): OnToolUse {
  if (!io.canAsk)
    return refusePermissions(io, (line) => {
      if (!context.quiet) printPiece(io, { to: 'stderr', text: `${line}\n` });
    });
  const decide = ask(io, context);
  let queue: Promise<unknown> = Promise.resolve();
  return (tool, input, toolContext) => {
    // Subagents ask at the same time, and a terminal shows one question.
    const verdict = queue.then(() =>
      toolContext.signal.aborted ? denied('The question was taken back.') : decide(tool, input, toolContext),
    );
    queue = verdict.catch(() => undefined);
    return verdict;
  };
}
