import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeContainment } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { agentScript, buildHost } from './host-program.ts';
import { carriersOf, eventually, findPython } from './support.ts';

const python = findPython();

const guard = trackProcesses();
let folder: string;
let program: string;
const started: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-terminal-'));
  program = await buildHost(folder);
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

interface Shown {
  readonly child: ChildProcess;
  readonly tag: string;
  readonly exit: Promise<number | null>;
  /** Everything that was shown. */
  readonly shown: () => string;
  /** Resolves once this was shown. */
  until(text: string): Promise<boolean>;
}

let count = 0;
function run(command: (host: readonly string[]) => readonly string[], script: string, more: object = {}): Shown {
  const tag = `host-terminal-${process.pid}-${(count += 1)}`;
  const options = { agents: 1, script, python, ...more, transport: { env: { TREE_TAG: tag, DONE_FILE: path.join(folder, tag) } } };
  const [file, ...args] = command([process.execPath, program, JSON.stringify(options)]);
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  child.stdin.on('error', () => undefined);
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, tag, exit, shown: () => shown, until: (text) => eventually(() => shown.includes(text), 15_000) };
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
const onTerminal = (script: string): Shown => run((host) => ['script', '-qec', `exec ${host.map(quoted).join(' ')}`, '/dev/null'], script);
const ctrlC = '\u0003';

test('P49 on a terminal, one Ctrl-C lets a running turn end, and the host dies of it', async () => {
  const host = onTerminal(agentScript('turn'));
  expect(await host.until('"pids"')).toBe(true);
  host.child.stdin!.write(ctrlC);
  expect(await host.exit).toBe(130);
  expect(await readFile(path.join(folder, host.tag), 'utf8')).toBe('done');
  expect(carriersOf(`TREE_TAG=${host.tag}`)).toEqual([]);
});

test('P49 on a terminal, a second Ctrl-C kills at once', async () => {
  const host = onTerminal(agentScript('stubborn'));
  expect(await host.until('"pids"')).toBe(true);
  host.child.stdin!.write(ctrlC);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(carriersOf(`TREE_TAG=${host.tag}`).length).toBeGreaterThan(0);
  const at = performance.now();
  host.child.stdin!.write(ctrlC);
  expect(await host.exit).toBe(130);
  expect(await eventually(() => carriersOf(`TREE_TAG=${host.tag}`).length === 0, 1000)).toBe(true);
  expect(performance.now() - at).toBeLessThan(3000);
  expect(existsSync(path.join(folder, host.tag))).toBe(false);
});

test('P49 a terminal that is closed takes its agents along', async () => {
  const host = onTerminal(agentScript(''));
  expect(await host.until('"pids"')).toBe(true);
  host.child.kill('SIGKILL');
  expect(await eventually(() => carriersOf(`TREE_TAG=${host.tag}`).length === 0, 15_000)).toBe(true);
});

test('P49 a host that runs as process 1 is told so once, with the way out, and still ends its agents', async () => {
  const { unshare } = await probeContainment();
  const inNamespace = (host: readonly string[]): readonly string[] => [...unshare!, '--mount-proc', ...host];
  const host = run(inNamespace, agentScript(''), { agents: 2, warns: true, exit: true });
  expect(await host.until('"pids"')).toBe(true);
  expect(await host.exit).toBe(0);
  expect(host.shown().match(/SUBWIRE_PID_1/g)).toHaveLength(1);
  expect(await eventually(() => carriersOf(`TREE_TAG=${host.tag}`).length === 0, 15_000)).toBe(true);
});
