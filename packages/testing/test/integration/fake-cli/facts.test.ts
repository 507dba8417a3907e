import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, it } from 'vitest';
import { fakeCli } from '../../../src/fake-cli/fake-cli.ts';
import { isAlive } from '../../../src/guard/process-state.ts';
import { trackProcesses } from '../../../src/guard/track-processes.ts';
import { MockProcess } from '../../../src/mock/mock-process.ts';
import { answerTo, control, isType, pause, startFake, streamArgs } from './start-fake.ts';

/** Facts about processes on which the rest is built, each shown by an experiment. Where a double has to behave like that, it is shown of the double too. */
const guard = trackProcesses();
afterAll(async () => {
  await guard.assertNoneLeaked();
  await guard[Symbol.asyncDispose]();
});

async function reportedChildren(stderr: () => string): Promise<readonly number[]> {
  await expect.poll(() => /children: [\d ]+\n/u.test(stderr()), { timeout: 10_000 }).toBe(true);
  return [...stderr().matchAll(/children: ([\d ]+)\n/gu)].flatMap((match) => match[1]!.split(' ').map(Number));
}

it('V4 a descendant that has stdout open delays close, not exit', async () => {
  await using fake = startFake({ faults: [{ name: 'start-child', kind: 'hold-stdout', ms: 1200, report: true }] });
  await reportedChildren(fake.stderr);
  const closed = once(fake.child, 'close').then(() => performance.now());
  fake.end();
  await fake.exit;
  const exited = performance.now();
  expect((await closed) - exited).toBeGreaterThan(300);
});

it('V5 SIGKILL to the group does not reach a descendant with a session of its own', async () => {
  const faults = (['plain', 'setsid'] as const).map((kind) => ({ name: 'start-child' as const, kind, ms: 20_000, report: true }));
  await using fake = startFake({ faults }, { spawn: { detached: true } });
  await expect.poll(() => fake.stderr().match(/children:/gu)?.length, { timeout: 10_000 }).toBe(2);
  const [plain, escaped] = (await reportedChildren(fake.stderr)) as [number, number];
  process.kill(-fake.child.pid!, 'SIGKILL');
  await fake.exit;
  await expect.poll(() => isAlive(plain)).toBe(false);
  expect(isAlive(escaped)).toBe(true);
  process.kill(escaped, 'SIGKILL');
});

it('V6 with stderr unread, 64 KiB pass and 1 MiB never do: a test with the size of a pipe passes falsely', async () => {
  const answers = async (bytes: number, patienceMs: number): Promise<boolean> => {
    await using fake = startFake({ faults: [{ name: 'flood-stderr', bytes }] }, { deaf: true });
    let stdout = '';
    fake.child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    fake.send(control('mcp_status'));
    const deadline = Date.now() + patienceMs;
    while (!stdout.includes('mcp_status') && Date.now() < deadline) await pause(10);
    return stdout.includes('mcp_status');
  };
  expect(await answers(64 * 1024, 10_000)).toBe(true);
  expect(await answers(1024 * 1024, 1000)).toBe(false);
});

it('V6 drained, 4 MiB of stderr hold nothing up', async () => {
  await using fake = startFake({ faults: [{ name: 'flood-stderr' }] });
  fake.send(control('mcp_status'));
  await fake.frame(answerTo('mcp_status'));
  expect(fake.stderr().length).toBe(4 * 1024 * 1024);
});

it('V7 a large prompt to a child that prints first and reads later is flushed only while its output is read', async () => {
  const scenario = { faults: [{ name: 'flood-stdout', bytes: 1024 * 1024 }] } as const;
  const prompt = `${JSON.stringify({ type: 'user', message: { role: 'user', content: 'x'.repeat(1024 * 1024) } })}\n`;
  const flushed = async (deaf: boolean, patienceMs: number): Promise<boolean> => {
    await using fake = startFake(scenario, { deaf });
    let done = false;
    fake.child.stdin!.write(prompt, () => (done = true));
    const deadline = Date.now() + patienceMs;
    while (!done && Date.now() < deadline) await pause(10);
    return done;
  };
  expect(await flushed(true, 700)).toBe(false);
  expect(await flushed(false, 10_000)).toBe(true);
});

it('V7 the mock holds writes back in the same way', async () => {
  const child = new MockProcess().read(false);
  let done = false;
  child.stdin.write('x'.repeat(1024 * 1024), () => (done = true));
  await once(child, 'spawn');
  await pause(30);
  expect(done).toBe(false);
  child.read(true);
  await expect.poll(() => done).toBe(true);
});

it('V8 a clean exit is no proof of a complete stream', () => {
  const size = 3 * 1024 * 1024;
  const writer = `process.stdout.write('x'.repeat(${size})); process.exit(0)`;
  const received = Number(execFileSync('/bin/sh', ['-c', `"${process.execPath}" -e "${writer}" | (sleep 0.4; wc -c)`]).toString());
  expect(received).toBeGreaterThanOrEqual(65_536);
  expect(received).toBeLessThan(size);
  expect(received % 65_536).toBe(0);
});

it('V8 the fake flushes before it leaves, unless it is told to cut its last line off', async () => {
  await using whole = startFake({ turns: [{ kind: 'huge', bytes: 2_000_000 }] });
  whole.send({ type: 'user', message: { role: 'user', content: 'go' } });
  whole.end();
  expect(await whole.exit).toEqual({ code: 0, signal: null });
  await expect.poll(() => whole.frames().at(-1)?.['type'], { timeout: 5000 }).toBe('result');
  await using cut = startFake({ turns: [{ kind: 'huge', bytes: 2_000_000 }], faults: [{ name: 'truncated-last-line' }] });
  cut.send({ type: 'user', message: { role: 'user', content: 'go' } });
  expect(await cut.exit).toEqual({ code: 0, signal: null });
  await pause(50);
  expect(cut.frames().some(isType('result'))).toBe(false);
});

const writesToDead = (listens: boolean): string => `
  const child = require('node:child_process').spawn('/bin/false');
  ${listens ? "child.stdin.on('error', () => console.log('listened'));" : ''}
  const end = Date.now() + 100;
  while (Date.now() < end);
  child.stdin.write('x');
  setTimeout(() => console.log('alive'), 300);
`;

it('V9 a write to a process that is dead kills a host that does not listen on stdin', () => {
  const careless = spawnSync(process.execPath, ['-e', writesToDead(false)]);
  expect([careless.status, careless.stdout.toString()]).toEqual([1, '']);
  expect(careless.stderr.toString()).toContain('EPIPE');
  const careful = spawnSync(process.execPath, ['-e', writesToDead(true)]);
  expect([careful.status, careful.stdout.toString()]).toEqual([0, 'listened\nalive\n']);
});

it('V9 the mock does the same to it', async () => {
  const child = new MockProcess();
  child.exit(1);
  const error = once(child.stdin, 'error');
  child.stdin.write('x');
  expect(await error).toMatchObject([{ code: 'EPIPE' }]);
  expect(child.stdin.listenerCount('error')).toBe(0);
});

it('V10 a directory that does not exist is reported as a missing executable', async () => {
  const child = spawn(process.execPath, ['-v'], { cwd: '/no/such/directory' });
  const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException];
  expect([error.code, error.path]).toEqual(['ENOENT', process.execPath]);
});

it('V12 256 open files are soon used up', async () => {
  const [file, program] = fakeCli().command as [string, string];
  const { env } = fakeCli({ faults: [{ name: 'open-files', count: 1000 }] });
  const child = spawn('/bin/sh', ['-c', 'ulimit -n 256; exec "$0" "$@"', file, program, ...streamArgs], { env: { ...env } });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.resume();
  await expect.poll(() => stderr, { timeout: 10_000 }).toMatch(/EMFILE after \d+ opens/u);
  const opens = Number(/after (\d+) opens/u.exec(stderr)![1]);
  expect(opens).toBeLessThan(256);
  expect(opens).toBeGreaterThan(200);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

it('V13 a limit on CPU seconds kills without a chance to clean up', async () => {
  const [file, program] = fakeCli().command as [string, string];
  const { env } = fakeCli({ faults: [{ name: 'burn-cpu' }] });
  const child = spawn('/bin/sh', ['-c', 'ulimit -t 1; exec "$0" "$@"', file, program, ...streamArgs], { env: { ...env } });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.resume();
  child.stdin.write(`${JSON.stringify(control('initialize'))}\n`);
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  expect(stdout).toContain('"request_id":"initialize"');
});
