import { LimitError, type Message, type ResultMessage, type Session, type Turn, type UserInput } from '@subwire/core';
import type { Spend } from '../policy/worker-factory.ts';
import type { Lease } from '../pool/types.ts';
import { causeOfError, causeOfResult, failureOf, failureOfResult } from './causes.ts';
import type { TaskCause, TaskPhase } from './retry-table.ts';
import type { TaskFailure } from './types.ts';

/** One try at a task. */
export interface AttemptRequest {
  readonly acquire: (signal: AbortSignal) => Promise<Lease<Session>>;
  readonly input: string | UserInput;
  /** From the prompt written, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the attempt, wherever it is. */
  readonly stop: AbortSignal;
  readonly meter: (session: Session) => (message: Message) => Spend | undefined;
  /** Runs before anything is written; what it throws is thrown by the attempt. */
  readonly beforeSend: () => Promise<void>;
  readonly onSent: (lease: Lease<Session>) => void;
  readonly onMessage: (message: Message, session: Session) => void;
  /** What was spent; returns the error of a budget that it has passed. */
  readonly onSpend: (spend: Spend) => LimitError | undefined;
}

/** How it ended. `cause` undefined: it succeeded. */
export interface AttemptEnd {
  readonly phase: TaskPhase;
  readonly cause: TaskCause | undefined;
  /** The error as it was. */
  readonly error?: unknown;
  readonly failure?: TaskFailure;
  readonly output: string;
  readonly sessionId: string | undefined;
  /** From the prompt written, in milliseconds. */
  readonly durationMs: number;
  /** When the prompt was written, on the monotonic clock; undefined: it was not. */
  readonly sentAtMs: number | undefined;
  /** Resolves when the worker is free again, or gone. */
  readonly freed: Promise<void>;
}

// How long what a dead process has said may take to arrive, in milliseconds: its result may be under way when its death is known.
const farewellMs = 2_000;
const longestDelayMs = 2 ** 31 - 1;

type Ending =
  | { readonly type: 'result'; readonly result: ResultMessage }
  | { readonly type: 'error'; readonly error: unknown; readonly cause?: TaskCause };

function usesTool(message: Message): boolean {
  return message.type === 'assistant' && message.message.content.some(({ type }) => type === 'tool_use');
}

/** Tries a task once. The end is the end: no process of a failed attempt is alive when this resolves. */
export async function runAttempt(request: AttemptRequest): Promise<AttemptEnd> {
  const { stop } = request;
  const nothing = { output: '', sessionId: undefined, durationMs: 0, sentAtMs: undefined, freed: Promise.resolve() };
  let lease: Lease<Session>;
  try {
    stop.throwIfAborted();
    lease = await request.acquire(stop);
  } catch (error) {
    const cause = stop.aborted ? 'stopped' : causeOfError(error, 'waiting');
    return { ...nothing, phase: 'waiting', cause, error, failure: failureOf(error) };
  }
  try {
    await request.beforeSend();
  } catch (error) {
    await lease.release();
    throw error;
  }
  if (stop.aborted || lease.signal.aborted) {
    const error: unknown = stop.aborted ? stop.reason : lease.signal.reason;
    await lease.release();
    return {
      ...nothing,
      phase: 'leased',
      cause: stop.aborted ? 'stopped' : causeOfError(error, 'leased'),
      error,
      failure: failureOf(error),
    };
  }
  return await converse(request, lease);
}

async function converse(request: AttemptRequest, lease: Lease<Session>): Promise<AttemptEnd> {
  const { worker: session } = lease;
  const { stop, timeoutMs } = request;
  const meter = request.meter(session);
  const said: string[] = [];
  let phase: TaskPhase = 'leased';
  let sentAtMs: number | undefined;
  let result: ResultMessage | undefined;
  let timer: NodeJS.Timeout | undefined;
  let farewell: NodeJS.Timeout | undefined;
  let end: (ending: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  const onStop = (): void => end({ type: 'error', error: stop.reason, cause: 'stopped' });
  // A process that has died may have answered first: what it said arrives after the news of its death, and says more than that a worker was lost.
  const onLost = (): void => {
    const lost: Ending = { type: 'error', error: lease.signal.reason };
    if (causeOfError(lost.error, 'sent') !== 'crash') end(lost);
    else farewell = setTimeout(() => end(lost), farewellMs);
  };

  function onSent(): void {
    if (sentAtMs !== undefined) return;
    phase = 'sent';
    sentAtMs = performance.now();
    const onTimeout = (): void => {
      const message = `The task took longer than its timeoutMs (${timeoutMs} ms) from the prompt written. Allow more, or ask for less.`;
      end({ type: 'error', error: new LimitError({ code: 'TIME_LIMIT', limit: timeoutMs, clock: 'task', message }), cause: 'timeout' });
    };
    timer = setTimeout(onTimeout, Math.min(timeoutMs, longestDelayMs));
    request.onSent(lease);
  }

  function onMessage(message: Message): void {
    if (phase === 'sent' && usesTool(message)) phase = 'working';
    if (message.type === 'result') {
      phase = 'answered';
      result = message;
    }
    const spend = meter(message);
    const breach = spend && request.onSpend(spend);
    request.onMessage(message, session);
    if (breach !== undefined) end({ type: 'error', error: breach, cause: 'limit' });
  }

  async function follow(running: Turn): Promise<void> {
    try {
      const answer = await running.result();
      // A result may leave work in the background: ending the session now would drop it although it was reported as done.
      if (!answer.is_error) await session.whenQuiescent();
      end({ type: 'result', result: answer });
    } catch (error) {
      end({ type: 'error', error });
    }
  }

  let ending: Ending;
  stop.addEventListener('abort', onStop, { once: true });
  lease.signal.addEventListener('abort', onLost, { once: true });
  try {
    const turn = session.prompt(request.input);
    turn.state$.subscribe((state) => {
      if (state !== 'queued' && state !== 'settled') onSent();
    });
    turn.messages$.subscribe({ next: onMessage, error: () => {} });
    turn.text$.subscribe({ next: (text) => void said.push(text), error: () => {} });
    void follow(turn);
    ending = await ended;
  } catch (error) {
    ending = { type: 'error', error };
  } finally {
    clearTimeout(timer);
    clearTimeout(farewell);
    stop.removeEventListener('abort', onStop);
    lease.signal.removeEventListener('abort', onLost);
  }
  // A budget that is passed by the result itself ends nothing that was not over already.
  const isStopped = ending.type === 'error' && (ending.cause === 'limit' || ending.cause === 'stopped');
  if (isStopped && result !== undefined && session.tasks.length === 0) ending = { type: 'result', result };
  const durationMs = sentAtMs === undefined ? 0 : performance.now() - sentAtMs;
  const common = { phase, sessionId: session.id, sentAtMs, durationMs };
  if (ending.type === 'result') {
    const cause = causeOfResult(ending.result);
    const output = ending.result.result ?? said.join('');
    const freed = lease.release().catch(() => {});
    return { ...common, phase: 'answered', cause, output, freed, ...(cause && { failure: failureOfResult(ending.result) }) };
  }
  const { error } = ending;
  await lease.discard(error);
  const cause = ending.cause ?? causeOfError(error, phase);
  return { ...common, cause, error, failure: failureOf(error), output: said.join(''), freed: Promise.resolve() };
}
