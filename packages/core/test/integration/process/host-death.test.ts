import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isAlive, trackProcesses } from '@subwire/testing';
import { agentScript, buildHost } from './host-program.ts';
import { carriersOf, eventually, findPython } from './support.ts';

const python = findPython();

const guard = trackProcesses();
let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-host-'));
  program = await buildHost(folder);
});
const hosts: ChildProcess[] = [];
afterAll(async () => {
  for (const host of hosts) host.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

interface Host {
  readonly child: ChildProcess;
  readonly tag: string;
  readonly pids: readonly number[];
  readonly listeners: readonly number[];
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
}

let count = 0;
async function startHost(
  script: string,
  more: {
    agents?: number;
    unguarded?: number;
    replaces?: boolean;
    exit?: boolean;
    transport?: object;
    env?: Record<string, string>;
    hostEnv?: Record<string, string>;
  } = {},
): Promise<Host> {
  const tag = `host-death-${process.pid}-${(count += 1)}`;
  const { env, transport, hostEnv, ...rest } = more;
  const options = { agents: 1, script, python, ...rest, transport: { env: { TREE_TAG: tag, ...env }, ...transport } };
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { ...process.env, ...hostEnv },
  });
  hosts.push(child);
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const line = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve));
  return { child, tag, exit, ...(JSON.parse(line) as { pids: number[]; listeners: number[] }) };
}

// Side by side: most of it is waiting.
test.concurrent.each(['cgroup', 'pdeathsig', 'pid-namespace', 'plain'])(
  'P01 SIGKILL of the host leaves 0 processes within 15 s (%s)',
  async (containment) => {
    // One that ignores TERM costs the whole grace of the guard: the strongest and the weakest tier show it.
    const script = agentScript(containment === 'pdeathsig' ? '' : 'stubborn');
    const host = await startHost(script, { agents: 3, transport: { containment } });
    expect(carriersOf(`TREE_TAG=${host.tag}`).length).toBeGreaterThanOrEqual(6);
    host.child.kill('SIGKILL');
    expect(await eventually(() => carriersOf(`TREE_TAG=${host.tag}`).length === 0, 15_000)).toBe(true);
  },
);

test('a host that ends by itself takes its agents along, and its exit code stays what it was', async () => {
  const host = await startHost(agentScript(''), { exit: true });
  expect(await host.exit).toEqual({ code: 0, signal: null });
  expect(await eventually(() => carriersOf(`TREE_TAG=${host.tag}`).length === 0, 15_000)).toBe(true);
});

test('without the guard a host that ends by itself still ends its agents, at once', async () => {
  const host = await startHost(agentScript('stubborn'), { exit: true, transport: { orphanGuard: false } });
  await host.exit;
  expect(carriersOf(`TREE_TAG=${host.tag}`)).toEqual([]);
});

test('P47 many agents share one listener per event, and the guard is one process of about 1 MB', async () => {
  const host = await startHost(agentScript(''), { agents: 11, transport: { shutdown: { eofGraceMs: 200 } } });
  expect(host.listeners).toEqual([1, 1, 1, 0]);
  const helpers = (await childrenOf(host.child.pid!)).filter((pid) => !host.pids.includes(pid));
  expect(helpers).toHaveLength(1);
  const resident = /^Rss:\s+(\d+)/m.exec(await readFile(`/proc/${helpers[0]}/smaps_rollup`, 'utf8'))?.[1];
  expect(Number(resident)).toBeLessThan(2500);
  host.child.kill('SIGTERM');
  expect(await host.exit).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await eventually(() => carriersOf(`TREE_TAG=${host.tag}`).length === 0, 15_000)).toBe(true);
  expect(await eventually(() => !isAlive(helpers[0]!), 5000)).toBe(true);
});

/** A silent agent: what it has in files stays there. */
const silent = { isolated: true, credential: 'none', fileArgs: { settings: '{"env":{"TOKEN":"secret"}}' }, containment: 'plain' };
const foldersIn = async (place: string): Promise<readonly string[]> =>
  (await readdir(place)).filter((name) => /^subwire-(args|home)-/.test(name));

test('P32 P33 private directories go with a host that is killed, and with what its guard could not do any more', async () => {
  const place = await mkdtemp(path.join(folder, 'tmp-'));
  const hostEnv = { TMPDIR: place, XDG_RUNTIME_DIR: place };
  // The agent says one thing for the test to wait for, so its arguments are gone; its home is not.
  const killed = await startHost(agentScript(''), { transport: silent, hostEnv });
  expect((await foldersIn(place)).some((name) => name.startsWith('subwire-home-'))).toBe(true);
  killed.child.kill('SIGKILL');
  await vi.waitFor(async () => expect(await foldersIn(place)).toEqual([]), { timeout: 15_000, interval: 50 });
  expect(carriersOf(`TREE_TAG=${killed.tag}`)).toEqual([]);

  const alone = await startHost(agentScript(''), { transport: silent, hostEnv });
  // Its arguments go soon after the first word, not with it.
  await vi.waitFor(async () => expect(await foldersIn(place)).toHaveLength(1), { timeout: 15_000, interval: 20 });
  const helper = (await childrenOf(alone.child.pid!)).find((pid) => !alone.pids.includes(pid))!;
  // Stopped, so that it does not start another guard.
  alone.child.kill('SIGSTOP');
  process.kill(helper, 'SIGKILL');
  alone.child.kill('SIGKILL');
  await alone.exit;
  expect(await foldersIn(place)).toHaveLength(1);
  expect(carriersOf(`TREE_TAG=${alone.tag}`).length).toBeGreaterThan(0);
  const next = await startHost(agentScript(''), { hostEnv, transport: { shutdown: { eofGraceMs: 200 } } });
  await vi.waitFor(async () => expect(await foldersIn(place)).toEqual([]), { timeout: 15_000, interval: 50 });
  expect(carriersOf(`TREE_TAG=${alone.tag}`)).toEqual([]);
  expect(carriersOf(`TREE_TAG=${next.tag}`).length).toBeGreaterThan(0);
  next.child.kill('SIGTERM');
  await next.exit;
});

test('what the guard does not hold is ended by the next host, although the guard has done its work', async () => {
  const place = await mkdtemp(path.join(folder, 'mixed-'));
  const more = { hostEnv: { XDG_RUNTIME_DIR: place }, transport: { containment: 'plain' } };
  const killed = await startHost(agentScript(''), { agents: 2, unguarded: 1, ...more });
  expect(carriersOf(`TREE_TAG=${killed.tag}`)).toHaveLength(4);
  killed.child.kill('SIGKILL');
  const [registry] = await readdir(place);
  // An agent and its tool; the guard has removed the file of its own trees when it is done.
  await vi.waitFor(async () => expect(await readdir(path.join(place, registry!))).toHaveLength(1), { timeout: 15_000, interval: 20 });
  expect(carriersOf(`TREE_TAG=${killed.tag}`)).toHaveLength(2);
  const next = await startHost(agentScript(''), { ...more, transport: { shutdown: { eofGraceMs: 200 } } });
  expect(await eventually(() => carriersOf(`TREE_TAG=${killed.tag}`).length === 0, 15_000)).toBe(true);
  next.child.kill('SIGTERM');
  await next.exit;
});

test('P49 the first SIGINT to the group lets a running turn end, then the host dies of it', async () => {
  const done = path.join(folder, 'done');
  const host = await startHost(agentScript('turn'), { env: { DONE_FILE: done } });
  process.kill(-host.child.pid!, 'SIGINT');
  expect(await host.exit).toEqual({ code: null, signal: 'SIGINT' });
  expect(await readFile(done, 'utf8')).toBe('done');
  expect(carriersOf(`TREE_TAG=${host.tag}`)).toEqual([]);
});

test('P49 a host that is ending starts nothing more, whoever wants to replace what has ended', async () => {
  const host = await startHost(agentScript(''), { replaces: true, transport: { shutdown: { eofGraceMs: 200 } } });
  const said: string[] = [];
  host.child.stdout!.on('data', (text: string) => said.push(text));
  host.child.kill('SIGTERM');
  expect(await host.exit).toEqual({ code: null, signal: 'SIGTERM' });
  expect(said.join('')).toBe('CLOSED\n');
  expect(carriersOf(`TREE_TAG=${host.tag}`)).toEqual([]);
});

test('P49 the second SIGINT kills within a second', async () => {
  const host = await startHost(agentScript('stubborn'), {});
  process.kill(-host.child.pid!, 'SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const startedAt = performance.now();
  process.kill(-host.child.pid!, 'SIGINT');
  expect(await host.exit).toEqual({ code: null, signal: 'SIGINT' });
  expect(await eventually(() => carriersOf(`TREE_TAG=${host.tag}`).length === 0, 1000)).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(1500);
});
