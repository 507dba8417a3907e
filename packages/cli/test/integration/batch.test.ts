import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TaskResult } from '@subwire/pool';
import { type Started, startSubwire, subwire } from '../support/subwire.ts';
import { bash, slow } from '../support/prompts.ts';
import { useWorkFolder } from '../support/work-folder.ts';

describe('the program subwire batch', { timeout: 60_000 }, () => {
  const work = useWorkFolder();

  async function tasks(...prompts: readonly (string | object)[]): Promise<string> {
    const lines = prompts.map((prompt, index) => JSON.stringify(typeof prompt === 'string' ? { id: `t${index}`, prompt } : prompt));
    await writeFile(path.join(work.folder, 'tasks.jsonl'), `${lines.join('\n')}\n`);
    return 'tasks.jsonl';
  }

  function start(args: readonly string[], input?: string): Started {
    const env = { SUBWIRE_POOLS: path.join(work.folder, 'pools') };
    return startSubwire(['batch', '--agent', 'fake', ...args], { cwd: work.folder, env, ...(input !== undefined && { input }) });
  }

  const resultsOf = (text: string): readonly TaskResult[] =>
    text
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as TaskResult);
  const statuses = (results: readonly TaskResult[]): readonly string[] => results.map(({ id, status }) => `${id} ${status}`).sort();

  it('prints each result as a line of JSON, and everything else on stderr without escape codes', async () => {
    const { code, stdout, stderr } = await start([await tasks('one', 'two', 'three')]).outcome;
    expect(code).toBe(0);
    expect(statuses(resultsOf(stdout))).toEqual(['t0 done', 't1 done', 't2 done']);
    expect(
      resultsOf(stdout)
        .map(({ output }) => output)
        .sort(),
    ).toEqual(['one', 'three', 'two']);
    expect(stderr).toMatch(/^✓ t0 · /m);
    expect(stderr).toMatch(/^│ t2 +│ done +│/m);
    expect(stderr).toMatch(/^3 done · .*\n$/m);
    expect(stderr).not.toContain('\u001b');
  });

  it('takes tasks from stdin as they come, and results as text', async () => {
    const started = start(['--output', 'text']);
    started.child.stdin!.write('{"id":"a","prompt":"hello"}\n');
    await started.until('── a ──\nhello\n');
    started.child.stdin!.end('{"id":"b","prompt":"goodbye"}');
    expect((await started.outcome).stdout).toBe('── a ──\nhello\n\n── b ──\ngoodbye\n\n');
  });

  it('P49 lets the tasks at work finish at one Ctrl-C, and starts no others', async () => {
    const journal = ['--journal', 'journal', '--max-workers', '2'];
    const started = start([await tasks(slow('a b', 2, 800), slow('c d', 2, 800), 'later', 'latest'), ...journal]);
    await started.until('t0 started');
    await started.until('t1 started');
    started.child.kill('SIGINT');
    const { code, stdout, stderr } = await started.outcome;
    expect(code).toBe(130);
    expect(statuses(resultsOf(stdout).filter(({ status }) => status !== 'cancelled'))).toEqual(['t0 done', 't1 done']);
    expect(stderr).toContain('Finishing what is at work; Ctrl-C again ends everything.');
    expect(stderr).not.toMatch(/t[23] started/);
    const again = await start(['tasks.jsonl', ...journal]).outcome;
    expect(again.code).toBe(0);
    expect(statuses(resultsOf(again.stdout))).toEqual(['t0 done', 't1 done', 't2 done', 't3 done']);
    expect(
      resultsOf(again.stdout)
        .filter(({ recovered }) => recovered === true)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['t0', 't1']);
  });

  it('P49 ends everything at the second Ctrl-C, deaf agents included', async () => {
    const scenario = path.join(work.folder, 'deaf.json');
    await writeFile(scenario, JSON.stringify({ faults: [{ name: 'ignore-interrupt' }, { name: 'ignore-term' }] }));
    const started = start([await tasks(slow('a b', 2, 20_000), slow('c d', 2, 20_000)), '--', '--scenario', scenario]);
    await started.until('t0 started');
    await started.until('t1 started');
    started.child.kill('SIGINT');
    await started.until('Ctrl-C again ends everything');
    started.child.kill('SIGINT');
    const at = performance.now();
    const { code, stderr } = await started.outcome;
    expect(code).toBe(130);
    expect(stderr).toContain('[INTERRUPTED]');
    expect(performance.now() - at).toBeLessThan(10_000);
  });

  /** Runs `count` tasks, kills the host in the middle, runs the same command again, and counts what was really done. */
  async function killAndResume(count: number, killAfter: number): Promise<void> {
    const prompts = Array.from({ length: count }, (_, index) =>
      bash(`echo t${index} >> ${path.join(work.folder, 'runs')}`, `said ${index}`),
    );
    const args = [
      await tasks(...prompts),
      '--journal',
      'journal',
      '--results',
      'results.jsonl',
      '--reuse',
      '--allowed-tools',
      'Bash',
      '--idempotent',
    ];
    const first = start(args);
    const done = async (): Promise<number> =>
      resultsOf(await readFile(path.join(work.folder, 'results.jsonl'), 'utf8').catch(() => '')).length;
    while ((await done()) < killAfter) await new Promise((resolve) => setTimeout(resolve, 20));
    first.child.kill('SIGKILL');
    await first.outcome;
    const before = resultsOf((await readFile(path.join(work.folder, 'results.jsonl'), 'utf8')).replace(/\n[^\n]+$/, '\n')).map(
      ({ id }) => id,
    );
    expect(before.length).toBeLessThan(count);
    const second = await start(args).outcome;
    expect([second.code, second.stdout]).toEqual([0, '']);
    const results = resultsOf(await readFile(path.join(work.folder, 'results.jsonl'), 'utf8'));
    const runs = (await readFile(path.join(work.folder, 'runs'), 'utf8')).trimEnd().split('\n');
    const times = (id: string): number => runs.filter((run) => run === id).length;
    expect(new Set(results.map(({ id }) => id)).size, 'lost').toBe(count);
    expect(
      results.filter(({ success }) => !success),
      'failed',
    ).toEqual([]);
    expect(results.length, 'told twice').toBe(count);
    expect(
      before.filter((id) => times(id) !== 1),
      'done again although they were done',
    ).toEqual([]);
    expect(
      results.filter(({ id }) => times(id) === 0),
      'never done',
    ).toEqual([]);
    expect(results.filter(({ recovered }) => recovered === true).length).toBeGreaterThanOrEqual(before.length);
    expect(second.stderr).toMatch(new RegExp(`^${count} done · \\d+ of them from the journal`, 'm'));
  }

  // SUBWIRE_SOAK=1 npx vitest run test/integration/batch.test.ts
  // The first of them with fewer tasks, on a terminal, is in batch-terminal.test.ts.
  if (process.env['SUBWIRE_SOAK'] === '1') {
    it(
      'FT-07 killed in the middle and run again, loses none of 200 tasks and repeats none that was done',
      () => killAndResume(200, 80),
      120_000,
    );

    it('runs 1,000 tasks in bounded memory', async () => {
      const started = start([
        await tasks(...Array.from({ length: 1000 }, (_, index) => `task ${index}`)),
        '--reuse',
        '--results',
        'results.jsonl',
        '--quiet',
      ]);
      let peakKb = 0;
      const watch = setInterval(() => {
        void readFile(`/proc/${started.child.pid}/status`, 'utf8').then(
          (status) => (peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))),
          () => undefined,
        );
      }, 100);
      const { code, ms } = await started.outcome;
      clearInterval(watch);
      expect(code).toBe(0);
      expect(resultsOf(await readFile(path.join(work.folder, 'results.jsonl'), 'utf8'))).toHaveLength(1000);
      console.log(`1,000 tasks: ${Math.round(ms)} ms, most memory ${Math.round(peakKb / 1024)} MB`);
      expect(peakKb / 1024).toBeLessThan(300);
    }, 300_000);
  }

  it('names a file that cannot be read', async () => {
    const { code, stderr } = await subwire(['batch', 'nowhere.jsonl', '--agent', 'fake'], { input: '', cwd: work.folder });
    expect(code).toBe(2);
    expect(stderr).toBe('subwire: The tasks in nowhere.jsonl cannot be read (ENOENT). Check the path. See subwire batch --help. [USAGE]\n');
  });
});
