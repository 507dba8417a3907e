import assert from 'node:assert/strict';
import path from 'node:path';
import { type AgentTask, createSessionPool, runTasks, type TaskResult } from '@subwire/pool';
import { fakeCli } from '@subwire/testing';

const packages = ['core', 'pool', 'cli'];
const tasks: readonly AgentTask[] = [
  ...packages.map((name) => ({ id: `review ${name}`, prompt: `Review packages/${name}.`, idempotent: true })),
  { id: 'plan', prompt: 'Make one plan of the reviews.', after: packages.map((name) => `review ${name}`), context: { packages } },
  { id: 'deploy', prompt: 'Deploy it. <<fake {"kind":"error","status":400,"message":"not today"}>>', after: ['plan'] },
  { id: 'announce', prompt: 'Tell everybody.', after: ['deploy'] },
];
const journal = path.resolve('run.journal');
const crashes = path.resolve('crashes');

await using pool = createSessionPool({
  size: 3,
  // One review is lost in the middle. It does no harm twice, so another agent does it again.
  session: fakeCli({ faults: [{ name: 'crash-on-input', text: 'packages/pool', times: 1, file: crashes }] }),
});

// Broken off when the plan is there, as by the end of this program. Leaving the loop ends what runs, and waits until its processes are gone.
const before: TaskResult[] = [];
for await (const { result } of runTasks(pool, tasks, { journal, concurrency: 3 })) {
  if (result === undefined) continue;
  before.push(result);
  if (result.id === 'plan') break;
}
assert.deepEqual(before.map(({ id }) => id).sort(), ['plan', 'review cli', 'review core', 'review pool']);
assert.match(before.at(-1)?.output ?? '', /one plan[^]*"core"/);
assert.deepEqual(
  before.filter(({ attempts }) => attempts > 1).map(({ id }) => id),
  ['review pool'],
);

// The same run once more goes on where the first one ended. A failure is a result like any other, and skips what waits for it.
const after = new Map<string, TaskResult>();
await runTasks(pool, tasks, { journal }).forEach(({ result }) => {
  if (result !== undefined) after.set(result.id, result);
});
assert.equal(after.size, tasks.length);
for (const { id } of before) assert.equal(after.get(id)?.recovered, true);
assert.deepEqual([after.get('deploy')?.status, after.get('deploy')?.error?.code], ['failed', 'RESULT_ERROR']);
assert.deepEqual([after.get('announce')?.status, after.get('announce')?.error?.code], ['skipped', 'TASK_SKIPPED']);
