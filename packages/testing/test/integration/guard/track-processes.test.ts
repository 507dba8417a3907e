import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProcessGuardError, isAlive, readProcess, trackProcesses, untilGone } from '../../../src/index.ts';

const started: ChildProcess[] = [];

function start(
  file: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly detached?: boolean } = {},
): ChildProcess {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  started.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout!) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0]!;
}

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

const quick = { graceMs: 150 } as const;

describe('trackProcesses', () => {
  it('reports nothing when nothing was started', async () => {
    await using tracker = trackProcesses();
    expect(await tracker.leaked()).toEqual([]);
    expect(tracker.seen).toEqual([]);
  });

  it('reports a child that lives on, with its command line, and none after its end', async () => {
    await using tracker = trackProcesses(quick);
    const child = start('sleep', ['61']);
    expect(await tracker.leaked()).toEqual([child.pid]);
    const [survivor] = await tracker.survivors();
    expect(survivor).toMatchObject({ pid: child.pid, commandLine: 'sleep 61', parent: process.pid });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await tracker.leaked()).toEqual([]);
    expect(tracker.seen.map(({ pid }) => pid)).toEqual([child.pid]);
  });

  it('leaves out what ran before', async () => {
    const child = start('sleep', ['62']);
    await using tracker = trackProcesses(quick);
    expect(await tracker.leaked()).toEqual([]);
    expect(isAlive(child.pid!)).toBe(true);
  });

  it('waits for a process that is already on its way out', async () => {
    await using tracker = trackProcesses({ graceMs: 5000 });
    start('sleep', ['0.3']);
    const began = performance.now();
    expect(await tracker.leaked()).toEqual([]);
    expect(performance.now() - began).toBeLessThan(4000);
    expect(tracker.seen).toHaveLength(1);
  });

  it('waits in real time although the test has put fake timers in place', async () => {
    await using tracker = trackProcesses(quick);
    vi.useFakeTimers();
    try {
      const child = start('sleep', ['63']);
      expect(await tracker.leaked()).toEqual([child.pid]);
      child.kill('SIGKILL');
      expect(await untilGone(child.pid!, { withinMs: 10_000 })).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('counts a zombie as dead', async () => {
    await using tracker = trackProcesses(quick);
    // The shell starts a child and then becomes a program that never collects it; the child outlives the shell, which would.
    const parent = start('sh', ['-c', 'sleep 1 & echo $!; exec sleep 64']);
    const zombie = Number(await firstLine(parent));
    await vi.waitFor(
      () => {
        expect(readProcess(zombie)?.state).toBe('Z');
      },
      { timeout: 10_000 },
    );
    expect(isAlive(zombie)).toBe(false);
    expect(await tracker.leaked()).toEqual([parent.pid]);
  });

  it('counts a stopped process as alive', async () => {
    await using tracker = trackProcesses(quick);
    const child = start('sleep', ['65']);
    child.kill('SIGSTOP');
    expect(await tracker.leaked()).toEqual([child.pid]);
  });

  it('finds a grandchild that called setsid, after its parent has died', async () => {
    await using tracker = trackProcesses(quick);
    const child = start('sh', ['-c', 'setsid sleep 66 >/dev/null & sleep 0.3; echo done']);
    await once(child, 'exit');
    const survivors = await tracker.survivors();
    expect(survivors.map((one) => one.commandLine)).toEqual(['sleep 66']);
    expect(survivors[0]!.session).toBe(survivors[0]!.pid);
    expect(survivors[0]!.parent).not.toBe(child.pid);
  });

  it('loses nobody who is started while it looks', async () => {
    for (let round = 0; round < 15; round++) {
      const tracker = trackProcesses(quick);
      start('sh', ['-c', 'setsid sleep 75 >/dev/null 2>&1 & exit 0']);
      expect((await tracker.survivors()).map((one) => one.commandLine)).toEqual(['sleep 75']);
      await tracker[Symbol.asyncDispose]();
    }
  });

  it('finds a double-forked daemon by its marker', async () => {
    await using tracker = trackProcesses(quick);
    // Synchronous, so that no poll can have seen the processes between.
    execFileSync('sh', ['-c', 'setsid sh -c "sleep 67 >/dev/null 2>&1 & exit 0" >/dev/null 2>&1 </dev/null']);
    expect((await tracker.survivors()).map((one) => one.commandLine)).toEqual(['sleep 67']);
  });

  it('finds a daemon in a clean environment when it was given the marker by hand, and not when it belongs to another tracker', async () => {
    await using tracker = trackProcesses(quick);
    await using other = trackProcesses(quick);
    execFileSync('sh', ['-c', 'setsid sh -c "sleep 68 >/dev/null 2>&1 & exit 0" >/dev/null 2>&1 </dev/null'], {
      env: { PATH: process.env['PATH'], ...tracker.env },
    });
    expect((await tracker.survivors()).map((one) => one.commandLine)).toEqual(['sleep 68']);
    expect(await other.leaked()).toEqual([]);
  });

  it('finds a child in a clean environment, and what it left in its own session', async () => {
    await using tracker = trackProcesses(quick);
    const child = start('sh', ['-c', 'sleep 69 >/dev/null & exit 0'], { env: { PATH: process.env['PATH'] }, detached: true });
    await once(child, 'exit');
    expect((await tracker.survivors()).map((one) => one.commandLine)).toEqual(['sleep 69']);
  });

  it('ignores what it is told to ignore', async () => {
    await using tracker = trackProcesses({ ...quick, ignore: (one) => one.commandLine === 'sleep 70' });
    const child = start('sleep', ['70']);
    expect(await tracker.leaked()).toEqual([]);
    expect(tracker.seen.map(({ pid }) => pid)).toEqual([child.pid]);
  });

  it('names every survivor when it is asked to fail', async () => {
    await using tracker = trackProcesses(quick);
    const child = start('sleep', ['71']);
    const error: unknown = await tracker.assertNoneLeaked().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ProcessGuardError);
    expect(error).toMatchObject({ code: 'PROCESSES_LEAKED', survivors: [{ pid: child.pid }] });
    expect((error as Error).message).toMatch(new RegExp(`pid ${child.pid} \\(S.*\\): sleep 71`));
  });

  it('fails its scope for a survivor that nobody asked about, and ends it', async () => {
    const tracker = trackProcesses(quick);
    const child = start('sleep', ['72']);
    await expect(tracker[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'PROCESSES_LEAKED', survivors: [{ pid: child.pid }] });
    expect(await untilGone(child.pid!, { withinMs: 10_000 })).toBe(true);
    await expect(tracker.leaked()).rejects.toMatchObject({ code: 'GUARD_ENDED' });
    await tracker[Symbol.asyncDispose]();
  });

  it('takes its marker out of the environment at the end', async () => {
    const before = { ...process.env };
    const tracker = trackProcesses(quick);
    expect(Object.keys(tracker.env).map((name) => process.env[name])).toEqual(['1']);
    await tracker[Symbol.asyncDispose]();
    expect(process.env).toEqual(before);
  });

  it('lets a process live at its end when told so', async () => {
    const tracker = trackProcesses({ ...quick, killOnDispose: false });
    const child = start('sleep', ['73']);
    await tracker.leaked();
    await tracker[Symbol.asyncDispose]();
    expect(isAlive(child.pid!)).toBe(true);
  });
});

describe('untilGone', () => {
  it('says false for what lives and true for what has gone or never was', async () => {
    const child = start('sleep', ['74']);
    expect(await untilGone(child.pid!, { withinMs: 30 })).toBe(false);
    child.kill('SIGKILL');
    expect(await untilGone(child.pid!, { withinMs: 10_000 })).toBe(true);
    expect(await untilGone({ pid: process.pid, startTime: '1' })).toBe(true);
  });
});
