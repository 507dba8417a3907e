import { mkdtempSync, readFileSync, readlinkSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isAlive, readProcess } from '../../../src/guard/process-state.ts';
import { trackProcesses } from '../../../src/guard/track-processes.ts';
import type { Fault } from '../../../src/scenario/fault.ts';
import { answerTo, control, isResult, pause, startFake, streamArgs, user, type Running } from './start-fake.ts';

const guard = trackProcesses();
const folder = mkdtempSync(path.join(tmpdir(), 'fake-faults-'));

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await guard.assertNoneLeaked();
  await guard[Symbol.asyncDispose]();
});

const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

/** User and system time of a process, in clock ticks. */
const ticks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

/** The pids that the fake reports of the children that it started. */
async function childrenIn(fake: Running, count: number): Promise<readonly number[]> {
  await expect.poll(() => fake.stderr().match(/children: [\d ]+\n/gu)?.length ?? 0, { timeout: 10_000 }).toBe(count);
  return [...fake.stderr().matchAll(/children: ([\d ]+)\n/gu)].flatMap((match) => match[1]!.split(' ').map(Number));
}

describe('faults that need a process', () => {
  it('chunk: a reader really sees the two halves apart', async () => {
    await using fake = startFake({ faults: [{ name: 'chunk', at: 5, ms: 60 }] });
    const sizes: number[] = [];
    fake.child.stdout!.on('data', (chunk: Buffer) => sizes.push(chunk.length));
    fake.send(control('mcp_status'));
    await fake.frame(answerTo('mcp_status'));
    expect(sizes[0]).toBe(5);
    expect(sizes.length).toBeGreaterThan(1);
  });

  it('truncated-last-line and no-final-lf: what was printed arrives, then the exit', async () => {
    for (const name of ['truncated-last-line', 'no-final-lf'] as const) {
      await using fake = startFake({ faults: [{ name }] });
      fake.send(user('hello'));
      expect(await fake.exit).toEqual({ code: 0, signal: null });
      await pause(30);
      const last = fake.stdout().toString().split('\n').at(-1)!;
      expect(last).toMatch(/^\{"duration_api_ms"/u);
      if (name === 'no-final-lf') expect(JSON.parse(last)).toMatchObject({ type: 'result', result: 'hello' });
      else expect(() => JSON.parse(last) as unknown).toThrow(SyntaxError);
    }
  });

  it('oversize-line: a long line comes whole', async () => {
    await using fake = startFake({ faults: [{ name: 'oversize-line', bytes: 5_000_000 }] });
    fake.send(user('hello'));
    await fake.frame(isResult);
    expect(
      Math.max(
        ...fake
          .stdout()
          .toString('latin1')
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBe(5_000_000);
  });

  it('exit-at: dies of the signal that it is told', async () => {
    await using fake = startFake({ faults: [{ name: 'exit-at', at: 1, signal: 'SIGSEGV' }] });
    fake.send(user('hello'));
    expect(await fake.exit).toEqual({ code: null, signal: 'SIGSEGV' });
    expect(fake.frames().map((frame) => frame['subtype'])).toEqual(['init']);
  });

  it('ignore-eof, ignore-term and ignore-interrupt together need SIGKILL', async () => {
    await using fake = startFake({
      turns: [{ kind: 'hang' }],
      faults: [{ name: 'ignore-eof' }, { name: 'ignore-term' }, { name: 'ignore-interrupt' }],
    });
    fake.send(user('hello'));
    await fake.frame((frame) => frame['subtype'] === 'init');
    fake.send(control('interrupt'));
    fake.end();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) fake.child.kill(signal);
    await pause(150);
    expect([isAlive(fake.child.pid!), fake.frames().length]).toEqual([true, 1]);
    fake.child.kill('SIGKILL');
    expect(await fake.exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('result-then-hang stays although stdin has ended, and SIGTERM ends it', async () => {
    await using fake = startFake({ faults: [{ name: 'result-then-hang' }] });
    fake.send(user('hello'));
    await fake.frame(isResult);
    fake.end();
    await pause(100);
    expect(fake.child.exitCode).toBe(null);
    fake.child.kill('SIGTERM');
    expect(await fake.exit).toEqual({ code: 143, signal: null });
  });

  it('slow-init: a signal during the start kills, as it does the real CLI', async () => {
    await using fake = startFake({ faults: [{ name: 'slow-init', ms: 10_000 }] });
    await pause(300);
    fake.send(control('initialize'));
    fake.child.kill('SIGTERM');
    expect(await fake.exit).toEqual({ code: null, signal: 'SIGTERM' });
    expect(fake.stdout().length).toBe(0);
  });

  it('leak-memory: resident memory grows at about the rate asked for', async () => {
    const rate = 40 * 1024 * 1024;
    await using fake = startFake({ faults: [{ name: 'leak-memory', bytes: rate }] });
    fake.send(control('mcp_status'));
    await fake.frame(answerTo('mcp_status'));
    const [before, begun] = [residentBytes(fake.child.pid!), performance.now()];
    // How fast it can be depends on the machine; that it is not faster than asked for does not.
    await expect.poll(() => residentBytes(fake.child.pid!) - before, { timeout: 15_000 }).toBeGreaterThan(rate * 0.5);
    const grown = residentBytes(fake.child.pid!) - before;
    const wanted = (rate * (performance.now() - begun)) / 1000;
    expect(grown).toBeLessThan(wanted * 1.7 + 20 * 1024 * 1024);
  });

  it('burn-cpu: keeps a core busy and answers meanwhile', async () => {
    await using fake = startFake({ faults: [{ name: 'burn-cpu' }] });
    fake.send(control('initialize'));
    await fake.frame(answerTo('initialize'));
    const before = ticks(fake.child.pid!);
    await expect.poll(() => ticks(fake.child.pid!) - before, { timeout: 15_000 }).toBeGreaterThan(20);
    fake.send(control('mcp_status'));
    await fake.frame(answerTo('mcp_status'));
  });

  it('open-files: has as many files open as it is told', async () => {
    await using fake = startFake({ faults: [{ name: 'open-files', count: 300 }] });
    fake.send(control('mcp_status'));
    await fake.frame(answerTo('mcp_status'));
    const open = readdirSync(`/proc/${fake.child.pid!}/fd`).map((fd) => readlinkSync(`/proc/${fake.child.pid!}/fd/${fd}`));
    const opened = open.filter((name) => name === '/dev/null').length;
    expect([opened >= 300, opened < 310]).toEqual([true, true]);
  });

  it('start-child: one of every kind, hiding as its name says', async () => {
    const kinds = ['plain', 'setsid', 'ignore-term', 'hold-stdout'] as const;
    const faults: readonly Fault[] = kinds.map((kind) => ({ name: 'start-child', kind, report: true, ms: 20_000 }));
    await using fake = startFake({ faults });
    const pids = await childrenIn(fake, kinds.length);
    const own = readProcess(fake.child.pid!)!;
    const [plain, setsid, ignoring, holding] = pids.map((pid) => readProcess(pid)!) as [typeof own, typeof own, typeof own, typeof own];
    expect([plain.parent, setsid.parent, ignoring.parent, holding.parent]).toEqual(pids.map(() => own.pid));
    expect([plain.session === own.session, setsid.session === setsid.pid]).toEqual([true, true]);
    expect(readlinkSync(`/proc/${holding.pid}/fd/1`)).toBe(readlinkSync(`/proc/${own.pid}/fd/1`));
    await expect.poll(() => readProcess(ignoring.pid)?.commandLine.includes('sleep')).toBe(true);
    process.kill(ignoring.pid, 'SIGTERM');
    await pause(50);
    expect(pids.map((pid) => isAlive(pid))).toEqual([true, true, true, true]);
    fake.end();
    await fake.exit;
    expect(pids.map((pid) => isAlive(pid))).toEqual([true, true, true, true]);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  });

  it('start-child double-fork: the process that stays has no parent left', async () => {
    await using fake = startFake({ faults: [{ name: 'start-child', kind: 'double-fork', report: true, ms: 20_000 }] });
    const [first] = (await childrenIn(fake, 1)) as [number];
    const inSession = (): readonly number[] =>
      readdirSync('/proc')
        .map(Number)
        .filter((pid) => pid > 0 && pid !== first && readProcess(pid)?.session === first);
    await expect.poll(() => inSession().length).toBe(1);
    const [orphan] = inSession() as [number];
    expect(readProcess(orphan)!.parent).not.toBe(fake.child.pid);
    process.kill(orphan, 'SIGKILL');
  });

  it('refuse: does not start without the flags that it needs', async () => {
    await using fake = startFake({ faults: [{ name: 'refuse', flags: ['--verbose', '--permission-prompt-tool'] }] }, { args: streamArgs });
    expect(await fake.exit).toEqual({ code: 1, signal: null });
    await pause(20);
    expect([fake.stderr(), fake.stdout().length]).toEqual(["error: required option '--permission-prompt-tool' not specified\n", 0]);
  });
});
