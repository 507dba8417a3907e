import type { Message, Session } from '@subwire/core';
import { catchError, EMPTY, filter, map, share, Subject, type Observable } from 'rxjs';
import type { PressureSignal, Spend, WorkerWear } from '../policy/worker-factory.ts';
import { contextPercentOf, createSpendMeter, pressureOf } from './session-signals.ts';

/** What a pool remembers of one session. */
export interface SessionRecord {
  readonly wear: WorkerWear;
  /** The permission mode and directory of the first conversation, to compare with after a reset. */
  readonly initial: { readonly permissionMode: string; readonly cwd: string } | undefined;
  readonly pressure$: Observable<PressureSignal>;
  readonly spend$: Observable<Spend>;
}

/** Follows a session from the moment it is warm. Ends with the session. */
export function recordSession(session: Session): SessionRecord {
  const messages = new Subject<Message>();
  const meter = createSpendMeter();
  let wear: WorkerWear = { turns: 0, costUsd: 0 };
  let initial: SessionRecord['initial'];

  function note(message: Message): void {
    if (message.type === 'system' && message.subtype === 'init' && initial === undefined) {
      const { permissionMode, cwd } = message as { readonly permissionMode?: unknown; readonly cwd?: unknown };
      initial = { permissionMode: String(permissionMode), cwd: String(cwd) };
    }
    if (message.type !== 'result') return;
    wear = {
      turns: (wear.turns ?? 0) + 1,
      costUsd: message.total_cost_usd ?? wear.costUsd,
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
    pressure$: messages.pipe(
      map(pressureOf),
      filter((signal) => signal !== undefined),
    ),
    spend$: messages.pipe(
      map(meter),
      filter((spend) => spend !== undefined),
      share(),
    ),
  };
}
