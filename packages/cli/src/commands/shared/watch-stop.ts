import type { Session } from '@subwire/core';
import type { Io } from '../../io/io.ts';
import { decideStop, type StopEvent, type StopReason, type StopState } from './stop-decision.ts';

// A second Ctrl-C means now: TERM gets this long before KILL.
const termPatienceMs = 500;

/** Watches everything that may stop a run. Dispose at its end. */
export interface StopWatch extends Disposable {
  /** Why the run is being stopped; undefined while it is not. */
  readonly reason: StopReason | undefined;
  /** Whether there is a turn that has not been asked to break off. */
  readonly isRunning: boolean;
  /** Fires when the process has to end. */
  readonly ending: AbortSignal;
  /** From now on the first Ctrl-C interrupts the session's turn instead of ending the process. */
  attach(session: Session): void;
  /** The turn is over: Ctrl-C ends the process again. */
  detach(): void;
  /** Does what a Ctrl-C does that did not come as a signal, because a question had the keyboard. */
  interrupt(): void;
  /** Ends the session's process and its tree, at once when the stop is urgent. */
  close(session: Session): Promise<void>;
}

/** Options of {@link watchStop}. */
export interface WatchStopOptions {
  /** Ends the run after this time, in milliseconds. @defaultValue no limit */
  readonly timeoutMs?: number | undefined;
  /** Called when the first Ctrl-C has asked the agent to break off. */
  readonly onInterrupting?: () => void;
}

/** Turns signals, the deadline and a reader that goes away into interrupts and ends. */
export function watchStop(io: Io, { timeoutMs, onInterrupting }: WatchStopOptions = {}): StopWatch {
  let state: StopState = { phase: 'starting', reason: undefined };
  let session: Session | undefined;
  const ending = new AbortController();
  const hurry = new AbortController();

  function take(event: StopEvent): void {
    const [next, action] = decideStop(state, event);
    state = next;
    if (action === 'interrupt') {
      // Without an answer nothing is lost: the next Ctrl-C ends the process.
      session?.interrupt().catch(() => undefined);
      onInterrupting?.();
    }
    if (action === 'end') ending.abort(new DOMException(`The run was ${state.reason ?? 'stopped'}.`, 'AbortError'));
    if (action === 'kill') hurry.abort();
  }

  const onReaderGone = (): void => take('READER_GONE');
  io.stdout.closed.addEventListener('abort', onReaderGone, { once: true });
  const signals = io.onStop(take);
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => take('TIMEOUT'), timeoutMs);

  return {
    get reason() {
      return state.reason;
    },
    get isRunning() {
      return state.phase === 'running';
    },
    ending: ending.signal,
    attach(running) {
      session = running;
      if (state.phase === 'starting') state = { ...state, phase: 'running' };
    },
    detach() {
      session = undefined;
      if (state.phase !== 'ending') state = { phase: 'starting', reason: undefined };
    },
    interrupt: () => take('SIGINT'),
    async close(closing) {
      if (state.phase !== 'ending') return void (await closing.close());
      const patience = setTimeout(() => hurry.abort(), termPatienceMs);
      try {
        await closing.transport.close({ from: 'term', signal: hurry.signal });
      } finally {
        clearTimeout(patience);
      }
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      signals[Symbol.dispose]();
      io.stdout.closed.removeEventListener('abort', onReaderGone);
    },
  };
}
