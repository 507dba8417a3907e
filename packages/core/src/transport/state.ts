import { BehaviorSubject, type Observable } from 'rxjs';
import { ClosedError } from '../errors/closed-error.ts';
import type { TransportState } from './types.ts';

const moves: Readonly<Record<TransportState, readonly TransportState[]>> = {
  idle: ['starting', 'closed'],
  starting: ['open', 'closing', 'failed'],
  open: ['closing', 'failed'],
  closing: ['closed', 'failed'],
  closed: [],
  failed: [],
};

/** Whether the table of lives has this move. */
function canMove(from: TransportState, to: TransportState): boolean {
  return moves[from].includes(to);
}

/** A state that only moves along the table of lives. */
export interface StateMachine {
  readonly current: TransportState;
  readonly state$: Observable<TransportState>;
  /** @throws ClosedError `CLOSED` for a move that the table does not have */
  move(to: TransportState): void;
}

/** A machine in the state `idle`. Its stream completes with `closed` or `failed`. */
export function createStateMachine(): StateMachine {
  const subject = new BehaviorSubject<TransportState>('idle');
  // Looked at for each frame that is sent, which the subject's own getter is too slow for.
  let current = subject.value;
  return {
    get current() {
      return current;
    },
    state$: subject.asObservable(),
    move(to) {
      const from = current;
      if (!canMove(from, to)) {
        throw new ClosedError({
          code: 'CLOSED',
          state: from,
          message: `A transport that is ${from} cannot become ${to}. Create a new one.`,
        });
      }
      current = to;
      subject.next(to);
      if (moves[to].length === 0) subject.complete();
    },
  };
}
