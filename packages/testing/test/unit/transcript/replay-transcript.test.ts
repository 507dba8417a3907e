import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { readTranscript, replayTranscript, type MockProcess, type TranscriptLine } from '../../../src/index.ts';
import { bytesOf } from '../../../src/transcript/describe-bytes.ts';
import { wholeLine } from '../../../src/transcript/whole-line.ts';

const folder = new URL('../../fixtures/transcripts/', import.meta.url);
const recorded = (
  await Promise.all(
    readdirSync(folder).map(async (file) =>
      [...(await readTranscript(new URL(file, folder)))].map(([run, lines]) => ({ file, run, lines })),
    ),
  )
).flat();

function linesOf(lines: readonly TranscriptLine[], dir: 'stdin' | 'stdout'): readonly string[] {
  return lines.flatMap((line, at) => {
    if (line.dir !== dir) return [];
    const whole = wholeLine(line, at);
    return ['json' in whole ? `${JSON.stringify(whole.json)}\n` : whole.bytes.toString('utf8').replace(/\n?$/, '\n')];
  });
}

/** Lines with the white space and the escapes taken out that only the recorded spelling had. */
function values(lines: readonly string[]): readonly unknown[] {
  return lines.map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return line;
    }
  });
}

async function outputOf(child: MockProcess): Promise<string> {
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  child.stderr.resume();
  await once(child, 'close');
  return text;
}

describe('replayTranscript', () => {
  it.each(recorded)('plays $file: $run, to a host that does what was recorded', async ({ lines }) => {
    const replay = replayTranscript(lines);
    const child = replay.spawner({});
    child.stdin.on('error', () => undefined);
    const output = outputOf(child);
    for (const line of linesOf(lines, 'stdin')) child.stdin.write(line);
    const killed = lines.find((line) => line.dir === 'meta' && line.event === 'kill');
    if (lines.some((line) => line.dir === 'meta' && line.event === 'stdin-eof')) child.stdin.end();
    if (killed !== undefined) {
      await vi.waitFor(() => {
        replay.assertFinished();
      }, 5000);
      child.kill('SIGKILL');
    }
    const said = (await output).split(/(?<=\n)/);
    const before = killed === undefined ? lines : lines.slice(0, lines.indexOf(killed));
    const wanted = linesOf(before, 'stdout');
    // An answer may come before a line that the recorded host had sent in the meantime; nothing else may move.
    const sorted = (list: readonly string[]): readonly unknown[] => [...values(list)].map((value) => JSON.stringify(value)).sort();
    expect(sorted(said.filter((line) => line !== ''))).toEqual(sorted(wanted));
    const exit = lines.find((line) => line.dir === 'meta' && line.event === 'exit') as { readonly code?: number };
    if (killed === undefined) expect(child.exitCode).toBe(exit.code);
    replay.assertFinished();
  });

  const run = recorded.find(({ file, run: label }) => file === 'multi-turn.ndjson' && label.startsWith('a'))!.lines;
  const prompts = run.filter((line) => line.dir === 'stdin').map((line) => `${bytesOf(line as { json: unknown }).toString()}\n`);

  it('names the field in which the host differs, on stderr and in the assertion', async () => {
    const replay = replayTranscript(run);
    const child = replay.spawner({});
    child.stdout.resume();
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.stdin.write(`${JSON.stringify({ type: 'user', message: { role: 'user', content: 'something else' } })}\n`);
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(65);
    await once(child, 'close');
    expect(complaint).toContain('message.content: expected ');
    expect(() => {
      replay.assertFinished();
    }).toThrow(expect.objectContaining({ name: 'TranscriptError', code: 'REPLAY_MISMATCH', path: 'message.content', at: 0 }));
  });

  it('says which steps a host left over', async () => {
    const replay = replayTranscript(run);
    expect(() => {
      replay.assertFinished();
    }).toThrow(expect.objectContaining({ code: 'REPLAY_UNFINISHED', message: expect.stringContaining('never started') }));
    const child = replay.spawner({});
    child.stdin.write(prompts[0]!);
    await once(child.stdout.resume(), 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(() => {
      replay.assertFinished();
    }).toThrow(
      expect.objectContaining({
        code: 'REPLAY_UNFINISHED',
        message: expect.stringMatching(/\d+ of \d+ recorded steps were not used.*"expect"/),
      }),
    );
  });

  it('serves a second process from the beginning', async () => {
    const replay = replayTranscript(run);
    for (let count = 0; count < 2; count++) {
      const child = replay.spawner({});
      const output = outputOf(child);
      for (const prompt of prompts) child.stdin.write(prompt);
      child.stdin.end();
      expect((await output).split('\n').filter((line) => line.includes('"type":"result"'))).toHaveLength(3);
      replay.assertFinished();
    }
    expect(replay.spawner.spawned).toHaveLength(2);
  });

  it('keeps the recorded time when told to', async () => {
    const short: readonly TranscriptLine[] = [
      { run: 'r', t: 0, dir: 'meta', event: 'spawn' },
      { run: 'r', t: 80, dir: 'stdout', json: { type: 'a' } },
      { run: 'r', t: 160, dir: 'meta', event: 'exit', code: 0, signal: null },
    ];
    const began = performance.now();
    await outputOf(replayTranscript(short, { keepTiming: true }).spawner({}));
    expect(performance.now() - began).toBeGreaterThan(155);
    expect(replayTranscript(short).steps).toEqual([{ say: { type: 'a' } }, { exit: 0 }]);
  });
});
