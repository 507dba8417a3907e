import { textOfContent } from './content.ts';
import type { FrameContext } from './frames.ts';
import { isObject, type JsonObject } from './json.ts';
import { mismatchExitCode, type Advance, type MachineEffect, type MachineState } from './machine-types.ts';
import { describeMismatch, match, substitute, type Mismatch } from './match.ts';
import { answerFrame, assistantStepFrame, initStepFrame, resultStepFrame, taskFrame } from './step-frames.ts';
import type { AnswerStep, AskStep, EmitStep, ExpectStep, RawStep, Step } from './step.ts';

/** Unrolls `repeat`. */
export function flattenSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => ('repeat' in step ? Array.from({ length: step.times }, () => flattenSteps(step.repeat)).flat() : [step]));
}

/** Plays the current step; undefined while it has to wait for a line. */
export function playStep(state: MachineState, step: Step, nowMs: number): Advance | undefined {
  if ('expect' in step) return expectLine(state, step);
  if ('say' in step) return say(state, nowMs, () => step.say);
  if ('raw' in step) return done(state, rawEffects(step));
  if ('stderr' in step) return done(state, [{ type: 'complain', line: step.stderr }]);
  if ('wait' in step) return step.wait <= 0 ? done(state, []) : pause({ ...state, at: state.at + 1 }, step.wait, []);
  if ('emit' in step) return emit(state, step, nowMs);
  if ('answer' in step) return answer(state, step, nowMs);
  if ('ask' in step) return ask(state, step, nowMs);
  if ('cancel' in step) return say(state, nowMs, () => ({ type: 'control_cancel_request', request_id: step.cancel }));
  if ('task' in step) return say(state, nowMs, (context) => taskFrame(context, step));
  if ('init' in step) return say(state, nowMs, (context) => initStepFrame(context, step));
  if ('assistant' in step) return say(state, nowMs, (context) => assistantStepFrame(context, step));
  if ('result' in step)
    return say({ ...state, results: state.results + 1 }, nowMs, (context) => resultStepFrame(context, step, state.results));
  if ('exit' in step) return over(state, { type: 'exit', code: step.exit });
  if ('die' in step) return over(state, { type: 'die', signal: step.die });
  if ('hang' in step) return { state: { ...state, at: state.at + 1, life: 'hanging' }, effects: [] };
  if ('ignore' in step) return done({ ...state, ignores: new Set(state.ignores).add(step.ignore) }, []);
  if ('close' in step) return done(state, [{ type: 'close', pipe: step.close }]);
  return done(state, []);
}

/** Ends the process because something came that the script does not know. */
export function giveUp(state: MachineState, mismatch: Mismatch): Advance {
  const why = `scenario: step ${state.at + 1} of ${state.steps.length}: ${describeMismatch(mismatch)}`;
  const effects: readonly MachineEffect[] = [
    { type: 'complain', line: why },
    { type: 'exit', code: mismatchExitCode },
  ];
  return { state: { ...state, mismatch: why, life: 'over' }, effects };
}

function done(state: MachineState, effects: readonly MachineEffect[]): Advance {
  return { state: { ...state, at: state.at + 1 }, effects };
}

function over(state: MachineState, effect: MachineEffect): Advance {
  return { state: { ...state, at: state.at + 1, life: 'over' }, effects: [effect] };
}

function pause(state: MachineState, ms: number, effects: readonly MachineEffect[]): Advance {
  const token = state.tokens;
  return { state: { ...state, tokens: token + 1, waiting: { token } }, effects: [...effects, { type: 'timer', token, ms }] };
}

function expectLine(state: MachineState, step: ExpectStep): Advance | undefined {
  if (step.expect === 'EOF') {
    const [unexpected] = step.skip === true ? [] : state.lines;
    if (unexpected !== undefined) return giveUp(state, { path: '', expected: 'EOF', actual: unexpected });
    return state.inputEnded ? done({ ...state, lines: [] }, []) : undefined;
  }
  const [line, ...rest] = state.lines;
  if (line === undefined) return undefined;
  const result = typeof step.expect === 'string' ? matchWord(step.expect, line, state) : match(step.expect, line, state.bindings);
  if (!result.matches) return step.skip === true ? { state: { ...state, lines: rest }, effects: [] } : giveUp(state, result.mismatch);
  const bindings = new Map(result.bindings);
  for (const [name, value] of implied(line)) bindings.set(name, value);
  return done({ ...state, lines: rest, bindings }, []);
}

/** Words that no control request has as its subtype. */
const messageTypes: ReadonlySet<string> = new Set(['user', 'control_request', 'control_response', 'control_cancel_request', 'keep_alive']);

/** A word is the type of a message or the subtype of a control request; `*` is any line. */
function matchWord(word: string, line: unknown, state: MachineState): ReturnType<typeof match> {
  if (word === '*') return { matches: true, bindings: state.bindings };
  const request = isObject(line) && line['type'] === 'control_request' && isObject(line['request']) ? line['request'] : undefined;
  if (request?.['subtype'] === word) return { matches: true, bindings: state.bindings };
  const result = match({ type: word.replace(/^\$/u, '$$$$') }, line, state.bindings);
  if (result.matches || request === undefined || messageTypes.has(word)) return result;
  return { matches: false, mismatch: { path: 'request.subtype', expected: word, actual: request['subtype'] } };
}

/** What a line makes known without being asked for. */
function* implied(line: unknown): Iterable<readonly [string, unknown]> {
  if (!isObject(line)) return;
  if (line['type'] === 'control_request') yield ['request_id', line['request_id']];
  if (line['type'] !== 'user') return;
  if (line['uuid'] !== undefined) yield ['message_uuid', line['uuid']];
  yield ['text', isObject(line['message']) ? textOfContent(line['message']['content']) : ''];
}

/** Makes frames, and counts the ids that they use. */
function compose(
  state: MachineState,
  nowMs: number,
  index: number,
): { readonly context: FrameContext; fill(value: unknown): unknown; readonly uuids: () => number } {
  let uuids = state.uuids;
  const { seed, sessionId, cwd, model } = state.context;
  const uuid = (): string => `${seed.slice(0, 24)}${(uuids++).toString(16).padStart(12, '0')}`;
  const timestamp = (): string => new Date(nowMs).toISOString();
  const resolve = (name: string): unknown => {
    if (state.bindings.has(name)) return state.bindings.get(name);
    if (name === 'session') return sessionId;
    if (name === 'uuid') return uuid();
    if (name === 'now') return timestamp();
    return name === 'index' ? index : undefined;
  };
  return { context: { sessionId, cwd, model, uuid, timestamp }, fill: (value) => substitute(value, resolve), uuids: () => uuids };
}

function say(state: MachineState, nowMs: number, frameOf: (context: FrameContext) => JsonObject): Advance {
  const { context, fill, uuids } = compose(state, nowMs, 0);
  const frame = fill(frameOf(context)) as JsonObject;
  return done({ ...state, uuids: uuids() }, [{ type: 'frame', frame }]);
}

function rawEffects(step: RawStep): readonly MachineEffect[] {
  const bytes = Buffer.from(step.raw, step.encoding ?? 'utf8');
  const size = Math.max(1, step.chunkBytes ?? bytes.length);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => ({
    type: 'raw',
    bytes: bytes.subarray(index * size, (index + 1) * size),
  }));
}

function emit(state: MachineState, step: EmitStep, nowMs: number): Advance {
  const everyMs = step.everyMs ?? 0;
  const effects: MachineEffect[] = [];
  let { uuids, emitted } = state;
  do {
    if (emitted >= step.count) return done({ ...state, uuids, emitted: 0 }, effects);
    const composed = compose({ ...state, uuids }, nowMs, emitted);
    effects.push({ type: 'frame', frame: composed.fill(step.emit) as JsonObject });
    uuids = composed.uuids();
    emitted += 1;
  } while (everyMs <= 0);
  return pause({ ...state, uuids, emitted }, everyMs, effects);
}

function answer(state: MachineState, step: AnswerStep, nowMs: number): Advance {
  const { fill, uuids } = compose(state, nowMs, 0);
  const frame = answerFrame(step, fill(step.to ?? '$request_id'), fill(step.response));
  const next = { ...state, uuids: uuids() };
  if (frame === undefined) return done(next, []);
  if (step.answer !== 'late')
    return done(
      next,
      step.answer === 'twice'
        ? [
            { type: 'frame', frame },
            { type: 'frame', frame },
          ]
        : [{ type: 'frame', frame }],
    );
  const token = next.tokens;
  const late = new Map(next.late).set(token, frame);
  return done({ ...next, tokens: token + 1, late }, [{ type: 'timer', token, ms: step.afterMs ?? 1000 }]);
}

function ask(state: MachineState, step: AskStep, nowMs: number): Advance {
  const { context, fill, uuids } = compose(state, nowMs, 0);
  const requestId = context.uuid();
  const frame = { type: 'control_request', request_id: requestId, request: fill(step.ask) };
  const bindings = new Map(state.bindings).set(step.as ?? 'ask', requestId);
  const next = { ...state, bindings, uuids: uuids() };
  if (step.await === false) return done(next, [{ type: 'frame', frame }]);
  return { state: { ...next, waiting: { requestId } }, effects: [{ type: 'frame', frame }] };
}
