import type { Message, Session } from '@subwire/core';
import { catchError, EMPTY, filter, map, share, Subject, type Observable } from 'rxjs';
import type { PressureSignal, Spend, WorkerWear } from '../policy/worker-factory.ts';
import { contextPercentOf, createSpendMeter, pressureOf } from './session-signals.ts';

/** What the first conversation began with, to compare with after a reset. */
export interface FirstState {
  readonly permissionMode: string;
  readonly model: string;
  readonly cwd: string;
}

/** What a pool remembers of one session. */
export interface SessionRecord {
  readonly wear: WorkerWear;
  /** Undefined until the first conversation has begun. */
  readonly initial: FirstState | undefined;
  /**
   * Whether somebody besides the pool has sent the agent control requests, of which only the number is known, or has added to its permissions: it may be changed
   * for good.
   */
  readonly isTouched: boolean;
  readonly pressure$: Observable<PressureSignal>;
  readonly spend$: Observable<Spend>;
  /** Makes a request of the pool's own, which does not count as a touch. */
  ask<T>(request: () => Promise<T>): Promise<T>;
}

/** Follows a session from the moment it is warm. Ends with the session. */
export function recordSession(session: Session, hasGranted: () => boolean): SessionRecord {
  const messages = new Subject<Message>();
  const meter = createSpendMeter();
  const { counts } = session.control;
  let wear: WorkerWear = { turns: 0, costUsd: 0 };
  let initial: FirstState | undefined;
  let earlierUsd = 0;
  let ownRequests = counts.requests;

  function note(message: Message): void {
    if (message.type === 'system' && message.subtype === 'init' && initial === undefined) {
      const { permissionMode, model, cwd } = message as Readonly<Record<keyof FirstState, unknown>>;
      initial = { permissionMode: String(permissionMode), model: String(model), cwd: String(cwd) };
    }
    // With a new conversation the agent counts its costs from nothing again, and its context is empty.
    if (message.type === 'conversation_reset') {
      earlierUsd = wear.costUsd ?? 0;
      wear = { ...wear, contextPercent: undefined };
    }
    if (message.type !== 'result') return;
    wear = {
      turns: (wear.turns ?? 0) + (message['local_command'] === 'clear' ? 0 : 1),
      costUsd: message.total_cost_usd === undefined ? wear.costUsd : earlierUsd + message.total_cost_usd,
      contextPercent: contextPercentOf(message) ?? wear.contextPercent,
    };
  }

  // The stream of messages fails with the process, which is told elsewhere.
  session.messages$.pipe(catchError(() => EMPTY)).subscribe({
    next(message) {
      note(message);
      messages.next(message);
    },
    complete: () => messages.complete(),
  });

  return {
    get wear() {
      return wear;
    },
    get initial() {
      return initial;
    },
    get isTouched() {
      return counts.requests !== ownRequests || hasGranted();
    },
    pressure$: messages.pipe(
      map(pressureOf),
      filter((signal) => signal !== undefined),
    ),
    spend$: messages.pipe(
      map(meter),
      filter((spend) => spend !== undefined),
      share(),
    ),
    ask(request) {
      // A request counts as soon as it is made, before anybody else can make one.
      const before = counts.requests;
      const answer = request();
      ownRequests += counts.requests - before;
      return answer;
    },
  };
}
