/**
 * Where one place of the pool is in its life. `empty`, `waiting` (after a failed start) and `abandoned` (given up) hold no worker; the others do, or
 * are about to.
 */
export type SlotPhase = 'empty' | 'waiting' | 'abandoned' | 'starting' | 'idle' | 'checking' | 'leased' | 'returning' | 'retiring';

/** The phases without a worker. */
export type VacantPhase = 'empty' | 'waiting' | 'abandoned';

/** All that is known of one place. */
export interface SlotState {
  readonly phase: SlotPhase;
  /** Rises with each start: an answer that carries an older one is about a worker that has gone. */
  readonly generation: number;
  /** What the worker is for; the last one's while the place is vacant. */
  readonly key: string;
  /** Leases served by this worker. */
  readonly uses: number;
  readonly warmAtMs: number;
  /** When the worker last became idle. */
  readonly idleAtMs: number;
  /** When the worker was last known to work. */
  readonly checkedAtMs: number;
  /** Set when the worker is to go instead of becoming idle again. */
  readonly doomed: string | undefined;
  /** Why the worker goes. */
  readonly cause: unknown;
  /** Whether the worker died by itself. */
  readonly lost: boolean;
  /** Whether the start has led to a worker that is not gone yet. */
  readonly isMade: boolean;
}

export type SlotEvent =
  | { readonly type: 'start'; readonly key: string }
  | { readonly type: 'created'; readonly generation: number; readonly nowMs: number }
  | { readonly type: 'failed'; readonly generation: number; readonly next: VacantPhase }
  | { readonly type: 'check' }
  | { readonly type: 'checked'; readonly generation: number; readonly nowMs: number }
  | { readonly type: 'lend' }
  | { readonly type: 'give-back' }
  | { readonly type: 'keep'; readonly nowMs: number }
  | { readonly type: 'ready-again'; readonly generation: number; readonly nowMs: number }
  | { readonly type: 'doom'; readonly reason: string }
  | { readonly type: 'retire'; readonly cause: unknown }
  | { readonly type: 'lost'; readonly generation: number; readonly cause: unknown }
  | { readonly type: 'gone'; readonly generation: number; readonly next: VacantPhase }
  | { readonly type: 'vacate'; readonly next: VacantPhase };

/** What is to be done after a step. */
export type SlotEffect = 'create' | 'abort' | 'watch' | 'validate' | 'reset' | 'unwatch' | 'destroy';

export interface SlotStep {
  readonly state: SlotState;
  readonly effects: readonly SlotEffect[];
  /** False when the event does not fit the phase: it was late, and changed nothing. */
  readonly accepted: boolean;
}

export const emptySlot: SlotState = Object.freeze({
  phase: 'empty',
  generation: 0,
  key: '',
  uses: 0,
  warmAtMs: 0,
  idleAtMs: 0,
  checkedAtMs: 0,
  doomed: undefined,
  cause: undefined,
  lost: false,
  isMade: false,
});

const vacant: ReadonlySet<SlotPhase> = new Set<SlotPhase>(['empty', 'waiting', 'abandoned']);
const manned: ReadonlySet<SlotPhase> = new Set<SlotPhase>(['idle', 'checking', 'leased', 'returning']);

/** Whether a place has no worker and none on its way. */
export function isVacant(phase: SlotPhase): phase is VacantPhase {
  return vacant.has(phase);
}

/** Whether a place has a worker that is warm. */
export function isManned(phase: SlotPhase): boolean {
  return manned.has(phase);
}

/** One more object per step is one more for the collector: the lists of effects are always the same few. */
const effects = Object.freeze({
  none: Object.freeze([] as const),
  create: Object.freeze(['create'] as const),
  abort: Object.freeze(['abort'] as const),
  watch: Object.freeze(['watch'] as const),
  validate: Object.freeze(['validate'] as const),
  reset: Object.freeze(['reset'] as const),
  destroy: Object.freeze(['destroy'] as const),
  end: Object.freeze(['unwatch', 'destroy'] as const),
});

function go(state: SlotState, then: readonly SlotEffect[] = effects.none): SlotStep {
  return { state, effects: then, accepted: true };
}

function stay(state: SlotState): SlotStep {
  return { state, effects: effects.none, accepted: false };
}

function end(state: SlotState, cause: unknown): SlotStep {
  return go({ ...state, phase: 'retiring', cause }, effects.end);
}

/** The next state of a lease, field by field: a spread of so many fields costs a fifth of the whole lease. */
function leaseStep(state: SlotState, phase: SlotPhase, uses = state.uses, sinceMs?: number): SlotState {
  return {
    phase,
    generation: state.generation,
    key: state.key,
    uses,
    warmAtMs: state.warmAtMs,
    idleAtMs: sinceMs ?? state.idleAtMs,
    checkedAtMs: sinceMs ?? state.checkedAtMs,
    doomed: state.doomed,
    cause: state.cause,
    lost: state.lost,
    isMade: state.isMade,
  };
}

/** The life of one place. Pure: a step that does not fit is refused and changes nothing, so that late answers can do no harm. */
export function reduceSlot(state: SlotState, event: SlotEvent): SlotStep {
  if ('generation' in event && event.generation !== state.generation) return stay(state);
  const { phase } = state;
  switch (event.type) {
    case 'start':
      if (!vacant.has(phase)) return stay(state);
      return go({ ...emptySlot, phase: 'starting', generation: state.generation + 1, key: event.key }, effects.create);
    case 'created': {
      const { nowMs } = event;
      // A start that was called off cannot be undone in the middle: the worker is ended as soon as it exists, and is never listed.
      if (phase === 'retiring' && !state.isMade) return go({ ...state, isMade: true }, effects.destroy);
      if (phase !== 'starting') return stay(state);
      return go({ ...state, phase: 'idle', isMade: true, warmAtMs: nowMs, idleAtMs: nowMs, checkedAtMs: nowMs }, effects.watch);
    }
    case 'failed':
      return phase === 'starting' || (phase === 'retiring' && !state.isMade) ? go({ ...state, phase: event.next }) : stay(state);
    case 'check':
      return phase === 'idle' ? go({ ...state, phase: 'checking' }, effects.validate) : stay(state);
    case 'checked':
      if (phase !== 'checking') return stay(state);
      return state.doomed === undefined ? go({ ...state, phase: 'idle', checkedAtMs: event.nowMs }) : end(state, state.doomed);
    case 'lend':
      return phase === 'idle' ? go(leaseStep(state, 'leased', state.uses + 1)) : stay(state);
    case 'give-back':
      return phase === 'leased' ? go(leaseStep(state, 'returning'), effects.reset) : stay(state);
    case 'keep':
    case 'ready-again': {
      if (phase !== (event.type === 'keep' ? 'leased' : 'returning')) return stay(state);
      const { nowMs } = event;
      return state.doomed === undefined ? go(leaseStep(state, 'idle', state.uses, nowMs)) : end(state, state.doomed);
    }
    case 'doom':
      return manned.has(phase) || phase === 'starting' ? go({ ...state, doomed: state.doomed ?? event.reason }) : stay(state);
    case 'retire':
      if (phase === 'starting') return go({ ...state, phase: 'retiring', cause: event.cause }, effects.abort);
      return manned.has(phase) ? end(state, event.cause) : stay(state);
    case 'lost':
      return manned.has(phase) ? end({ ...state, lost: true }, event.cause) : stay(state);
    case 'gone':
      return phase === 'retiring' ? go({ ...state, phase: event.next, isMade: false }) : stay(state);
    case 'vacate':
      return vacant.has(phase) ? go({ ...state, phase: event.next }) : stay(state);
  }
}
