import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JournalHostPlan } from '../../fixtures/tasks/journal-host.ts';
import { bundleFixture, type BundledFixture } from '../../support/bundle-fixture.ts';

let bundle: BundledFixture;
let folder: string;
beforeAll(async () => {
  bundle = await bundleFixture('tasks/journal-host');
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-ft15-'));
}, 60_000);
afterAll(async () => {
  await bundle.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a host whose files may not grow beyond so many blocks of 512 bytes: to a writer the same as a full disk. */
async function runHost(plan: JournalHostPlan, blocks: number | 'unlimited', env: Readonly<Record<string, string>>) {
  const shell = `ulimit -f ${blocks}; exec "$0" "$@"`;
  const host = spawn('/bin/sh', ['-c', shell, process.execPath, bundle.file, JSON.stringify(plan)], { env: { ...process.env, ...env } });
  let out = '';
  let err = '';
  host.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  host.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => host.once('close', resolve));
  return { code, err, lines: out.split('\n').filter((line) => line.startsWith('task-')) };
}

test('FT-15 the disk fills up in mid-run: nothing more is started, what runs is finished, nothing counts as accepted that is not written, and a later run does the rest', async () => {
  await using tracker = trackProcesses({ graceMs: 10_000 });
  const { command } = fakeCli();
  const name = path.join(folder, 'full');
  const plan: JournalHostPlan = {
    command,
    journal: `${name}.journal`,
    executions: `${name}.executions`,
    count: 12,
    size: 2,
    idempotent: true,
  };
  const accepted = async (): Promise<readonly string[]> =>
    (await readFile(`${name}.journal`, 'utf8')).split('\n').flatMap((line) => (line.startsWith('{"type":"accepted"') ? [line] : []));

  // Not even the tasks fit: none of them is accepted, and none is run.
  const none = await runHost(plan, 2, tracker.env);
  expect(none.code).not.toBe(0);
  expect(none.err).toMatch(/cannot be written \(EFBIG\)/);
  expect(none.lines).toEqual([]);
  expect(await accepted()).toEqual([]);

  // The tasks fit, and a few results.
  const some = await runHost(plan, 10, tracker.env);
  expect(some.code).not.toBe(0);
  expect(some.err).toMatch(/cannot be written \(EFBIG\)/);
  expect(some.lines).toHaveLength(12);
  expect(await accepted()).toHaveLength(12);
  const done = some.lines.filter((line) => line.includes(' done '));
  expect(done.length).toBeGreaterThanOrEqual(1);
  expect(done.length).toBeLessThan(12);
  expect(some.lines.filter((line) => line.includes(' cancelled '))).toHaveLength(12 - done.length);

  const rest = await runHost(plan, 'unlimited', tracker.env);
  expect(rest.code, rest.err).toBe(0);
  expect(rest.lines.filter((line) => line.includes(' done '))).toHaveLength(12);
  const executions = (await readFile(plan.executions, 'utf8')).trim().split('\n');
  expect(new Set(executions).size).toBe(12);
  await tracker.assertNoneLeaked();
}, 120_000);
