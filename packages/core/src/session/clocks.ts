import {
  asyncScheduler,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  ignoreElements,
  map,
  merge,
  NEVER,
  Observable,
  of,
  type SchedulerLike,
  Subscription,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import { LimitError } from '../errors/limit-error.ts';

/** States in which silence means different things. */
export type SilentState = 'model' | 'tool' | 'background' | 'human';

/** Time limits of a session, in milliseconds; `Infinity` for none. */
export interface ClockOptions {
  /** From the start of the process to the answer to `initialize`. @defaultValue `initializeTimeoutMs`, 60000 */
  readonly initMs?: number;
  /** From a prompt that finds the agent idle to the first output. @defaultValue 120000 */
  readonly firstOutputMs?: number;
  /**
   * Silence of the process, by what it is doing. Only output of the process counts as life, and a `keep_alive` line says nothing.
   * @defaultValue model 900000, tool 3600000, background 3600000, human 86400000
   */
  readonly silenceMs?: Partial<Readonly<Record<SilentState, number>>>;
  /** From the first prompt until everything that it led to has ended. @defaultValue no limit */
  readonly totalMs?: number;
  /** From the end of stdin to the end of the process, once everything is done. @defaultValue 10000 */
  readonly lingerMs?: number;
}

/** {@link ClockOptions} with every default in place. */
export interface ResolvedClocks {
  readonly initMs: number;
  readonly firstOutputMs: number;
  readonly silenceMs: Readonly<Record<SilentState, number>>;
  readonly totalMs: number;
  readonly lingerMs: number;
}

/** What the agent is doing, as the clocks see it. */
export interface Phase {
  readonly state: 'idle' | 'first-output' | SilentState;
  /** For `tool`: the oldest call that has no result. */
  readonly tool?: { readonly id: string; readonly name: string; readonly sinceMs: number };
}

/** Names of the clocks, as in {@link LimitError.clock}. */
export type ClockName = 'init' | 'first-output' | `silence.${SilentState}` | 'total' | 'linger';

// Longer delays make Node's timers fire at once.
const longestTimerMs = 2_147_483_647;

/** The error of a clock that ran out, with what to do about it. */
export function timeLimit(clock: ClockName, limitMs: number, what: string, cause?: unknown): LimitError {
  const option = clock.startsWith('silence.')
    ? `clocks.silenceMs.${clock.slice('silence.'.length)}`
    : `clocks.${clock === 'first-output' ? 'firstOutput' : clock}Ms`;
  return new LimitError({
    code: 'TIME_LIMIT',
    clock,
    limit: limitMs,
    // Nothing was done yet: the same call may succeed.
    retryable: clock === 'init' || clock === 'first-output',
    message: `${what} within ${limitMs} ms (clock ${clock}). Raise ${option} if that is normal for this work.`,
    ...(cause !== undefined && { cause }),
  });
}

function alarm(ms: number, scheduler: SchedulerLike): Observable<unknown> {
  return ms > longestTimerMs ? NEVER : timer(ms, scheduler);
}

/** Emits when nothing has emitted for a while. The time of the last life is noted, not a timer re-armed: output may come 100 000 times a second. */
function silence(life$: Observable<unknown>, limitMs: number, scheduler: SchedulerLike = asyncScheduler): Observable<void> {
  if (limitMs > longestTimerMs) return NEVER;
  return new Observable<void>((subscriber) => {
    let last = scheduler.now();
    const subscription = new Subscription();
    subscription.add(life$.subscribe({ next: () => (last = scheduler.now()), error: () => undefined }));
    subscription.add(
      scheduler.schedule(function () {
        const left = last + limitMs - scheduler.now();
        if (left > 0) this.schedule(undefined, left);
        else subscriber.next();
      }, limitMs),
    );
    return subscription;
  });
}

function describe(phase: Phase, nowMs: number): string {
  switch (phase.state) {
    case 'tool': {
      const { tool } = phase;
      const which =
        tool === undefined ? 'A tool' : `The tool ${tool.name} (${tool.id}), which has run for ${Math.round(nowMs - tool.sinceMs)} ms,`;
      return `${which} gave no sign of life`;
    }
    case 'background':
      return 'The background work gave no sign of life';
    case 'human':
      return 'The question was not answered';
    case 'first-output':
      return 'The agent said nothing to the prompt';
    default:
      return 'The agent gave no sign of life';
  }
}

function watchPhase(phase: () => Phase, life$: Observable<unknown>, clocks: ResolvedClocks, scheduler: SchedulerLike): Observable<never> {
  const { state } = phase();
  if (state === 'idle') return NEVER;
  const clock: ClockName = state === 'first-output' ? state : `silence.${state}`;
  const limitMs = state === 'first-output' ? clocks.firstOutputMs : clocks.silenceMs[state];
  // A person's answer is no output: what else is said meanwhile does not prolong the wait for it.
  const alarm$ = state === 'human' ? alarm(limitMs, scheduler) : silence(life$, limitMs, scheduler);
  return alarm$.pipe(switchMap(() => throwError(() => timeLimit(clock, limitMs, describe(phase(), scheduler.now())))));
}

/**
 * Watches a session. Never emits; errors with `TIME_LIMIT` when a clock runs out, named in `clock`. What the agent is doing decides which clock runs: a
 * build is silent for long, a model is not, and a question waits for a person.
 */
export function watchClocks(
  phase$: Observable<Phase>,
  life$: Observable<unknown>,
  clocks: ResolvedClocks,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<never> {
  const total$ = phase$.pipe(
    map(({ state }) => state !== 'idle'),
    distinctUntilChanged(),
    switchMap((busy) => (busy ? alarm(clocks.totalMs, scheduler) : EMPTY)),
    switchMap(() => throwError(() => timeLimit('total', clocks.totalMs, 'The work was not done'))),
  );
  const silence$ = defer(() => {
    let current: Phase = { state: 'idle' };
    return phase$.pipe(
      map((phase) => (current = phase).state),
      distinctUntilChanged(),
      switchMap(() =>
        concat(
          of(undefined),
          watchPhase(() => current, life$, clocks, scheduler),
        ),
      ),
      ignoreElements(),
    );
  });
  return merge(total$, silence$);
}
