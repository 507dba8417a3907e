import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bin, subwire } from '../support/subwire.ts';
import { main } from '../../src/main.ts';
import { createFakeIo } from '../support/fake-io.ts';
import { useWorkFolder } from '../support/work-folder.ts';

const frame = `${JSON.stringify({ type: 'user', message: { role: 'user', content: 'hello' } })}\n`;
const protocol = ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];

// Three programs, one within the other, take their time to start on a busy machine.
describe('fake, record and replay', { timeout: 60_000 }, () => {
  const work = useWorkFolder();
  const inFolder = (name: string): string => path.join(work.folder, name);

  it('is the fake CLI, byte for byte on our own pipes', async () => {
    expect(await subwire(['fake', '--', '--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+ \(Claude Code\)\n$/) as string,
    });
    const turn = await subwire(['fake', '--', ...protocol], { input: frame });
    const types = turn.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect([turn.code, types.at(0), types.at(-1)]).toEqual([0, 'system', 'result']);
  });

  it('follows a scenario, and hands its exit code on', async () => {
    await writeFile(inFolder('leaves.json'), JSON.stringify({ steps: [{ stderr: 'leaving' }, { exit: 7 }] }));
    expect(await subwire(['fake', '--scenario', 'leaves.json'], { input: '', cwd: work.folder })).toMatchObject({
      code: 7,
      stderr: 'leaving\n',
    });
  });

  it('records a run and plays it again without the agent', async () => {
    const recorded = await subwire(['record', 'session.ndjson', '--agent', 'fake', 'hello there'], { input: '', cwd: work.folder });
    expect([recorded.code, recorded.stdout]).toEqual([0, 'hello there\n']);
    expect((await stat(inFolder('session.ndjson'))).mode & 0o777).toBe(0o600);
    const again = await subwire(['run', '--agent', 'replay:session.ndjson', 'hello there'], { input: '', cwd: work.folder });
    expect([again.code, again.stdout]).toEqual([0, 'hello there\n']);
  });

  it('names the field in which a conversation differs from the recorded one', async () => {
    await subwire(['record', 'other.ndjson', '--agent', 'fake', 'hello'], { input: '', cwd: work.folder });
    const { code, stderr } = await subwire(['run', '--agent', 'replay:other.ndjson', 'good bye'], { input: '', cwd: work.folder });
    expect(code).toBe(1);
    expect(stderr).toContain('message.content: expected "hello", got "good bye"');
  });

  it('takes credentials out of a transcript, and texts only when all is to go', async () => {
    const env = { ANTHROPIC_API_KEY: 'sk-ant-made-up-0123456789' };
    await subwire(['record', 'kept.ndjson', '--agent', 'fake', 'mark sk-ant-made-up-0123456789'], { input: '', cwd: work.folder, env });
    const kept = await readFile(inFolder('kept.ndjson'), 'utf8');
    expect(kept).toContain('mark');
    expect(kept).not.toContain('sk-ant-made-up');
    await subwire(['record', 'bare.ndjson', '--redact', 'all', '--agent', 'fake', 'confidential'], { input: '', cwd: work.folder, env });
    expect(await readFile(inFolder('bare.ndjson'), 'utf8')).not.toContain('confidential');
  });

  it('records a command that some host starts, and is transparent to it', async () => {
    const args = ['record', 'host.ndjson', '--', process.execPath, bin, 'fake', '--', ...protocol];
    const { code, stdout } = await subwire(args, { input: frame, cwd: work.folder });
    expect(code).toBe(0);
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; result?: string });
    expect(said.at(-1)).toMatchObject({ type: 'result', result: 'hello' });
    const transcript = (await readFile(inFolder('host.ndjson'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { dir: string; event?: string });
    expect(transcript.filter(({ dir }) => dir === 'stdin').length).toBe(1);
    expect(transcript.filter(({ dir }) => dir === 'stdout').length).toBe(said.length);
    expect(transcript.map(({ event }) => event)).toEqual(expect.arrayContaining(['spawn', 'stdin-eof', 'exit']));
    const replayed = await subwire(['replay', 'host.ndjson'], { input: frame, cwd: work.folder });
    expect(replayed.stdout.trim().split('\n').length).toBe(said.length);
  });

  it('hands on the exit code and signal of a recorded command', async () => {
    expect((await subwire(['record', 'a.ndjson', '--', '/bin/sh', '-c', 'exit 9'], { input: '', cwd: work.folder })).code).toBe(9);
    expect((await subwire(['record', 'a.ndjson', '--', '/bin/sh', '-c', 'kill -TERM $$'], { input: '', cwd: work.folder })).code).toBe(143);
    const missing = await subwire(['record', 'a.ndjson', '--', '/no/such/command'], { input: '', cwd: work.folder });
    expect([missing.code, missing.stderr]).toEqual([3, expect.stringMatching(/\/no\/such\/command .*\[CLI_NOT_FOUND\]\n$/)]);
  });

  it.each([
    [
      'a file that is not there',
      ['run', '--agent', 'replay:none.ndjson', 'x'],
      2,
      /transcript none\.ndjson cannot be read \(ENOENT\).*\[USAGE\]/,
    ],
    ['no file', ['run', '--agent', 'replay:', 'x'], 2, /names no file/],
    ['a file that is no transcript', ['replay', 'junk.ndjson'], 1, /junk\.ndjson:1 .*\[INVALID_TRANSCRIPT\]/],
    ['an empty file', ['replay', 'empty.ndjson'], 2, /transcript empty\.ndjson is empty/],
    ['a run that is not in the file', ['replay', 'one.ndjson#two'], 2, /has no run "two"\. It has "one"\./],
    ['a prompt and a command', ['record', 'x.ndjson', 'prompt', '--', 'ls'], 2, /exclude each other/],
  ])('explains %s', async (_what, args, wanted, message) => {
    await writeFile(inFolder('junk.ndjson'), 'junk\n');
    await writeFile(inFolder('empty.ndjson'), '');
    await writeFile(inFolder('one.ndjson'), `${JSON.stringify({ run: 'one', t: 0, dir: 'meta', event: 'exit', code: 0 })}\n`);
    const io = createFakeIo({ argv: args, stdin: '', cwd: work.folder });
    expect([await main(io), io.out]).toEqual([wanted, '']);
    expect(io.err).toMatch(message);
  });

  it('says the same about a missing binary and a missing directory when it records', async () => {
    const missing = await subwire(['record', 'm.ndjson', '--agent', '/no/such/agent', 'x'], { input: '', cwd: work.folder });
    expect([missing.code, missing.stderr]).toEqual([3, expect.stringMatching(/\[CLI_NOT_FOUND\]\n$/)]);
    const nowhere = await subwire(['record', 'm.ndjson', '--agent', 'fake', '--cwd', '/no/such/directory', 'x'], {
      input: '',
      cwd: work.folder,
    });
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringMatching(/\[CWD_NOT_FOUND\]\n$/)]);
  });

  it('shows every line with --debug, or SUBWIRE_DEBUG=1, and no credential', async () => {
    const env = { ANTHROPIC_API_KEY: 'sk-ant-made-up-0123456789' };
    for (const [args, more] of [
      [['--debug'], {}],
      [[], { SUBWIRE_DEBUG: '1' }],
    ] as const) {
      const { code, stdout, stderr } = await subwire(['run', '--agent', 'fake', ...args, 'see sk-ant-made-up-0123456789'], {
        input: '',
        env: { ...env, ...more },
      });
      expect([code, stdout]).toEqual([0, 'see sk-ant-made-up-0123456789\n']);
      expect(stderr).toMatch(/^subwire \S+ > \{"type":"control_request".*"subtype":"initialize"/m);
      expect(stderr).toMatch(/^subwire \d+ < .*"subtype":"init"/m);
      expect(stderr).toMatch(/^subwire \d+ > \{"type":"user"/m);
      expect(stderr).not.toContain('sk-ant-made-up');
    }
  });
});
