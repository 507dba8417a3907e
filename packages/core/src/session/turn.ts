import { BehaviorSubject, type Observable, ReplaySubject } from 'rxjs';
import { textOf } from '../operators/text-of.ts';
import type { Message, ResultMessage } from '../wire/messages.ts';
import type { Turn, TurnState } from './types.ts';

/** A turn with the ends that only the ledger may move. */
export interface OpenTurn {
  readonly turn: Turn;
  readonly state: TurnState;
  move(state: Exclude<TurnState, 'settled'>): void;
  take(message: Message): void;
  settle(result: ResultMessage): void;
  fail(cause: unknown): void;
}

const order: readonly TurnState[] = ['queued', 'sent', 'running', 'settled'];

/** A turn that has not been sent yet. */
export function createTurn(id: string, interrupt: (entry: OpenTurn) => Promise<void>): OpenTurn {
  const state = new BehaviorSubject<TurnState>('queued');
  const messages = new ReplaySubject<Message>();
  const messages$: Observable<Message> = messages.asObservable();
  let resolve: (result: ResultMessage) => void;
  let reject: (cause: unknown) => void;
  const outcome = new Promise<ResultMessage>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Who only follows the stream never asks for the promise; its rejection must not end the host.
  outcome.catch(() => undefined);

  function end(): boolean {
    if (state.value === 'settled') return false;
    state.next('settled');
    state.complete();
    return true;
  }

  const entry: OpenTurn = {
    turn: {
      id,
      state$: state.asObservable(),
      messages$,
      text$: messages$.pipe(textOf()),
      result: () => outcome,
      interrupt: () => interrupt(entry),
    },
    get state() {
      return state.value;
    },
    move(next) {
      if (order.indexOf(next) > order.indexOf(state.value)) state.next(next);
    },
    take(message) {
      if (state.value !== 'settled') messages.next(message);
    },
    settle(message) {
      if (!end()) return;
      messages.complete();
      resolve(message);
    },
    fail(cause) {
      if (!end()) return;
      messages.error(cause);
      reject(cause);
    },
  };
  return entry;
}
