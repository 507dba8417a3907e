import { BehaviorSubject, type Observable, ReplaySubject, Subject, Subscription } from 'rxjs';
import type { ControlChannel } from '../control/types.ts';
import { channels } from '../diagnostics/channels.ts';
import type { Transport } from '../transport/types.ts';
import type { InitializeResponse } from '../wire/control.ts';
import type { Message, ResultMessage } from '../wire/messages.ts';
import { watchFirstMode } from './asked-mode.ts';
import { type ResolvedClocks, watchClocks } from './clocks.ts';
import { explainEnd, noResult, type SessionEnd, stoppedByCaller, unfinishedWork } from './end-cause.ts';
import type { SessionOptions } from './options.ts';
import type { ParkingLot } from './parking.ts';
import { retryingOf } from './retrying.ts';
import type { Strictness } from './strictness.ts';
import { createTracker, type Tracker } from './tracker.ts';
import type { OpenTurn } from './turn.ts';
import { createTurnLedger, type TurnLedger } from './turn-ledger.ts';
import type { OpeningTimes } from './timings.ts';
import type { Retrying } from './types.ts';
import { addUsage, emptyUsage, type UsageLedger } from './usage.ts';

/** What a session is made of. */
export interface SessionParts {
  readonly transport: Transport;
  readonly control: ControlChannel;
  readonly info: InitializeResponse;
  readonly options: SessionOptions;
  readonly clocks: ResolvedClocks;
  /** How long it took to get here. */
  readonly opening: OpeningTimes;
  readonly parking: ParkingLot | undefined;
  /** What the agent may have. */
  readonly strictness: Strictness | undefined;
  /** Names the session in published events. */
  readonly key: object;
  /** Lets go of what belongs to the session besides its process. */
  readonly release: () => Promise<void>;
}

/** Lines that come after a result without saying that the agent went on. */
function isNote(message: Message): boolean {
  return message.type === 'command_lifecycle' || message.type === 'keep_alive' || (message.type === 'system' && message.subtype !== 'init');
}

/** The id that the conversation has before its agent says one: who stops a session before its first message can still go on with it. */
function givenId({ sessionId, resume, forkSession }: SessionOptions): string | undefined {
  return sessionId ?? (forkSession === true ? undefined : resume);
}

/** What comes in from a process, sorted: turns, streams, use, and the end. */
export interface SessionLife {
  readonly ledger: TurnLedger;
  readonly tracker: Tracker;
  readonly messages$: Observable<Message>;
  readonly stray$: Observable<Message>;
  readonly retries$: Observable<Retrying>;
  readonly usage: BehaviorSubject<UsageLedger>;
  /** How it ended; replayed. Undefined for an orderly end. */
  readonly gone$: Observable<{ readonly cause: unknown } | undefined>;
  readonly id: string | undefined;
  readonly dirty: readonly string[];
  readonly over: boolean;
  /** Whether the caller has said that it leaves, and how. */
  leaving: 'ending' | 'stopping' | undefined;
  /** What every published event of this session says. */
  event(): { readonly pid: number | undefined; readonly sessionId: string | undefined; readonly key: object };
  /** What is known of the end, should it be now. */
  endNow(): SessionEnd;
  /** A turn will get no result. */
  failTurn(entry: OpenTurn, cause: unknown): void;
  /** Ends a session that lives on although it must not. */
  fail(cause: unknown): void;
}

/** Follows the messages of a process that has answered `initialize`, until its end. `continued` is a turn that the CLI begins by itself. */
export function followSession(parts: SessionParts, continued?: OpenTurn): SessionLife {
  const { transport, control, options, key } = parts;
  const messages = new Subject<Message>();
  const strays = new Subject<Message>();
  const retries = new Subject<Retrying>();
  const usage = new BehaviorSubject(emptyUsage);
  const tracker = createTracker(control);
  const subscriptions = new Subscription();
  const gone = new ReplaySubject<{ readonly cause: unknown } | undefined>(1);
  let id = givenId(options);
  const lookAtMode = watchFirstMode(options, (diagnostic) => transport.report(diagnostic));
  let lastResult: ResultMessage | undefined;
  let dirty: readonly string[] = [];
  let over = false;

  const event = () => ({ pid: transport.pid, sessionId: id, key });
  const turnEvent = ({ turn }: OpenTurn) => ({ ...event(), turnId: turn.id });

  const ledger = createTurnLedger({
    changed: (open) => tracker.turns(open),
    started: (entry) => channels.turnStarted.publish(() => turnEvent(entry)),
    settled: (entry, result) => channels.turnSettled.publish(() => ({ ...turnEvent(entry), result })),
    stray(message) {
      strays.next(message);
      if (message.type !== 'result') return;
      channels.strayResult.publish(() => ({ ...event(), result: message }));
      const origin = message.origin?.kind ?? 'unknown';
      transport.report({
        code: 'STRAY_RESULT',
        message: `A result came that answers no prompt of this session (origin: ${origin}).`,
        raw: message,
      });
    },
  });

  function failTurn(entry: OpenTurn, cause: unknown): void {
    channels.turnFailed.publish(() => ({ ...turnEvent(entry), cause }));
    ledger.drop(entry, cause);
  }

  function endNow(): SessionEnd {
    const { stderrTail, pid } = transport;
    return { sessionId: id, lastResult, taskIds: [...tracker.activity.tasks.keys()], openTurns: ledger.open.length, stderrTail, pid };
  }

  /** The streams end once, with the first cause. */
  function finish(cause: unknown): void {
    if (over) return;
    over = true;
    dirty = [...tracker.activity.tools.keys()];
    const turnCause = cause ?? (life.leaving === 'stopping' ? stoppedByCaller() : noResult(endNow()));
    for (const entry of [...ledger.open]) failTurn(entry, turnCause);
    subscriptions.unsubscribe();
    tracker.dispose();
    for (const subject of [strays, retries, usage]) subject.complete();
    if (cause === undefined) messages.complete();
    else {
      channels.sessionFailed.publish(() => ({ ...event(), cause }));
      messages.error(cause);
    }
    gone.next(cause === undefined ? undefined : { cause });
    gone.complete();
    void parts.release();
  }

  /** Ends a session that lives on although it must not. */
  function fail(cause: unknown): void {
    finish(cause);
    void transport.close({ from: 'term' });
  }

  function take(message: Message): void {
    if ('session_id' in message && typeof message.session_id === 'string' && message.session_id !== '') id = message.session_id;
    lookAtMode(message);
    if (message.type === 'result') {
      lastResult = message;
      usage.next(addUsage(usage.value, message));
    } else if (!isNote(message)) lastResult = undefined;
    const retrying = retryingOf(message);
    if (retrying !== undefined) {
      retries.next(retrying);
      channels.retrying.publish(() => ({ ...event(), attempt: retrying.attempt, delayMs: retrying.delayMs, status: retrying.status }));
    }
    // Delivered first: what settles a turn may end the streams.
    messages.next(message);
    ledger.take(message);
    tracker.take(message);
  }

  const life: SessionLife = {
    ledger,
    tracker,
    messages$: messages.asObservable(),
    stray$: strays.asObservable(),
    retries$: retries.asObservable(),
    usage,
    gone$: gone.asObservable(),
    get id() {
      return id;
    },
    get dirty() {
      return dirty;
    },
    get over() {
      return over;
    },
    leaving: undefined,
    event,
    endNow,
    failTurn,
    fail,
  };
  if (continued !== undefined) {
    // Before anything is read: its first message may be waiting already.
    ledger.adopt(continued);
    tracker.expect();
  }
  transport.messages$.subscribe({
    next: (message) => {
      const surplus = over ? undefined : parts.strictness?.surplusIn(message);
      if (surplus !== undefined) fail(surplus);
      else if (!over) take(message);
    },
    error: (cause: unknown) => finish(life.leaving === 'stopping' ? undefined : explainEnd(cause, endNow())),
    complete() {
      const end = endNow();
      const dropped = end.taskIds.length > 0 && life.leaving !== 'stopping' && options.completion !== 'result';
      finish(dropped ? unfinishedWork(end) : undefined);
    },
  });
  subscriptions.add(watchClocks(tracker.phase$, tracker.life$, parts.clocks).subscribe({ error: fail }));
  tracker.inputEnded$.subscribe(() => void transport.endInput().catch(() => undefined));
  return life;
}
