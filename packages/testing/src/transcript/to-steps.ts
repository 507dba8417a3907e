import { isObject, type JsonObject } from '../scenario/json.ts';
import type { Step } from '../scenario/step.ts';
import { expectationOf } from './expectation.ts';
import { createPlaceholders, type StepPlaceholders } from './step-placeholders.ts';
import type { TranscriptLine } from './transcript-line.ts';
import { objectIn, wholeLine } from './whole-line.ts';

/** How a recording becomes a scenario. */
export interface StepsOfOptions {
  /**
   * Whether the process takes the time that it took when it was recorded.
   * @defaultValue false, it says everything as soon as it may
   */
  readonly keepTiming?: boolean;
  /**
   * Whether a run in which the host never sent `initialize` gets one in front, answered with an empty object, so that a host that always sends it can be
   * tested with it.
   * @defaultValue false
   */
  readonly ensureInitialize?: boolean;
}

const initialize: readonly Step[] = [
  { expect: { type: 'control_request', request_id: '$request_0', request: { subtype: 'initialize' } } },
  { say: { type: 'control_response', response: { subtype: 'success', request_id: '$request_0', response: {} } } },
];

function isInitialize(step: Step): boolean {
  if (!('expect' in step) || !isObject(step.expect) || !isObject(step.expect['request'])) return false;
  return step.expect['request']['subtype'] === 'initialize';
}

/** Exit codes and signals with which the CLI answers a signal that somebody else sent, for instance to its whole group, where a recorder cannot see it. */
const endedFromOutside: ReadonlySet<unknown> = new Set([129, 130, 143, 'SIGTERM', 'SIGHUP', 'SIGINT']);

function endOf(code: unknown, signal: string | null | undefined): Step {
  if (endedFromOutside.has(code ?? signal)) return { hang: true };
  return typeof code === 'number' ? { exit: code } : { die: (signal ?? 'SIGKILL') as NodeJS.Signals };
}

function expectationIn(text: string, placeholders: StepPlaceholders): JsonObject | '*' {
  const value = objectIn(text);
  return isObject(value) ? expectationOf(value, placeholders) : '*';
}

function stepsOfLine(line: TranscriptLine, at: number, placeholders: StepPlaceholders): readonly Step[] {
  if (line.dir === 'meta') {
    if (line.event === 'stdin-eof') return [{ expect: 'EOF' }];
    return line.event === 'exit' ? [endOf(line.code, line.signal)] : [];
  }
  if (line.dir === 'stderr') return [{ stderr: line.raw ?? (line.cut === true ? (line.head ?? '') : JSON.stringify(line.json)) }];
  const whole = wholeLine(line, at);
  if (line.dir === 'stdin') {
    const texts = 'json' in whole ? [JSON.stringify(whole.json)] : whole.bytes.toString('utf8').replace(/\n$/, '').split('\n');
    // A recorder may have noted several lines that were written at once as one text.
    // Blank lines are passed over by every CLI, so there is nothing to wait for.
    return texts.filter((text) => text.trim() !== '').map((text) => ({ expect: expectationIn(text, placeholders) }));
  }
  if ('json' in whole && isObject(whole.json)) return [{ say: placeholders.fill(whole.json) as JsonObject }];
  const bytes = 'json' in whole ? Buffer.from(`${JSON.stringify(whole.json)}\n`) : whole.bytes;
  const text = bytes.toString('utf8');
  return [Buffer.from(text, 'utf8').equals(bytes) ? { raw: text } : { raw: bytes.toString('base64'), encoding: 'base64' }];
}

function answeredId(step: Step): unknown {
  if (!('say' in step) || step.say['type'] !== 'control_response' || !isObject(step.say['response'])) return undefined;
  return step.say['response']['request_id'];
}

/**
 * A recorded host may have sent its next line before the answer to a request came; another host waits for the answer first. So an answer moves up to its
 * request, past lines that it does not depend on.
 */
function answersFirst(steps: readonly Step[]): readonly Step[] {
  const ordered: Step[] = [];
  for (const step of steps) {
    const id = answeredId(step);
    const asked =
      id === undefined ? -1 : ordered.findLastIndex((one) => 'expect' in one && isObject(one.expect) && one.expect['request_id'] === id);
    const between = asked < 0 ? [] : ordered.slice(asked + 1);
    if (asked >= 0 && between.every((one) => 'expect' in one && one.expect !== 'EOF')) ordered.splice(asked + 1, 0, step);
    else ordered.push(step);
  }
  return ordered;
}

/**
 * Turns a recorded run into the steps of a scenario: what the host sent is expected, what the process said is said again.
 *
 * Expectations are as lenient as the wire: ids that the host makes up may differ and are put into what the process says, a prompt may be one text or a
 * list of text blocks, a text that redaction took away may be anything, and fields that only the recorded host sent are not asked for. From the host's first
 * signal on the recording says nothing about the process, so the scenario then stays silent and leaves as a scenario does.
 *
 * Throws `UNREPLAYABLE_LINE` when a line was cut in a way that cannot be mended.
 */
export function stepsOf(run: readonly TranscriptLine[], options: StepsOfOptions = {}): readonly Step[] {
  const placeholders = createPlaceholders();
  const steps: Step[] = [];
  let before = run[0]?.t ?? 0;
  for (const [at, line] of run.entries()) {
    if (line.dir === 'meta' && line.event === 'kill') {
      steps.push({ hang: true });
      break;
    }
    const [step, ...more] = stepsOfLine(line, at, placeholders);
    if (step === undefined) continue;
    const pausedMs = Math.round(line.t - before);
    before = line.t;
    if (options.keepTiming === true && !('expect' in step) && pausedMs > 0) steps.push({ wait: pausedMs });
    steps.push(step, ...more);
    if ('exit' in step || 'die' in step || 'hang' in step) break;
  }
  const ordered = options.keepTiming === true ? steps : answersFirst(steps);
  return options.ensureInitialize === true && !ordered.some(isInitialize) ? [...initialize, ...ordered] : ordered;
}
