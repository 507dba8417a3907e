import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MockProcess,
  readTranscript,
  recordTranscript,
  replayTranscript,
  trackProcesses,
  type ProcessTracker,
} from '../../../src/index.ts';

interface Spec {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const really = (
  spec: Spec,
): ChildProcess & {
  stdin: NonNullable<ChildProcess['stdin']>;
  stdout: NonNullable<ChildProcess['stdout']>;
  stderr: NonNullable<ChildProcess['stderr']>;
} => spawn(spec.file, spec.args, { cwd: spec.cwd, env: spec.env, stdio: ['pipe', 'pipe', 'pipe'] });

let folder: string;
let tracker: ProcessTracker;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-record-'));
  tracker = trackProcesses();
});

afterEach(async () => {
  await tracker[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function node(program: string): Spec {
  return { file: process.execPath, args: ['-e', program], cwd: folder, env: { PATH: process.env['PATH'] ?? '' } };
}

const echo = `
  process.stdin.setEncoding('utf8');

  let held = '';

  process.stdin.on('data', (text) => {
    held += text;
    for (let at = held.indexOf('\\n'); at >= 0; at = held.indexOf('\\n')) {
      const line = held.slice(0, at);
      held = held.slice(at + 1);
      process.stdout.write(JSON.stringify({ type: 'echo', line }) + '\\n');
    }
  });

  process.stdin.on('end', () => {
    process.stderr.write('leaving\\n');
    process.stdout.write('rest without end');
  });

`;

async function drained(child: ReturnType<typeof really>): Promise<string> {
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr.resume();
  await once(child, 'close');
  return text;
}

describe('a recording', () => {
  it('records a mock process in the same way', async () => {
    const file = path.join(folder, 'mock.ndjson');
    const mock = new MockProcess({ stdout: '{"type":"early"}\n' });
    const child = recordTranscript({ path: file, spawner: () => mock, redact: false })({});
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.say({ type: 'flowing' }).complain('oops');
    child.stdin.write('{"type":"user"}\n');
    child.stderr.resume();
    await once(child.stdout, 'data');
    child.sayRaw('{"type":"last"}\n', { chunkBytes: 3 }).exit(0);
    await once(child, 'close');
    const lines = (await readTranscript(file)).get('run')!;
    expect(lines.flatMap((line) => (line.dir === 'stdout' ? [line.json] : []))).toEqual(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    );
    expect(lines.flatMap((line) => (line.dir === 'stdin' ? [line.json] : []))).toEqual([{ type: 'user' }]);
    expect(lines.flatMap((line) => (line.dir === 'stderr' ? [line.raw] : []))).toEqual(['oops']);
  });

  it('makes recordings that play again', async () => {
    const file = path.join(folder, 'again.ndjson');
    const drive = async (child: ReturnType<typeof really>): Promise<string> => {
      const output = drained(child);
      child.stdin.write('{"type":"user","message":{"role":"user","content":"one"}}\n');
      child.stdin.end();
      return await output;
    };
    const first = await drive(recordTranscript({ path: file, spawner: really, redact: false })(node(echo)));
    const replay = replayTranscript((await readTranscript(file)).get('run')!);
    expect(await drive(replay.spawner({}) as unknown as ReturnType<typeof really>)).toBe(first);
    replay.assertFinished();
  });
});
