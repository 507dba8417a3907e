// A closed loop of tasks over worker processes of which a random one is killed again and again.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runners } from '../pool/runners.mjs';
import { createRandom } from '../random.mjs';

const { row, size, outstanding, forMs, everyMs, graceMs, matureMs } = JSON.parse(process.argv[2]);
const random = createRandom(1);
const folder = mkdtempSync(path.join(tmpdir(), 'subwire-bench-pool-'));
const file = path.join(folder, 'done');
let uncaught = 0;
process.on('uncaughtException', () => uncaught++);
process.on('unhandledRejection', () => uncaught++);

// What /proc counts times in, on every Linux that Node runs on.
const ticksPerSecond = 100;

/** Own children that run for this long; a worker that is being started works for nobody yet. */
function children(ageMs = 0) {
  const nowMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const [state, parent] = fields;
        const startedMs = (Number(fields[19]) * 1000) / ticksPerSecond;
        return Number(parent) === process.pid && state !== 'Z' && nowMs - startedMs >= ageMs;
      } catch {
        return false;
      }
    })
    .map(Number);
}

const runner = await runners[row]({ size });
await runner.run({ id: -1, ms: 0, file });
let started = 0;
let done = 0;
let failed = 0;
let open = 0;
let isOver = false;
async function loop() {
  while (!isOver) {
    const id = started++;
    open++;
    try {
      await runner.run({ id, ms: 20 + random() * 60, file });
      done++;
    } catch {
      failed++;
      // A pool that refuses everything at once must not turn this into a busy loop.
      await sleep(1);
    }
    open--;
  }
}
const cpu = process.cpuUsage();
const loops = Array.from({ length: outstanding }, loop);
const until = performance.now() + forMs;
let kills = 0;
while (performance.now() < until) {
  await sleep(everyMs);
  const pids = children(matureMs);
  const victim = pids[Math.floor(random() * pids.length)];
  if (victim === undefined) continue;
  try {
    process.kill(victim, 'SIGKILL');
    kills++;
  } catch {
    // Gone by itself.
  }
}
isOver = true;
const { user, system } = process.cpuUsage(cpu);
await Promise.race([Promise.all(loops), sleep(graceMs)]);
const neverSettled = open;
await Promise.race([runner.end().catch(() => undefined), sleep(5000)]);
await sleep(500);
const left = children();
const ids = readFileSync(file, 'utf8').trim().split('\n');
const twice = ids.length - new Set(ids).size;
for (const pid of left) process.kill(pid, 'SIGKILL');
rmSync(folder, { recursive: true });
const hostCpuPercent = ((user + system) / 1000 / forMs) * 100;
const report = { kills, done, failed, neverSettled, twice, uncaught, left: left.length, hostCpuPercent };
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
