import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TaskResult } from '@subwire/pool';
import { trackProcesses } from '@subwire/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/main.ts';
import { createFakeIo, type FakeIo, type FakeIoOptions } from '../../support/fake-io.ts';
import { bash, fail, slow } from '../../support/prompts.ts';

describe('subwire batch', { timeout: 60_000 }, () => {
  let folder: string;
  let tracker: ReturnType<typeof trackProcesses>;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'subwire-batch-'));
    vi.stubEnv('SUBWIRE_POOLS', path.join(folder, 'pools'));
    tracker = trackProcesses();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    expect(await tracker.leaked()).toEqual([]);
    await tracker[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function tasks(...prompts: readonly (string | object)[]): Promise<string> {
    const lines = prompts.map((prompt, index) => JSON.stringify(typeof prompt === 'string' ? { id: `t${index}`, prompt } : prompt));
    await writeFile(path.join(folder, 'tasks.jsonl'), lines.join('\n'));
    return 'tasks.jsonl';
  }

  function start(args: readonly string[], options: FakeIoOptions = {}): { readonly io: FakeIo; readonly code: Promise<number> } {
    const io = createFakeIo({ argv: ['batch', '--agent', 'fake', ...args], cwd: folder, columns: 100, stdin: '', ...options });
    return { io, code: main(io) };
  }

  async function run(
    args: readonly string[],
    options: FakeIoOptions = {},
  ): Promise<{ code: number; stdout: string; stderr: string; io: FakeIo }> {
    const { io, code } = start(args, options);
    return { code: await code, stdout: io.out, stderr: io.err, io };
  }

  const resultsOf = (text: string): readonly TaskResult[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as TaskResult);
  const statuses = (results: readonly TaskResult[]): readonly string[] => results.map(({ id, status }) => `${id} ${status}`).sort();

  it('ends with 1 when a task failed, and says why', async () => {
    const { code, stdout, stderr } = await run([await tasks('one', fail(400)), '--retries', '0']);
    expect(code).toBe(1);
    expect(statuses(resultsOf(stdout))).toEqual(['t0 done', 't1 failed']);
    expect(stderr).toMatch(/^✗ t1 failed · .*\[RESULT_ERROR\]/m);
  });

  it('waits for the tasks that come first, and skips what depends on a failed one', async () => {
    const file = await tasks(
      { id: 'last', prompt: 'last', after: ['first'] },
      { id: 'first', prompt: 'first' },
      { id: 'bad', prompt: fail(400) },
      { id: 'never', prompt: 'never', after: ['bad'] },
    );
    const { code, stdout } = await run([file, '--retries', '0']);
    expect(code).toBe(1);
    expect(statuses(resultsOf(stdout))).toEqual(['bad failed', 'first done', 'last done', 'never skipped']);
    const order = resultsOf(stdout).map(({ id }) => id);
    expect(order.indexOf('first')).toBeLessThan(order.indexOf('last'));
  });

  it.each([
    ['a bad line', ['{"promt":"x"}'], [], 2, /^subwire: Line 1 of tasks\.jsonl has a field "promt".*\[USAGE\]\n$/],
    [
      'a cycle',
      ['{"id":"a","prompt":"x","after":["b"]}', '{"id":"b","prompt":"x","after":["a"]}'],
      [],
      2,
      /in a circle.*\[INVALID_OPTION\]/s,
    ],
    ['a directory that is not there', ['"x"'], ['--cwd', '/no/such/place'], 2, /\[CWD_NOT_FOUND\]\n$/],
    ['results that cannot be written', ['"x"'], ['--results', '/no/such/place/r'], 2, /The file of --results .*\(ENOENT\).*\[USAGE\]\n$/],
    ['an agent that is not there', ['"x"'], ['--agent', '/no/such/agent'], 3, /\[CLI_NOT_FOUND\]\n$/],
    ['a size that is too small', ['"x"'], ['--size', '1', '--max-workers', '2'], 2, /--size 1 has no room for --max-workers 2/],
    ['a budget of nothing', ['"x"'], ['--budget-usd', '0'], 2, /--budget-usd does not take '0'/],
  ])('refuses %s before anything is started', async (_what, lines, args, wanted, message) => {
    await writeFile(path.join(folder, 'tasks.jsonl'), lines.join('\n'));
    const { code, stdout, stderr } = await run(['tasks.jsonl', ...args]);
    expect([code, stdout]).toEqual([wanted, '']);
    expect(stderr).toMatch(message);
  });

  it('stops at the first failure with --fail-fast, and when the budget is spent', async () => {
    const file = await tasks(fail(400), ...Array.from({ length: 6 }, () => slow('a b', 2, 20_000)));
    const failed = await run([file, '--fail-fast', '--retries', '0', '--max-workers', '2']);
    expect(failed.code).toBe(1);
    expect(statuses(resultsOf(failed.stdout))).toEqual(['t0 failed', ...[1, 2, 3, 4, 5, 6].map((index) => `t${index} cancelled`)]);
    await tasks('a', 'b', 'c', 'd');
    const spent = await run(['tasks.jsonl', '--budget-usd', '0.0003', '--max-workers', '1']);
    expect(spent.code).toBe(1);
    expect(spent.stdout).toContain('BUDGET_EXCEEDED');
    expect(resultsOf(spent.stdout)[0]).toMatchObject({ id: 't0', status: 'done' });
  });

  it('ends a task that takes longer than --timeout', async () => {
    const { code, stdout } = await run([await tasks(slow('a b', 2, 20_000)), '--timeout', '400ms', '--retries', '0']);
    expect(code).toBe(1);
    expect(resultsOf(stdout)[0]).toMatchObject({ status: expect.stringMatching(/failed|unknown/) as string });
    expect(stdout).toContain('TIME_LIMIT');
  });

  it('refuses permissions in one line, and lets the agent go on', async () => {
    const { stdout, stderr } = await run([await tasks(bash('touch x', 'It was refused.'))]);
    expect(resultsOf(stdout)[0]).toMatchObject({ status: 'done', output: 'It was refused.' });
    expect(stderr).toMatch(/⏺ Bash touch x was denied: nobody can be asked here/);
  });

  it.each([
    ['SIGTERM', 143, 'TERMINATED'],
    ['SIGHUP', 129, 'HUNG_UP'],
  ] as const)('ends everything at %s', async (signal, wanted, label) => {
    const { io, code } = start([await tasks(slow('a b', 2, 20_000), slow('c d', 2, 20_000), 'later')]);
    await vi.waitFor(() => expect(io.err).toMatch(/t0 started[^]*t1 started/), { timeout: 20_000 });
    io.signal(signal);
    expect(await code).toBe(wanted);
    expect(io.err).toContain(`[${label}]`);
    expect(statuses(resultsOf(io.out))).toEqual(['t0 cancelled', 't1 cancelled', 't2 cancelled']);
    expect(io.listeners).toBe(0);
  });

  it('ends quietly, and ends its agents, when the reader has had enough', async () => {
    const { io, code } = start([await tasks(slow('a b', 2, 20_000))]);
    await vi.waitFor(() => expect(io.err).toContain('t0 started'), { timeout: 20_000 });
    io.closeStdout();
    expect(await code).toBe(0);
    expect(io.err).not.toContain('subwire:');
  });

  it('redraws a line for each worker on a terminal, and prints answers as text', async () => {
    const { code, stdout, stderr, io } = await run(
      [await tasks(slow('hello you', 2, 700), fail(400)), '--retries', '0', '--max-workers', '2'],
      {
        terminal: true,
      },
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/── t0 ──\nhello you\n\n/);
    expect(io.frames[0]).toMatch(/^ {2}1 · idle\n {2}2 · idle\n─+ 0\/2 · /);
    expect(io.frames.some((frame) => /^ {2}1 \S t0 +working/.test(frame))).toBe(true);
    expect(stderr).not.toContain('✓ t0');
    expect(stderr).toMatch(/✗ t1 failed/);
    expect(stderr).toMatch(/1 done · 1 failed/);
  });

  it('says nothing but errors when it is to be quiet', async () => {
    const { stdout, stderr } = await run([await tasks('hello'), '--quiet', '--json']);
    expect(stderr).toBe('');
    expect(resultsOf(stdout)).toHaveLength(1);
  });
});
