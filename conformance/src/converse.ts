import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TranscriptLine } from '@subwire/testing';

/** A frame that a CLI said. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the checks reach into frames whose shape is what they check
export type Frame = Readonly<Record<string, any>>;

/** What came out of one conversation. */
export interface Conversation {
  readonly frames: readonly Frame[];
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How a CLI is started. */
export interface Agent {
  readonly command: readonly [file: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

const maxPauseMs = 1000;
const maxWaitMs = 30_000;

/** What kind of frame this is; the same event has the same kind on every backend. */
function kindOf(frame: Frame): string {
  const inner = frame['request']?.subtype ?? frame['response']?.subtype ?? frame['event']?.type ?? frame['subtype'] ?? '';
  return `${frame['type']}/${inner}`;
}

function isFrame(line: TranscriptLine): line is TranscriptLine & { readonly json: Frame } {
  return line.dir === 'stdout' && 'json' in line && typeof line.json === 'object' && line.json !== null;
}

/** `isLast`: the end of the input follows at once, so a text that is no frame has no LF either: that is what such a recording shows. */
function textOf(line: TranscriptLine, isLast: boolean, own: (recordedId: unknown) => unknown): string {
  if (!('json' in line)) return line.dir !== 'meta' ? `${line.raw ?? ''}${isLast ? '' : '\n'}` : '';
  const frame = line.json as Frame;
  if (frame['type'] !== 'control_response') return `${JSON.stringify(frame)}\n`;
  return `${JSON.stringify({ ...frame, response: { ...frame['response'], request_id: own(frame['response'].request_id) } })}\n`;
}

/**
 * Says to a CLI what the recording's host said, each line once the CLI has said what it had said by then. Nothing of ours stands between the bytes
 * and the checks: this holds the CLI to the wire, not our reading of it.
 */
export async function converse(agent: Agent, run: readonly TranscriptLine[]): Promise<Conversation> {
  const [file, ...args] = agent.command;
  const child = spawn(file, args, { cwd: agent.cwd, env: { ...agent.env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const frames: Frame[] = [];
  let rest = '';
  let stderr = '';
  let ended = false;
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{')) frames.push(JSON.parse(line) as Frame);
  });
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => (ended = true));

  const recordedIds = run
    .filter(isFrame)
    .flatMap((line) => (line.json['type'] === 'control_request' ? [line.json['request_id'] as unknown] : []));
  const own = (recordedId: unknown): unknown =>
    frames.filter((frame) => frame['type'] === 'control_request')[recordedIds.indexOf(recordedId)]?.['request_id'] ?? recordedId;

  async function until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + maxWaitMs;
    while (!condition() && !ended && performance.now() < deadline) await sleep(5);
  }

  const counts = new Map<string, number>();
  let last: { readonly kind: string; readonly count: number; readonly t: number } | undefined;
  for (const [index, line] of run.entries()) {
    if (isFrame(line)) {
      const kind = kindOf(line.json);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      last = { kind, count: counts.get(kind) ?? 0, t: line.t };
      continue;
    }
    const isEnd = line.dir === 'meta' && line.event === 'stdin-eof';
    const isKill = line.dir === 'meta' && line.event === 'kill';
    if (line.dir !== 'stdin' && !isEnd && !isKill) continue;
    const gate = last;
    if (gate !== undefined) {
      await until(() => frames.filter((frame) => kindOf(frame) === gate.kind).length >= gate.count);
      await sleep(Math.min(maxPauseMs, Math.max(0, line.t - gate.t)));
    }
    if (isEnd) child.stdin.end();
    else if (isKill && line.dir === 'meta') child.kill(line.signal as NodeJS.Signals);
    else child.stdin.write(textOf(line, run[index + 1]?.dir === 'meta', own));
  }
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), maxWaitMs);
  const { code, signal } = await exit;
  clearTimeout(timer);
  return { frames, stderr, code, signal };
}
