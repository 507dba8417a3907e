import { openSession, type Session, type SessionOptions } from '@subwire/core';
import { bufferWhen, concatMap, filter, from, type Subscription, toArray } from 'rxjs';
import { type ExitCode, exitCodes } from '../io/exit-codes.ts';
import type { Io, LineReader } from '../io/io.ts';
import { type ChatInput, emptyInput, takeChatLine } from '../options/chat-line.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { historyPath, readHistory, writeHistory } from '../options/history-file.ts';
import { type ChatSettings, readChatSettings } from '../options/chat-settings.ts';
import { renderError } from '../render/error.ts';
import { renderResult } from '../render/json.ts';
import { printAll, printPiece } from '../render/print.ts';
import { safeText } from '../render/safe-text.ts';
import { createStyle, type Style } from '../render/style.ts';
import { renderSummary } from '../render/summary.ts';
import { renderText } from '../render/text.ts';
import { exitCodeOf, exitCodeOfStop } from './shared/exit-code-of.ts';
import { createPermissions } from './shared/permissions.ts';
import { resultError } from './shared/result-error.ts';
import { runSlashCommand } from './shared/slash-commands.ts';
import { stopError } from './shared/stop-error.ts';
import { type StopWatch, watchStop } from './shared/watch-stop.ts';

/** What the parts of a chat share. */
interface Chat {
  readonly io: Io;
  readonly settings: ChatSettings;
  readonly style: Style;
  readonly stop: StopWatch;
  readonly session: Session;
  readonly lines: LineReader;
  /** A line on stderr, for people. */
  readonly say: (text: string) => void;
}

type Next = { readonly prompt: string } | { readonly command: string; readonly argument: string } | 'end';

/** Gathers lines until they are a prompt or a command. */
async function readNext({ lines, stop, style }: Chat): Promise<Next> {
  let input: ChatInput = emptyInput;
  for (;;) {
    const typed = await lines.next(input.lines.length === 0 && !input.quoted ? style.bold('› ') : style.dim('… '), stop.ending);
    if (typed === 'ended') return 'end';
    if (typed === 'interrupted') {
      if (input === emptyInput) return 'end';
      input = emptyInput;
      continue;
    }
    const read = takeChatLine(input, typed.line);
    if (read.kind === 'more') input = read.state;
    else input = emptyInput;
    if (read.kind === 'prompt') return { prompt: read.text };
    if (read.kind === 'command') return { command: read.name, argument: read.argument };
  }
}

async function unlessStopped<T>(work: Promise<T>, stop: StopWatch): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    stop.ending.addEventListener('abort', () => reject(stop.ending.reason as Error), { once: true });
  });
  return Promise.race([work, stopped]);
}

/** Shows turns that nobody here has asked for, each when it is complete: work that goes on in the background begins one when it ends. */
function showStrays({ io, settings, style, session, lines }: Chat): Subscription {
  const text = renderText({ stdout: io.stdout, stderr: io.stderr, quiet: settings.quiet });
  const turns$ = session.stray$.pipe(
    bufferWhen(() => session.stray$.pipe(filter(({ type }) => type === 'result'))),
    filter((messages) => messages.length > 0),
    concatMap((messages) => from(messages).pipe(text, toArray())),
  );
  return turns$.subscribe((pieces) => {
    lines.above(() => {
      if (!settings.quiet) printPiece(io, { to: 'stderr', text: `${style.dim('⏺ work in the background has ended')}\n` });
      for (const piece of pieces) printPiece(io, piece);
    });
  });
}

/** One turn, shown as it comes. Resolves with its exit code; rejects when the session is over. */
async function takeTurn({ io, settings, style, stop, session, say }: Chat, prompt: string): Promise<ExitCode> {
  stop.attach(session);
  const turn = session.prompt(prompt);
  const printed = settings.json
    ? Promise.resolve()
    : printAll(io, turn.messages$.pipe(renderText({ stdout: io.stdout, stderr: io.stderr, quiet: settings.quiet })));
  const result = await unlessStopped(turn.result(), stop);
  await printed;
  if (settings.json) printPiece(io, renderResult(result));
  const interrupted = result.is_error && stop.reason === 'interrupted';
  stop.detach();
  if (!settings.quiet) say(renderSummary(result, style, { outcome: interrupted ? 'interrupted' : undefined, cumulative: true }));
  if (!result.is_error) return exitCodes.done;
  // It was the person's own wish, and the conversation goes on.
  if (interrupted) return exitCodes.done;
  const error = resultError(result);
  printPiece(io, { to: 'stderr', text: renderError(error, style) });
  return exitCodeOf(error);
}

/** A command of the chat. Resolves with false when the chat is over. */
async function takeCommand(chat: Chat, name: string, argument: string): Promise<ExitCode | 'quit'> {
  const outcome = await runSlashCommand(chat.session, name, argument);
  if (outcome.quit === true) return 'quit';
  if (outcome.unknown === true) return takeTurn(chat, argument === '' ? `/${name}` : `/${name} ${argument}`);
  if (outcome.say !== undefined && !chat.settings.quiet) chat.say(chat.style.dim(safeText(outcome.say)));
  return exitCodes.done;
}

async function converse(chat: Chat): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  for (;;) {
    const next = await readNext(chat);
    if (chat.stop.reason !== undefined) throw chat.stop.ending.reason;
    if (next === 'end') {
      // Who pipes prompts in has no way to wait for work that is still going on.
      if (!chat.io.canAsk) await unlessStopped(chat.session.whenQuiescent(), chat.stop);
      return code;
    }
    const taken = 'prompt' in next ? await takeTurn(chat, next.prompt) : await takeCommand(chat, next.command, next.argument);
    if (taken === 'quit') return code;
    code = taken;
  }
}

async function open(io: Io, settings: ChatSettings, stop: StopWatch): Promise<Session> {
  if (settings.debug) io.enableDebug();
  const onToolUse = createPermissions(io, { quiet: settings.quiet, onBrokenOff: () => stop.interrupt() });
  const options: SessionOptions = { ...settings.session, includePartialMessages: true, onToolUse, signal: stop.ending };
  return openSession(options);
}

async function talk(io: Io, settings: ChatSettings, stop: StopWatch): Promise<ExitCode> {
  const style = createStyle(io.stderr);
  const say = (text: string): void => printPiece(io, { to: 'stderr', text: `${text}\n` });
  const session = await open(io, settings, stop);
  const path = io.canAsk ? historyPath(io.env) : undefined;
  const onEarlyLine = (line: string): boolean => {
    if (line.trim() !== '/interrupt' || !stop.isRunning) return false;
    stop.interrupt();
    return true;
  };
  const lines = await io.openLines({ history: await readHistory(path), onEarlyLine });
  try {
    if (io.canAsk && !settings.quiet) say(style.dim(`${settings.agent} is ready. /help shows what can be typed besides prompts.`));
    const parts: Chat = { io, settings, style, stop, session, lines, say };
    using _strays = disposable(showStrays(parts));
    return await converse(parts);
  } finally {
    lines[Symbol.dispose]();
    await stop.close(session);
    await writeHistory(path, lines.history);
  }
}

function disposable(subscription: Subscription): Disposable {
  return { [Symbol.dispose]: () => subscription.unsubscribe() };
}

/** Turn after turn in one conversation. */
export async function chat(io: Io, input: CommandInput): Promise<ExitCode> {
  const settings = await readChatSettings(input, io);
  const style = createStyle(io.stderr);
  const hint = (): void => {
    if (io.canAsk && !settings.quiet)
      printPiece(io, { to: 'stderr', text: `${style.dim('Interrupting; press Ctrl-C again to end the agent.')}\n` });
  };
  using stop = watchStop(io, { onInterrupting: hint });
  try {
    return await talk(io, settings, stop);
  } catch (cause) {
    const { reason } = stop;
    const error = reason === undefined ? cause : stopError(reason, { timeoutMs: undefined, closed: io.stdout.closed });
    if (error !== undefined) printPiece(io, { to: 'stderr', text: renderError(error, style) });
    return reason === undefined ? exitCodeOf(cause) : exitCodeOfStop(reason, error as Error | undefined);
  }
}
