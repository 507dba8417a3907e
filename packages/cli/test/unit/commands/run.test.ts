import { fakeCli, trackProcesses } from '@subwire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/main.ts';
import { createFakeIo, type FakeIo, type FakeIoOptions } from '../../support/fake-io.ts';

const fake = (...words: readonly string[]): readonly string[] => ['run', '--agent', 'fake', ...words];

async function run(argv: readonly string[], options: FakeIoOptions = {}): Promise<FakeIo & { readonly code: number }> {
  const io = createFakeIo({ argv, ...options });
  const code = await main(io);
  return Object.assign(io, { code });
}

describe('subwire run', { timeout: 60_000 }, () => {
  let tracker: ReturnType<typeof trackProcesses>;
  beforeEach(() => {
    tracker = trackProcesses();
  });
  afterEach(async () => {
    expect(await tracker.leaked()).toEqual([]);
    await tracker[Symbol.asyncDispose]();
  });

  it('needs the fake CLI to be there', () => expect(fakeCli().command[1]).toMatch(/subwire-fake-cli\.js$/));

  it('prints the answer on stdout and the summary on stderr', async () => {
    const io = await run(fake('hello'));
    expect([io.code, io.out]).toEqual([0, 'hello\n']);
    expect(io.err).toMatch(/^done · \$\d.* · \d+ tokens in · \d+ out · .* · session [\w-]+\n$/);
    expect(io.listeners).toBe(0);
  });

  it('says nothing on stderr with --quiet', async () => {
    const io = await run(fake('--quiet', 'hello'));
    expect([io.code, io.out, io.err]).toEqual([0, 'hello\n', '']);
  });

  it('uses no colours in a pipe, and dims the summary where they are wanted', async () => {
    expect((await run(fake('hello'))).err).not.toContain('\u001b');
    expect((await run(fake('hello'), { terminal: true, colors: true })).err).toMatch(/^\u001b\[2mdone/);
  });

  it('prints one JSON object', async () => {
    const io = await run(fake('--output', 'json', 'hello'));
    expect(io.out.split('\n').length).toBe(2);
    expect(JSON.parse(io.out)).toMatchObject({ type: 'result', subtype: 'success', result: 'hello' });
  });

  it('prints each message as a line, pieces only when asked to', async () => {
    const types = (text: string): readonly string[] =>
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type);
    const whole = types((await run(fake('--output', 'stream-json', 'hello'))).out);
    expect(whole).toEqual(expect.arrayContaining(['system', 'assistant', 'result']));
    expect(whole).not.toContain('stream_event');
    expect(types((await run(fake('--output', 'stream-json', '--partial', 'hello'))).out)).toContain('stream_event');
  });

  it('shows each tool call as one line', async () => {
    const reply = JSON.stringify([
      { kind: 'tool_use', name: 'Bash', input: { command: 'ls' }, output: 'a b', ask: false },
      { kind: 'text', text: 'Two files.' },
    ]);
    const io = await run(fake(`look <<fake ${reply}>>`));
    expect(io.out).toBe('Two files.\n');
    expect(io.err).toMatch(/^⏺ Bash ls\ndone/);
  });

  it('ends with 4 and the status when the agent reports an error', async () => {
    const io = await run(fake('x <<fake {"kind":"error","status":529}>>'));
    expect([io.code, io.out]).toEqual([4, '']);
    expect(io.err).toMatch(/subwire: The agent ended with an error \(HTTP 529\): .* Wait a little and run again\. \[RESULT_ERROR\]\n$/);
  });

  it('ends with 1 when the time is over, and the process is gone by then', async () => {
    const io = await run(fake('--timeout', '700ms', 'x <<fake {"kind":"slow","text":"slow answer","chunks":10,"chunkDelayMs":1000}>>'));
    expect(io.code).toBe(1);
    expect(io.err).toMatch(/subwire: The run took longer than 700 ms .* Give it more time with --timeout\. \[TIME_LIMIT\]\n$/);
  });

  it('ends with 1 when the agent takes more memory than it may', async () => {
    const io = await run(fake('--max-rss', '1m', 'x <<fake {"kind":"slow","text":"slow answer","chunks":10,"chunkDelayMs":2000}>>'));
    expect(io.code).toBe(1);
    expect(io.err).toMatch(/Give it more memory with --max-rss\. \[MEMORY_LIMIT\]\n$/);
  });

  it('interrupts the turn at Ctrl-C and ends with 130 and what was said', async () => {
    const io = createFakeIo({
      argv: fake('x <<fake {"kind":"slow","text":"one two three four","chunks":4,"chunkDelayMs":400}>>'),
      terminal: true,
    });
    let signaled = false;
    io.onWrite = () => {
      if (io.out === '' || signaled) return;
      signaled = true;
      io.signal('SIGINT');
    };
    expect(await main(io)).toBe(130);
    expect(io.out).toMatch(/^one/);
    expect(io.err).toContain('press Ctrl-C again');
    expect(io.err).toMatch(/interrupted · .*\n$/);
  });

  it('ends quietly when the reader of stdout has gone', async () => {
    const io = createFakeIo({ argv: fake('x <<fake {"kind":"slow","text":"one two three four","chunks":4,"chunkDelayMs":400}>>') });
    io.onWrite = () => io.closeStdout();
    expect(await main(io)).toBe(0);
    expect(io.err).toBe('');
  });

  it('ends with 1 when stdout cannot be written for another reason', async () => {
    const io = createFakeIo({ argv: fake('x <<fake {"kind":"slow","text":"one two","chunks":2,"chunkDelayMs":400}>>') });
    io.onWrite = () => io.closeStdout(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
    expect(await main(io)).toBe(1);
    expect(io.err).toMatch(/could not be written to stdout \(ENOSPC\).*\[OUTPUT_FAILED\]\n$/);
  });

  it('passes words after -- to the agent', async () => {
    const io = await run([...fake('hi'), '--', '--model=from-the-dashes', '--no-such-flag']);
    expect(io.code).toBe(1);
    expect(io.err).toMatch(/unknown option '--no-such-flag'.*\[EXIT_EARLY\]/);
  });

  it.each([
    ['a missing binary', ['--agent', '/no/such/agent'], 3, 'CLI_NOT_FOUND'],
    ['a missing directory', ['--agent', 'fake', '--cwd', '/no/such/directory'], 2, 'CWD_NOT_FOUND'],
    ['a CLI that exits at once', ['--agent', '/bin/false'], 1, 'EXIT_EARLY'],
  ])('names %s within a second', async (_what, args, code, label) => {
    // The first time loads the libraries, which is the start-up of the command and none of this.
    await run(['run', ...args, 'hello']);
    const at = performance.now();
    const io = await run(['run', ...args, 'hello']);
    expect(performance.now() - at).toBeLessThan(1000);
    expect([io.code, io.out]).toEqual([code, '']);
    expect(io.err).toMatch(new RegExp(`\\[${label}\\]\n$`));
  });
});
