import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';
import type { Advance, MachineContext, MachineEffect, MachineEvent, MachineState } from './machine-types.ts';
import { match } from './match.ts';
import { flattenSteps, giveUp, playStep } from './play-step.ts';
import type { Step } from './step.ts';

/** How the real CLI leaves when a signal reaches it. */
const signalCodes: Readonly<Partial<Record<NodeJS.Signals, number>>> = Object.freeze({ SIGTERM: 143, SIGINT: 0, SIGHUP: 129 });

/** A process that has its script and has not begun. */
export function createMachine(steps: readonly Step[], context: MachineContext): MachineState {
  return {
    steps: flattenSteps(steps),
    at: 0,
    lines: [],
    inputEnded: false,
    bindings: new Map(),
    waiting: undefined,
    late: new Map(),
    emitted: 0,
    ignores: new Set(),
    tokens: 0,
    uuids: 0,
    results: 0,
    life: 'running',
    mismatch: undefined,
    context,
  };
}

/** Whether every step was played. */
export function isFinished(state: MachineState): boolean {
  return state.at >= state.steps.length && state.mismatch === undefined;
}

/** What a scripted process does about an event. Pure: the same state, event and time give the same answer. */
export function advance(state: MachineState, event: MachineEvent, nowMs: number): Advance {
  if (state.life === 'over') return { state, effects: [] };
  switch (event.type) {
    case 'start':
      return proceed(state, [], nowMs);
    case 'line':
      return proceed({ ...state, lines: [...state.lines, decode(event.text)] }, [], nowMs);
    case 'input-ended':
      return proceed({ ...state, inputEnded: true }, [], nowMs);
    case 'signal':
      return obey(state, event.signal);
    case 'timer':
      return timeOut(state, event.token, nowMs);
  }
}

/** A line as the value that it holds; one that is no JSON stays text. */
function decode(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function obey(state: MachineState, signal: NodeJS.Signals): Advance {
  if (state.ignores.has(signal)) return { state, effects: [] };
  const code = signalCodes[signal];
  const effect: MachineEffect = code === undefined ? { type: 'die', signal } : { type: 'exit', code };
  return { state: { ...state, life: 'over' }, effects: [effect] };
}

function timeOut(state: MachineState, token: number, nowMs: number): Advance {
  const frame = state.late.get(token);
  if (frame !== undefined) {
    const late = new Map(state.late);
    late.delete(token);
    return proceed({ ...state, late }, [{ type: 'frame', frame }], nowMs);
  }
  if (state.waiting === undefined || !('token' in state.waiting) || state.waiting.token !== token) return { state, effects: [] };
  return proceed({ ...state, waiting: undefined }, [], nowMs);
}

/** Plays steps until one has to wait. */
function proceed(from: MachineState, before: readonly MachineEffect[], nowMs: number): Advance {
  let state = from;
  const effects = [...before];
  while (state.life === 'running') {
    if (state.waiting !== undefined && 'token' in state.waiting) return { state, effects };
    if (state.waiting !== undefined) {
      const answered = takeAnswer(state, state.waiting.requestId);
      if (answered === undefined) return ending(state, effects);
      state = answered.state;
      effects.push(...answered.effects);
      continue;
    }
    const step = state.steps[state.at];
    if (step === undefined) return ending(state, effects);
    const played = playStep(state, step, nowMs);
    if (played === undefined) return ending(state, effects);
    state = played.state;
    for (const effect of played.effects) effects.push(effect);
  }
  return ending(state, effects);
}

/** At the end of stdin a process leaves when it waits for more of it, hangs, or is through. */
function ending(state: MachineState, effects: readonly MachineEffect[]): Advance {
  if (!state.inputEnded || state.life === 'over' || state.ignores.has('EOF') || state.late.size > 0) return { state, effects };
  const step = state.steps[state.at];
  const missing: readonly MachineEffect[] =
    step === undefined || state.life === 'hanging'
      ? []
      : [{ type: 'complain', line: `scenario: stdin ended at step ${state.at + 1} of ${state.steps.length}` }];
  return { state: { ...state, life: 'over' }, effects: [...effects, ...missing, { type: 'exit', code: 0 }] };
}

/** Looks for the answer to a request among the lines; what stands before it is kept. */
function takeAnswer(state: MachineState, requestId: string): Advance | undefined {
  const index = state.lines.findIndex((line) => answerIn(line)?.['request_id'] === requestId);
  const response = answerIn(state.lines[index]);
  if (response === undefined) return undefined;
  const step = state.steps[state.at];
  const asking = step !== undefined && 'ask' in step ? step : undefined;
  const payload = response['subtype'] === 'error' ? { error: response['error'] } : response['response'];
  const bindings = new Map(state.bindings).set(`${asking?.as ?? 'ask'}_answer`, payload);
  const lines = state.lines.filter((_, position) => position !== index);
  const next: MachineState = { ...state, lines, bindings, waiting: undefined, at: state.at + 1 };
  if (asking?.answered === undefined) return { state: next, effects: [] };
  const result = match(asking.answered, payload, bindings);
  return result.matches ? { state: { ...next, bindings: result.bindings }, effects: [] } : giveUp(state, result.mismatch);
}

function answerIn(line: unknown): JsonObject | undefined {
  return isObject(line) && line['type'] === 'control_response' && isObject(line['response']) ? line['response'] : undefined;
}
