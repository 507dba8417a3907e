import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JournalHostPlan } from '../../fixtures/tasks/journal-host.ts';
import { bundleFixture, type BundledFixture } from '../../support/bundle-fixture.ts';
import { seeded } from '../../support/plain-workers.ts';
import { isSoak, sleep } from '../../support/sessions.ts';

// `SUBWIRE_SOAK=1 npx vitest run test/integration/faults/ft-07-host-lost-journal.test.ts` kills the host 200 times, and takes some minutes.
const kills = isSoak ? 200 : 5;
const count = isSoak ? 60 : 40;

let bundle: BundledFixture;
let folder: string;
beforeAll(async () => {
  bundle = await bundleFixture('tasks/journal-host');
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-ft07-'));
}, 60_000);
afterAll(async () => {
  await bundle.remove();
  await rm(folder, { recursive: true, force: true });
});

function startHost(
  plan: JournalHostPlan,
  env: Readonly<Record<string, string>>,
): { readonly host: ChildProcess; readonly over: Promise<string> } {
  const host = spawn(process.execPath, [bundle.file, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let said = '';
  host.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return { host, over: new Promise((resolve) => host.once('close', () => resolve(said))) };
}

async function linesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

async function executionsOf(file: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const id of await linesOf(file)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** The ids that the journal calls settled; a line that a kill has torn is none. */
async function settledIn(journal: string): Promise<readonly string[]> {
  return (await linesOf(journal)).flatMap((line) => {
    if (!line.startsWith('{"type":"settled"') || !line.endsWith('}')) return [];
    return [(JSON.parse(line) as { id: string }).id];
  });
}

/** One journal from its first run to its end; kills the host until no kill is left or everything is done. Returns how many kills it took. */
async function runToTheEnd(name: string, most: number, random: () => number, env: Readonly<Record<string, string>>): Promise<number> {
  const { command } = fakeCli();
  const file = path.join(folder, name);
  const journal = `${file}.journal`;
  const plan: JournalHostPlan = { command, journal, executions: `${file}.executions`, count, size: 4, idempotent: 'mixed' };
  const finished = new Map<string, number>();
  let killed = 0;
  while (killed < most && finished.size < count) {
    const { host, over } = startHost(plan, env);
    // From before the journal is open to well into the work.
    await sleep(random() * (isSoak ? 1_000 : 700));
    host.kill('SIGKILL');
    await over;
    killed += 1;
    const counts = await executionsOf(plan.executions);
    for (const id of await settledIn(journal)) if (!finished.has(id)) finished.set(id, counts.get(id) ?? 0);
  }
  const { host, over } = startHost(plan, env);
  const said = (await over).trim().split('\n');
  expect(host.exitCode).toBe(0);
  const { counts, recovered } = JSON.parse(said.at(-1) ?? '') as { counts: Record<string, number>; recovered: number };
  const ends = new Map(said.slice(0, -1).map((line) => [line.split(' ')[0] as string, line.split(' ')[1] as string]));
  // Lost 0: each task has an end. Those that may be repeated are all done.
  expect(ends.size).toBe(count);
  expect((counts['done'] ?? 0) + (counts['unknown'] ?? 0), JSON.stringify(counts)).toBe(count);
  expect(recovered).toBe(finished.size);
  const executed = await executionsOf(plan.executions);
  for (let index = 0; index < count; index += 1) {
    const id = `task-${index}`;
    const times = executed.get(id) ?? 0;
    if (ends.get(id) === 'done') expect(times, id).toBeGreaterThanOrEqual(1);
    if (index % 3 === 0) expect(times, `${id} ran ${times} times`).toBeLessThanOrEqual(1);
    else expect(ends.get(id), id).toBe('done');
  }
  // Repeated 0: what was finished at a kill was not executed again after it.
  for (const [id, times] of finished) expect(executed.get(id) ?? 0, id).toBe(times);
  const settled = await settledIn(journal);
  expect(new Set(settled).size).toBe(settled.length);
  expect(settled).toHaveLength(count);
  expect((await stat(journal)).mode & 0o777).toBe(0o600);
  return killed;
}

test(
  `FT-07 the host is killed ${kills} times at any moment: no task is lost, none that has finished is repeated, none that must not be repeated runs twice`,
  async () => {
    await using tracker = trackProcesses({ graceMs: 10_000 });
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const random = seeded(seed);
    let left = kills;
    let rounds = 0;
    while (left > 0) left -= await runToTheEnd(`round-${(rounds += 1)}`, left, random, tracker.env);
    console.log(`${kills} kills in ${rounds} runs of ${count} tasks`);
    await tracker.assertNoneLeaked();
  },
  isSoak ? 30 * 60_000 : 120_000,
);

test('FT-07 control: without a journal a second run repeats what the first has finished', async () => {
  await using tracker = trackProcesses({ graceMs: 10_000 });
  const { command } = fakeCli();
  const plan: JournalHostPlan = {
    command,
    journal: undefined,
    executions: path.join(folder, 'control'),
    count: 3,
    size: 2,
    idempotent: true,
  };
  for (let run = 0; run < 2; run += 1) {
    const { host, over } = startHost(plan, tracker.env);
    await over;
    expect(host.exitCode).toBe(0);
  }
  expect([...(await executionsOf(plan.executions)).values()]).toEqual([2, 2, 2]);
  await tracker.assertNoneLeaked();
}, 60_000);
