import { createBehavior } from '../../../src/fake-cli/behavior.ts';
import type { Host, ToolOutcome } from '../../../src/fake-cli/host.ts';
import { isObject, type JsonObject } from '../../../src/scenario/json.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { TranscriptLine } from '../../../src/transcript/transcript-line.ts';

/** A clock that is moved by hand, and everything that waits for it. */
export interface ManualClock {
  nowMs(): number;
  after(ms: number, run: () => void): () => void;
  /** Runs the next thing that waits, if it is due by `limitMs`. */
  step(limitMs: number): boolean;
}

export function manualClock(): ManualClock {
  let now = 1_795_000_000_000;
  let count = 0;
  const timers: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  return {
    nowMs: () => now,
    after(ms, run) {
      const timer = { at: now + Math.max(0, ms), order: count++, run };
      timers.push(timer);
      return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
    },
    step(limitMs) {
      const next = timers.toSorted((left, right) => left.at - right.at || left.order - right.order)[0];
      if (next === undefined || next.at > limitMs) return false;
      timers.splice(timers.indexOf(next), 1);
      now = Math.max(now, next.at);
      next.run();
      return true;
    },
  };
}

/** What a played process said and how it ended. */
export interface Played {
  readonly frames: JsonObject[];
  readonly raw: Buffer[];
  readonly stderr: string[];
  exit: number | undefined;
  signal: NodeJS.Signals | undefined;
}

export function memoryHost(
  clock: ManualClock,
  options: { readonly argv?: readonly string[]; readonly env?: Record<string, string>; run?: Host['runCommand'] } = {},
): { readonly host: Host; readonly played: Played } {
  const played: Played = { frames: [], raw: [], stderr: [], exit: undefined, signal: undefined };
  let ids = 0;
  let partial = '';
  const host: Host = {
    real: false,
    argv: options.argv ?? ['--output-format', 'stream-json', '--verbose', '--input-format', 'stream-json'],
    cwd: '/workspace',
    pid: 15,
    env: options.env ?? {},
    write: (frame) => void (played.exit === undefined && played.frames.push(structuredClone(frame))),
    writeRaw(bytes) {
      played.raw.push(Buffer.from(bytes));
      if (played.exit !== undefined) return;
      const lines = (partial + Buffer.from(bytes).toString('latin1')).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) {
        const frame = decode(Buffer.from(line, 'latin1').toString());
        if (frame !== undefined) played.frames.push(frame);
      }
    },
    flood: (_pipe, _bytes, done) => done(),
    complain: (line) => void played.stderr.push(line),
    exit: (code) => void (played.exit ??= code),
    die: (signal) => void (played.signal ??= signal),
    close: () => {},
    after: (ms, run) => clock.after(ms, run),
    nowMs: () => clock.nowMs(),
    uuid: () => `00000000-0000-4000-8000-${(ids++).toString(16).padStart(12, '0')}`,
    runCommand: options.run ?? ((_command, done) => clock.after(1, () => done({ stdout: '', stderr: '', code: 0 }))),
  };
  return { host, played };
}

/** The object of a line; undefined for any other line. */
function decode(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line.replace(/^\uFEFF/u, ''));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The commands of a recording, with what they printed and how long they took. */
function recordedTools(run: readonly TranscriptLine[]): { readonly outcome: ToolOutcome; readonly ms: number }[] {
  const tools: { outcome: ToolOutcome; ms: number }[] = [];
  let called = 0;
  for (const line of run) {
    if (line.dir !== 'stdout' || !('json' in line) || !isObject(line.json)) continue;
    if (line.json['type'] === 'assistant' && JSON.stringify(line.json).includes('"tool_use"')) called = line.t;
    const output = line.json['tool_use_result'];
    if (
      line.json['type'] === 'user' &&
      isObject(output) &&
      typeof output['stdout'] === 'string' &&
      output['backgroundTaskId'] === undefined
    ) {
      tools.push({ outcome: { stdout: output['stdout'], stderr: '', code: 0 }, ms: line.t - called });
    }
  }
  return tools;
}

/** Says to the fake what the recording's host said to the real CLI, each line as long after the same answer as it was then. */
export function replayIntoFake(run: readonly TranscriptLine[], scenario: Scenario = {}, env: Record<string, string> = {}): Played {
  const clock = manualClock();
  const spawn = run.find((line) => line.dir === 'meta' && line.event === 'spawn');
  const argv = spawn?.dir === 'meta' ? (spawn.argv ?? []).slice(1) : [];
  const tools = recordedTools(run);
  const { host, played } = memoryHost(clock, {
    argv,
    env,
    run: (_command, done) => {
      const tool = tools.shift();
      return tool === undefined ? () => {} : clock.after(tool.ms, () => done(tool.outcome));
    },
  });
  const behavior = createBehavior(host, scenario);
  behavior.start();
  const recordedRequests = run.flatMap((line) =>
    line.dir === 'stdout' && 'json' in line && isObject(line.json) && line.json['type'] === 'control_request'
      ? [line.json['request_id']]
      : [],
  );
  let printed = 0;
  let lastEventAt = 0;
  for (const line of run) {
    if (line.dir === 'stdout') {
      printed += 1;
      lastEventAt = line.t;
      continue;
    }
    const isEnd = line.dir === 'meta' && line.event === 'stdin-eof';
    const isKill = line.dir === 'meta' && line.event === 'kill';
    if (line.dir !== 'stdin' && !isEnd && !isKill) continue;
    const startedAt = clock.nowMs();
    while (played.frames.length < printed && clock.step(startedAt + 60_000));
    const wait = clock.nowMs() + (printed === 0 ? 0 : line.t - lastEventAt);
    lastEventAt = line.t;
    while (clock.step(wait));
    clock.after(wait - clock.nowMs(), () => {});
    while (clock.step(wait));
    if (isEnd) behavior.end();
    else if (isKill && played.exit === undefined && line.dir === 'meta') behavior.signal(line.signal as NodeJS.Signals);
    else if (line.dir === 'stdin') for (const text of textsOf(line, recordedRequests, played)) behavior.line(text);
  }
  while (played.exit === undefined && clock.step(clock.nowMs() + 120_000));
  return played;
}

function textsOf(line: TranscriptLine, recordedRequests: readonly unknown[], played: Played): readonly string[] {
  if (line.dir === 'meta') return [];
  if (!('json' in line)) return (line.raw ?? '').split('\n');
  const frame = line.json;
  if (!isObject(frame) || frame['type'] !== 'control_response' || !isObject(frame['response'])) return [JSON.stringify(frame)];
  const index = recordedRequests.indexOf(frame['response']['request_id']);
  const mine = played.frames.filter((said) => said['type'] === 'control_request')[index];
  return [
    JSON.stringify({ ...frame, response: { ...frame['response'], request_id: mine?.['request_id'] ?? frame['response']['request_id'] } }),
  ];
}
