import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MockProcess, readTranscript, recordTranscript, replayTranscript } from '../../../src/index.ts';
import { drained, echo, folder, node, really } from './recorded-process.ts';

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
