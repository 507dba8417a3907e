import { openSession, type ResultMessage, type Session } from '@subwire/core';
import { type ExitCode, exitCodes } from '../io/exit-codes.ts';
import type { Io } from '../io/io.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { readRunSettings, type RunSettings } from '../options/run-settings.ts';
import { renderError } from '../render/error.ts';
import { renderResult, renderStreamJson } from '../render/json.ts';
import { printAll, printPiece } from '../render/print.ts';
import { createStyle } from '../render/style.ts';
import { renderSummary } from '../render/summary.ts';
import { renderText } from '../render/text.ts';
import { exitCodeOf, exitCodeOfStop } from './shared/exit-code-of.ts';
import { createPermissions } from './shared/permissions.ts';
import { resultError } from './shared/result-error.ts';
import { stopError } from './shared/stop-error.ts';
import { type StopWatch, watchStop } from './shared/watch-stop.ts';

/** Sends the prompt and waits for its result, or for the stop. */
function answer(session: Session, prompt: string, stop: StopWatch): Promise<ResultMessage> {
  const stopped = new Promise<never>((_, reject) => {
    stop.ending.addEventListener('abort', () => reject(stop.ending.reason as Error), { once: true });
  });
  stop.attach(session);
  return Promise.race([session.prompt(prompt).result(), stopped]);
}

function print(io: Io, { output, quiet }: RunSettings, session: Session): Promise<void> {
  if (output === 'json') return Promise.resolve();
  const render = output === 'stream-json' ? renderStreamJson() : renderText({ stdout: io.stdout, stderr: io.stderr, quiet });
  return printAll(io, session.messages$.pipe(render));
}

async function converse(io: Io, settings: RunSettings, stop: StopWatch): Promise<ResultMessage> {
  if (settings.debug) io.enableDebug();
  const onToolUse = createPermissions(io, { quiet: settings.quiet, onBrokenOff: () => stop.interrupt() });
  const session = await openSession({ ...settings.session, onToolUse, signal: stop.ending });
  const printed = print(io, settings, session);
  try {
    return await answer(session, settings.prompt, stop);
  } finally {
    await stop.close(session);
    await printed;
  }
}

/** Runs one prompt to its result. */
export async function run(io: Io, input: CommandInput): Promise<ExitCode> {
  return runWith(io, await readRunSettings(input, io));
}

/** The same with settings that were read before. */
export async function runWith(io: Io, settings: RunSettings): Promise<ExitCode> {
  const style = createStyle(io.stderr);
  const say = (text: string): void => printPiece(io, { to: 'stderr', text });
  const onInterrupting = (): void => {
    if (io.stderr.isTerminal && !settings.quiet) say(`${style.dim('Interrupting; press Ctrl-C again to end the agent.')}\n`);
  };
  using stop = watchStop(io, { timeoutMs: settings.timeoutMs, onInterrupting });
  let result: ResultMessage;
  try {
    result = await converse(io, settings, stop);
  } catch (cause) {
    const { reason } = stop;
    if (reason === undefined) {
      say(renderError(cause, style));
      return exitCodeOf(cause);
    }
    const error = stopError(reason, { timeoutMs: settings.timeoutMs, closed: io.stdout.closed });
    if (error !== undefined) say(renderError(error, style));
    return exitCodeOfStop(reason, error);
  }
  if (settings.output === 'json') printPiece(io, renderResult(result));
  const interrupted = result.is_error && stop.reason === 'interrupted';
  if (!settings.quiet) say(`${renderSummary(result, style, { outcome: interrupted ? 'interrupted' : undefined })}\n`);
  if (interrupted) return exitCodes.interrupted;
  if (!result.is_error) return exitCodes.done;
  const error = resultError(result);
  say(renderError(error, style));
  return exitCodeOf(error);
}
