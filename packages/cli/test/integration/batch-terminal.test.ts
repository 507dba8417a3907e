import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TaskResult } from '@subwire/pool';
import { beforeEach, describe, expect, it } from 'vitest';
import { bash, slow } from '../support/prompts.ts';
import { onTerminal, type OnTerminal } from '../support/pty.ts';
import { startSubwire } from '../support/subwire.ts';
import { useWorkFolder } from '../support/work-folder.ts';

const captures = fileURLToPath(new URL('../../../../docs/captures/', import.meta.url));
const ctrlC = '\u0003';
const showsCursor = '\u001b[?25h';

describe('subwire batch and top on a terminal', { timeout: 60_000 }, () => {
  const work = useWorkFolder();
  let env: Record<string, string>;
  beforeEach(() => {
    env = { SUBWIRE_POOLS: path.join(work.folder, 'pools') };
  });

  async function write(prompts: Readonly<Record<string, string>>): Promise<string> {
    const lines = Object.entries(prompts).map(([id, prompt]) => JSON.stringify({ id, prompt }));
    await writeFile(path.join(work.folder, 'tasks.jsonl'), lines.join('\n'));
    return 'tasks.jsonl';
  }

  const batch = (args: readonly string[]): OnTerminal => onTerminal(['batch', '--agent', 'fake', ...args], { env, cwd: work.folder });

  /** The process of the batch, from the name of its socket. */
  async function pidOfBatch(): Promise<number> {
    for (;;) {
      const [name] = await readdir(env['SUBWIRE_POOLS']!).catch(() => []);
      if (name !== undefined) return Number(name.split('-')[1]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A screen with everything that differs from run to run taken out. */
  function shapeOf(screen: string): string {
    return screen
      .replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '*')
      .replace(/[━─]{5,}/g, '=')
      .replace(/\d[\d,.]*( min \d+)?( ms\b| s\b)?/g, 'N')
      .replace(/ +/g, ' ');
  }

  /** Compares a screen with the one in the documentation, or writes that one anew. */
  async function compare(name: string, screen: string): Promise<void> {
    const file = path.join(captures, name);
    if (process.env['UPDATE_CAPTURES'] === '1') {
      await mkdir(captures, { recursive: true });
      await writeFile(file, `${screen}\n`);
    }
    expect(shapeOf(screen), 'run this test with UPDATE_CAPTURES=1 to write the screen in the docs anew').toBe(
      shapeOf((await readFile(file, 'utf8')).trimEnd()),
    );
  }

  // In this order each has its lane: the first two stay in theirs, and the third takes the others.
  const long = {
    'run-all-tests': bash('sleep 30', 'All tests pass.'),
    'review-parser': slow('The parser looks right.', 2, 30_000),
    'update-changelog': 'The changelog is up to date.',
    'fix-typo-in-readme': 'The typo is fixed.',
    'write-release-notes': slow('Here they are.', 2, 30_000),
  };

  it('batch redraws a line for each worker and one for the whole; top shows its agents', async () => {
    const terminal = batch([await write(long), '--max-workers', '3', '--allowed-tools', 'Bash', '--results', 'results.jsonl']);
    const screen = await terminal.untilShown(
      /run-all-tests +working.*tok +Bash sleep 30 *\n.*review-parser +working.*\n.*write-release-notes +working[^]*2\/5 .*ETA/,
    );
    await compare('batch.txt', screen.slice(screen.indexOf('  1 ')));
    expect(screen.match(/\/5 /g), screen).toHaveLength(1);
    expect(terminal.screen).toMatch(/0\/5[^]*1\/5[^]*2\/5/);

    const pid = await pidOfBatch();
    const top = onTerminal(['top', '--interval', '200ms'], { env });
    const seen = await top.untilShown(/^ *1 +leased +\d+ +\d+ MB +\d+ %.*review-parser/m);
    await compare('top.txt', seen);
    expect(seen).toContain(`· pid ${pid} ·`);
    expect(seen).toMatch(/^ *0 +leased +\d+ +\d+ MB +\d+ %.*run-all-tests Bash sleep 30$/m);
    top.type('q');
    expect(await top.exit).toBe(0);
    expect(top.screen.endsWith(showsCursor), JSON.stringify(top.screen.slice(-80))).toBe(true);

    terminal.type(ctrlC);
    await terminal.untilShown(/finishing; Ctrl-C again ends everything/);
    terminal.type(ctrlC);
    expect(await terminal.exit).toBe(130);
    const last = await terminal.shown();
    expect(last).toMatch(/│ run-all-tests +│ cancelled +│/);
    expect(last).toMatch(/2 done · 3 cancelled · /);
    expect(last, 'the progress is gone').not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]|━/);
    expect(terminal.screen.lastIndexOf(showsCursor)).toBeGreaterThan(terminal.screen.lastIndexOf('\u001b[?25l'));
  });

  it('batch lets the tasks at work finish at one Ctrl-C', async () => {
    const terminal = batch([await write({ one: slow('a b', 2, 1000), two: 'later' }), '--max-workers', '1']);
    await terminal.untilShown(/one +working/);
    terminal.type(ctrlC);
    expect(await terminal.exit).toBe(130);
    const last = await terminal.shown();
    expect(last).toMatch(/── one ──\na b\n/);
    expect(last).toMatch(/1 done · 1 cancelled · /);
  });

  it('FT-07 batch goes on after its process was killed: no task is lost, none that was done is repeated', async () => {
    const count = 30;
    const prompts = Array.from(
      { length: count },
      (_, index) => [`t${index}`, bash(`echo t${index} >> '${work.folder}/runs'`, 'Done.')] as const,
    );
    const args = [await write(Object.fromEntries(prompts)), '--journal', 'journal', '--results', 'results.jsonl'];
    const more = ['--reuse', '--allowed-tools', 'Bash', '--idempotent'];
    const first = batch([...args, ...more]);
    await first.untilShown(/ ([89]|1\d)\/30 /);
    process.kill(await pidOfBatch(), 'SIGKILL');
    await first.exit;
    const readResults = async (): Promise<readonly TaskResult[]> => {
      const lines = (await readFile(path.join(work.folder, 'results.jsonl'), 'utf8')).split('\n').slice(0, -1);
      return lines.map((line) => JSON.parse(line) as TaskResult);
    };
    const before = (await readResults()).map(({ id }) => id);
    const second = batch([...args, ...more]);
    expect(await second.exit).toBe(0);
    const results = await readResults();
    const runs = (await readFile(path.join(work.folder, 'runs'), 'utf8')).trimEnd().split('\n');
    expect(results.filter(({ success }) => success)).toHaveLength(count);
    expect(new Set(results.map(({ id }) => id)).size).toBe(count);
    expect(before.filter((id) => runs.filter((run) => run === id).length !== 1)).toEqual([]);
    expect(await second.shown()).toMatch(/30 done · \d+ of them from the journal · /);
  });

  it('top tells a script what it tells a person, and finds a batch that is just starting', async () => {
    const started = startSubwire(['batch', await write({ one: slow('a b', 2, 30_000) }), '--agent', 'fake'], { env, cwd: work.folder });
    const { pid } = started.child;
    const top = startSubwire(['top', '--json', '--interval', '100ms', '--pid', String(pid)], { env });
    await top.until('"task":"one"');
    top.child.kill('SIGINT');
    const { code, stdout, stderr } = await top.outcome;
    expect([code, stderr]).toEqual([0, '']);
    const view = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { slots: readonly { task: string; pid: number; residentBytes: number }[] })
      .at(-1)!;
    expect(view).toMatchObject({ version: 1, pid, title: 'batch tasks.jsonl', queue: 0, batch: { total: 1, settled: 0 } });
    const slot = view.slots.find(({ task }) => task === 'one')!;
    expect(slot.residentBytes).toBeGreaterThan(10 * 1024 * 1024);
    const agent = (await readFile(`/proc/${slot.pid}/cmdline`, 'utf8')).split('\0');
    expect(agent.join(' ')).toContain('subwire-fake-cli');
    started.child.kill('SIGTERM');
    expect((await started.outcome).code).toBe(143);
  });
});
