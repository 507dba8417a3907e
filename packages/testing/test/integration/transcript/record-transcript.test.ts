import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTranscript, recordTranscript, type TranscriptLine } from '../../../src/index.ts';
import { drained, echo, folder, node, really, type Spec } from './recorded-process.ts';

const untimed = ({ t, ...rest }: TranscriptLine): object => {
  expect(t).toBeGreaterThanOrEqual(0);
  return rest;
};

describe('recordTranscript', () => {
  it('writes both directions, stderr and what happened, in the order and the format that readers know', async () => {
    const file = path.join(folder, 'deep/er/one.ndjson');
    const child = recordTranscript({ path: file, spawner: really, redact: false })(node(echo));
    const output = drained(child);
    child.stdin.write('{"type":"user"}\n{"b": 2}');
    child.stdin.write(Buffer.from('\n'));
    child.stdin.end('bye\n');
    expect(await output).toBe(
      '{"type":"echo","line":"{\\"type\\":\\"user\\"}"}\n{"type":"echo","line":"{\\"b\\": 2}"}\n{"type":"echo","line":"bye"}\nrest without end',
    );

    const lines = [...(await readTranscript(file)).get('run')!];
    expect(lines.map(({ t }) => t)).toEqual(lines.map(({ t }) => t).toSorted((one, two) => one - two));
    const of = (dir: string): readonly object[] => lines.filter((line) => line.dir === dir).map(untimed);
    expect(of('stdin')).toEqual([
      { run: 'run', dir: 'stdin', json: { type: 'user' } },
      { run: 'run', dir: 'stdin', raw: '{"b": 2}' },
      { run: 'run', dir: 'stdin', raw: 'bye' },
    ]);
    expect(of('stdout')).toEqual([
      { run: 'run', dir: 'stdout', json: { type: 'echo', line: '{"type":"user"}' } },
      { run: 'run', dir: 'stdout', json: { type: 'echo', line: '{"b": 2}' } },
      { run: 'run', dir: 'stdout', json: { type: 'echo', line: 'bye' } },
      { run: 'run', dir: 'stdout', raw: 'rest without end', noLf: true },
    ]);
    expect(of('stderr')).toEqual([{ run: 'run', dir: 'stderr', raw: 'leaving' }]);
    expect(untimed(lines[0]!)).toEqual({
      run: 'run',
      dir: 'meta',
      event: 'spawn',
      argv: [path.basename(process.execPath), '-e', echo],
      cwd: folder,
    });
    expect(of('meta').slice(1)).toEqual(
      expect.arrayContaining([
        { run: 'run', dir: 'meta', event: 'stdin-eof' },
        { run: 'run', dir: 'meta', event: 'stdout-end' },
        { run: 'run', dir: 'meta', event: 'stderr-end' },
        { run: 'run', dir: 'meta', event: 'exit', code: 0, signal: null },
      ]),
    );
    expect(untimed(lines.at(-1)!)).toEqual({ run: 'run', dir: 'meta', event: 'close', code: 0, signal: null });
    expect((await readFile(file, 'utf8')).split('\n')[1]).toMatch(
      /^\{"run":"run","t":\d+(\.\d)?,"dir":"stdin","json":\{"type":"user"\}\}$/,
    );
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('records a second process as a run of its own, and makes the file anew for a new recording', async () => {
    const file = pathToFileURL(path.join(folder, 'two.ndjson'));
    for (let count = 0; count < 2; count++) {
      const spawner = recordTranscript({ path: file, spawner: really, run: 'story' });
      for (let process = 0; process < 2; process++) {
        const child = spawner(node(''));
        await drained(child);
      }
    }
    const runs = await readTranscript(file);
    expect([...runs.keys()]).toEqual(['story', 'story (2)']);
    expect([...runs.values()].flat().filter((line) => line.dir === 'meta' && line.event === 'spawn')).toHaveLength(2);
  });

  it('hands out the very child, and lets its output wait until the owner reads', async () => {
    let made: unknown;
    const spawner = recordTranscript({
      path: path.join(folder, 'wait.ndjson'),
      spawner: (spec: Spec) => (made = really(spec)),
    });
    const child = spawner(node(`process.stdout.write('x'.repeat(4 * 1024 * 1024) + '\\n')`));
    expect(child).toBe(made);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(child.stdout.readableFlowing).toBeNull();
    expect(child.exitCode).toBeNull();
    expect((await drained(child)).length).toBe(4 * 1024 * 1024 + 1);
  });

  it('writes no canary by default, nor a part of one that comes in two chunks', async () => {
    const file = path.join(folder, 'secret.ndjson');
    const secret = 'sk-ant-api03-CANARY0123456789';
    const spec = node(`
      process.stderr.write('key sk-ant-api0');
      setTimeout(() => process.stderr.write('3-CANARY0123456789 is bad\\n'), 50);
      process.stdout.write('{"type":"assistant","text":"canary wo');
      setTimeout(() => process.stdout.write('rds ${secret}"}\\n'), 50);
    `);
    const child = recordTranscript({ path: file, spawner: really })({
      ...spec,
      args: [...spec.args, secret],
      env: { ...spec.env, MY_API_KEY: secret },
    });
    child.stdin.write(`{"type":"user","message":{"content":"canary ${secret.slice(0, 10)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    child.stdin.end(`${secret.slice(10)}"}}\n`);
    await drained(child);
    const text = await readFile(file, 'utf8');
    expect(text).not.toMatch(/canary|sk-ant|api03/i);
    expect(text).not.toContain(folder);
    expect(text.match(/\[text \d+: \d+ chars\]/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('shortens a line that is too long', async () => {
    const file = path.join(folder, 'long.ndjson');
    const child = recordTranscript({ path: file, spawner: really, redact: false })(
      node(`console.log(JSON.stringify({ type: 'big', text: 'y'.repeat(300000) }))`),
    );
    await drained(child);
    const [line] = (await readTranscript(file)).get('run')!.filter(({ dir }) => dir === 'stdout');
    expect(line).toMatchObject({
      edited: true,
      bytes: 300_024,
      json: { type: 'big', text: expect.stringMatching(/^y{2000}…\[296000 chars left out\]…y{2000}$/) },
    });
    expect((await stat(file)).size).toBeLessThan(10_000);
  });

  it('tells signals, and a process that cannot be started', async () => {
    const file = path.join(folder, 'ends.ndjson');
    const spawner = recordTranscript({ path: file, spawner: really });
    const killed = spawner(node('setInterval(() => {}, 1000)'));
    const closed = drained(killed);
    killed.kill();
    await closed;
    const missing = spawner({ ...node(''), file: path.join(folder, 'no-such-program') });
    const [error] = (await once(missing, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ENOENT');
    await once(missing, 'close').catch(() => undefined);
    const events = [...(await readTranscript(file)).values()].map((run) =>
      run.flatMap((line) => (line.dir === 'meta' && /kill|exit$|error/.test(line.event) ? [[line.event, line.signal ?? line.code]] : [])),
    );
    expect(events[0]).toEqual([
      ['kill', 'SIGTERM'],
      ['exit', 'SIGTERM'],
    ]);
    expect(events[1]).toContainEqual(['error', 'ENOENT']);
  });
});
