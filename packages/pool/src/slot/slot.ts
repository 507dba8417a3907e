import { Subscription } from 'rxjs';
import { PoolError } from '../policy/pool-error.ts';
import type { CreateContext } from '../policy/worker-factory.ts';
import { withDeadline } from './deadline.ts';
import { emptySlot, isManned, isVacant, reduceSlot, type SlotEffect, type SlotEvent } from './slot-state.ts';
import type { Farewell, Slot, SlotDependencies } from './types.ts';
import { watchWorker } from './watch-worker.ts';

function failedCheck(id: number, message: string, cause?: unknown): PoolError {
  return new PoolError({ code: 'WORKER_LOST', slot: id, message, ...(cause !== undefined && { cause }) });
}

/** Runs the effects of {@link reduceSlot} on the factory. Everything it waits for has a deadline, and every answer carries the worker's generation. */
export function createSlot<W>({ id, factory, deadlines, clock, hooks }: SlotDependencies<W>): Slot<W> {
  let state = emptySlot;
  let worker: W | undefined;
  let create: (context: CreateContext) => Promise<W> = (context) => factory.create(context);
  let starting = new AbortController();
  let ending = new AbortController();
  let watches = new Subscription();
  let waiting: (() => void)[] = [];

  function dispatch(event: SlotEvent): boolean {
    const from = state.phase;
    const step = reduceSlot(state, event);
    state = step.state;
    if (!step.accepted) return false;
    if (state.phase === 'retiring' && from !== 'retiring') hooks.leaving(slot, from);
    for (const effect of step.effects) effects[effect]();
    if (isVacant(state.phase)) worker = undefined;
    if (state.phase === 'idle' || isVacant(state.phase)) {
      const done = waiting;
      waiting = [];
      for (const resolve of done) resolve();
    }
    return true;
  }

  async function runCreate(generation: number): Promise<void> {
    const { signal } = starting;
    const attempt = (async () => create({ slot: id, key: state.key, signal }))();
    let outcome = await withDeadline(attempt, deadlines().startTimeoutMs, clock);
    const isLate = outcome.type === 'late';
    if (isLate) {
      starting.abort(
        new PoolError({ code: 'WARMUP_FAILED', slot: id, message: 'The worker took longer to become warm than startTimeoutMs allows.' }),
      );
      // The place stays taken until the half-made worker is gone, or there would be more workers than `size`.
      outcome = await withDeadline(attempt, deadlines().destroyTimeoutMs, clock);
    }
    if (outcome.type === 'value' && !isLate) {
      if (state.generation === generation && !isVacant(state.phase)) worker = outcome.value;
      const isWanted = dispatch({ type: 'created', generation, nowMs: clock.nowMs() });
      // Nobody waited for it any more: the place is another's by now.
      if (!isWanted) await end(outcome.value);
      else if (state.generation === generation && state.phase === 'idle') hooks.ready(slot);
      return;
    }
    if (outcome.type === 'value') await end(outcome.value);
    if (outcome.type === 'late') attempt.then((late) => end(late)).catch(() => {});
    const cause: unknown = isLate ? signal.reason : (outcome as { readonly cause: unknown }).cause;
    if (state.generation !== generation || isVacant(state.phase)) return;
    const next = state.phase === 'retiring' ? hooks.gone(slot, farewell(undefined, 0)) : hooks.failed(slot, cause);
    dispatch({ type: 'failed', generation, next });
  }

  function watch(): void {
    const { generation } = state;
    watches = watchWorker(factory, worker as W, {
      lost: (cause) => void dispatch({ type: 'lost', generation, cause }),
      used: (usage) => hooks.used(slot, usage),
      pressed: (signal) => hooks.pressed(slot, signal),
      spent: (spend) => hooks.spent(slot, spend),
      timed: (timing) => hooks.timed(slot, timing),
      fault: (cause) => hooks.fault(slot, cause),
      isCurrent: () => state.generation === generation && isManned(state.phase),
    });
    if (!isManned(state.phase)) watches.unsubscribe();
  }

  async function validate(): Promise<void> {
    const { generation } = state;
    const current = worker as W;
    const timeoutMs = deadlines().validateTimeoutMs;
    const outcome = await withDeadline((async () => (await factory.validate?.(current)) ?? true)(), timeoutMs, clock);
    if (outcome.type === 'value' && outcome.value) {
      if (dispatch({ type: 'checked', generation, nowMs: clock.nowMs() }) && state.phase === 'idle') hooks.checked(slot);
      return;
    }
    if (state.generation !== generation || state.phase !== 'checking') return;
    const why = outcome.type === 'late' ? 'did not answer a check in time' : 'failed a check';
    dispatch({
      type: 'retire',
      cause: failedCheck(id, `The worker ${why} and is replaced.`, outcome.type === 'error' ? outcome.cause : undefined),
    });
  }

  async function reset(): Promise<void> {
    const { generation } = state;
    if (factory.reset === undefined) {
      if (dispatch({ type: 'ready-again', generation, nowMs: clock.nowMs() })) hooks.returned(slot);
      return;
    }
    const current = worker as W;
    const outcome = await withDeadline((async () => (await factory.reset?.(current)) ?? 'reuse')(), deadlines().resetTimeoutMs, clock);
    if (state.generation !== generation || state.phase !== 'returning') return;
    if (outcome.type === 'value' && outcome.value === 'reuse') {
      if (dispatch({ type: 'ready-again', generation, nowMs: clock.nowMs() })) hooks.returned(slot);
      return;
    }
    // Anything but a clear yes means that the next lease could find what the last one left.
    if (outcome.type === 'error') hooks.fault(slot, outcome.cause);
    dispatch({ type: 'retire', cause: outcome.type === 'value' ? 'used' : 'reset' });
  }

  async function end(current: W): Promise<unknown> {
    const { signal } = ending;
    const attempt = (async () => factory.destroy(current, { signal }))();
    let outcome = await withDeadline(attempt, deadlines().destroyTimeoutMs, clock);
    if (outcome.type === 'late') {
      ending.abort();
      outcome = await withDeadline(attempt, deadlines().destroyTimeoutMs, clock);
    }
    if (outcome.type === 'value') return outcome.value;
    hooks.fault(
      slot,
      outcome.type === 'error' ? outcome.cause : failedCheck(id, 'The end of a worker took too long; its place is given to another.'),
    );
    return undefined;
  }

  function farewell(receipt: unknown, durationMs: number): Farewell {
    return { key: state.key, cause: state.cause, lost: state.lost, receipt, durationMs };
  }

  async function runDestroy(): Promise<void> {
    const { generation } = state;
    const beganMs = clock.nowMs();
    const receipt = await end(worker as W);
    if (state.generation !== generation || state.phase !== 'retiring') return;
    dispatch({ type: 'gone', generation, next: hooks.gone(slot, farewell(receipt, clock.nowMs() - beganMs)) });
  }

  const effects: Readonly<Record<SlotEffect, () => void>> = {
    create() {
      starting = new AbortController();
      ending = new AbortController();
      void runCreate(state.generation);
    },
    abort: () => starting.abort(state.cause),
    watch,
    unwatch: () => watches.unsubscribe(),
    validate: () => void validate(),
    reset: () => void reset(),
    destroy: () => void runDestroy(),
  };

  const slot: Slot<W> = {
    id,
    get state() {
      return state;
    },
    get worker() {
      return worker;
    },
    start(key, by) {
      create = by;
      dispatch({ type: 'start', key });
    },
    check: () => void dispatch({ type: 'check' }),
    lend: () => void dispatch({ type: 'lend' }),
    giveBack: () => void dispatch({ type: 'give-back' }),
    keep() {
      if (dispatch({ type: 'keep', nowMs: clock.nowMs() })) hooks.returned(slot);
    },
    doom: (reason) => void dispatch({ type: 'doom', reason }),
    retire: (cause) => void dispatch({ type: 'retire', cause }),
    vacate: (next) => void dispatch({ type: 'vacate', next }),
    hurry() {
      starting.abort();
      ending.abort();
    },
    giveUp() {
      if (state.phase !== 'retiring') return;
      hooks.fault(slot, failedCheck(id, 'The end of a worker took too long; nobody waits for it any more.'));
      dispatch({ type: 'gone', generation: state.generation, next: hooks.gone(slot, farewell(undefined, 0)) });
    },
    settled: () =>
      state.phase === 'idle' || isVacant(state.phase) ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)),
  };
  return slot;
}
