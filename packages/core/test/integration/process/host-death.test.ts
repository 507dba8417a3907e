import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, stop } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive, trackProcesses } from '@subwire/testing';
import { carriersOf, eventually } from './support.ts';

const guard = trackProcesses();
let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-host-'));
  program = path.join(folder, 'host.mjs');
  await build({
    stdin: { contents: hostProgram, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['@subwire/source'],
    logLevel: 'error',
  });
  // Its service is a process, too.
  await stop();
});
const hosts: ChildProcess[] = [];
afterAll(async () => {
  for (const host of hosts) host.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

/** A host with agents that each have a tool in a session of its own; both ignore TERM if they are told to. */
const hostProgram = `
import { createTransport } from '@subwire/core';
import { firstValueFrom } from 'rxjs';
const options = JSON.parse(process.argv[2]);
process.on('warning', (warning) => { throw warning; });
const pids = [];
const count = () => ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name));
const before = count();
for (let index = 0; index < options.agents; index++) {
  const transport = createTransport({ command: ['python3', '-I', '-S', '-c', options.script], ...options.transport });
  transport.messages$.subscribe({ error: () => {} });
  await transport.connect();
  await firstValueFrom(transport.messages$);
  pids.push(transport.pid);
}
console.log(JSON.stringify({ pids, listeners: count().map((now, index) => now - before[index]) }));
if (options.exit) process.exit(0);
setInterval(() => {}, 1000);
`;

const agentScript = (rest: string): string => `
import os, signal, sys, time
tool = os.fork()
if tool == 0:
    os.setsid()
    ${rest.includes('stubborn') ? 'signal.signal(signal.SIGTERM, signal.SIG_IGN)' : 'pass'}
    time.sleep(1000)
${rest.includes('stubborn') ? 'signal.signal(signal.SIGTERM, signal.SIG_IGN)' : ''}
print('{"type":"keep_alive"}', flush=True)
${rest.includes('turn') ? "sys.stdin.read(); time.sleep(1); print('{\"type\":\"keep_alive\",\"done\":true}', flush=True); os.kill(tool, 9); open(sys.argv[1] if len(sys.argv) > 1 else os.environ['DONE_FILE'], 'w').write('done'); sys.exit(0)" : 'time.sleep(1000)'}
`;

interface Host {
  readonly child: ChildProcess;
  readonly tag: string;
  readonly pids: readonly number[];
  readonly listeners: readonly number[];
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
}

let count = 0;
async function startHost(
  script: string,
  more: { agents?: number; exit?: boolean; transport?: object; env?: Record<string, string> } = {},
): Promise<Host> {
  const tag = `host-death-${process.pid}-${(count += 1)}`;
  const { env, transport, ...rest } = more;
  const options = { agents: 1, script, ...rest, transport: { env: { TREE_TAG: tag, ...env }, ...transport } };
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  hosts.push(child);
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const line = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve));
  return { child, tag, exit, ...(JSON.parse(line) as { pids: number[]; listeners: number[] }) };
}

test.each(['cgroup', 'pdeathsig', 'pid-namespace', 'plain'])(
  'P01 SIGKILL of the host leaves 0 processes within 15 s (%s)',
  async (containment) => {
    const host = await startHost(agentScript('stubborn'), { agents: 3, transport: { containment } });
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
  const children = (await readFile(`/proc/${host.child.pid}/task/${host.child.pid}/children`, 'utf8')).trim().split(' ').map(Number);
  const helpers = children.filter((pid) => !host.pids.includes(pid));
  expect(helpers).toHaveLength(1);
  const resident = /^Rss:\s+(\d+)/m.exec(await readFile(`/proc/${helpers[0]}/smaps_rollup`, 'utf8'))?.[1];
  expect(Number(resident)).toBeLessThan(2500);
  host.child.kill('SIGTERM');
  expect(await host.exit).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await eventually(() => carriersOf(`TREE_TAG=${host.tag}`).length === 0, 15_000)).toBe(true);
  expect(await eventually(() => !isAlive(helpers[0]!), 5000)).toBe(true);
});

test('P49 the first SIGINT to the group lets a running turn end, then the host dies of it', async () => {
  const done = path.join(folder, 'done');
  const host = await startHost(agentScript('turn'), { env: { DONE_FILE: done } });
  process.kill(-host.child.pid!, 'SIGINT');
  expect(await host.exit).toEqual({ code: null, signal: 'SIGINT' });
  expect(await readFile(done, 'utf8')).toBe('done');
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
