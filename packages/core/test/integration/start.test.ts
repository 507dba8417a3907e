import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTransport, openSession, SubwireError, type TransportOptions } from '@subwire/core';
import { fakeCli, trackProcesses } from '@subwire/testing';

let folder: string;
const guard = trackProcesses();
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-start-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

// Measured: 25 to 260 ms. A reason that is found only by waiting comes after the 60 s of `initialize`; a machine that is busy with other tests takes seconds.
const soonMs = 5000;

interface Failure {
  readonly error: SubwireError;
  readonly elapsedMs: number;
}

async function failureOf(options: TransportOptions): Promise<Failure> {
  const startedAt = performance.now();
  const error: unknown = await openSession(options).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(SubwireError.is(error)).toBe(true);
  return { error: error as SubwireError, elapsedMs: performance.now() - startedAt };
}

test('a missing executable is CLI_NOT_FOUND at once, with what was searched', async () => {
  const { error, elapsedMs } = await failureOf({ command: '/nowhere/claude' });
  expect(error).toMatchObject({ code: 'CLI_NOT_FOUND', searched: [{ path: '/nowhere/claude', why: 'no such file' }] });
  expect(elapsedMs).toBeLessThan(soonMs);
});

test('an executable that is not on PATH is CLI_NOT_FOUND with each folder that was searched', async () => {
  const { error } = await failureOf({ command: 'claude', env: { PATH: `${folder}:/nowhere` } });
  expect(error).toMatchObject({ code: 'CLI_NOT_FOUND', searched: [{ path: path.join(folder, 'claude') }, { path: '/nowhere/claude' }] });
});

test('a missing working directory is CWD_NOT_FOUND and does not blame the executable', async () => {
  const { error, elapsedMs } = await failureOf({ ...fakeCli(), cwd: path.join(folder, 'missing') });
  expect(error).toMatchObject({ code: 'CWD_NOT_FOUND', cwd: path.join(folder, 'missing') });
  expect(elapsedMs).toBeLessThan(soonMs);
});

test('a working directory that is a file is CWD_NOT_FOUND', async () => {
  const file = path.join(folder, 'file');
  await writeFile(file, '');
  expect((await failureOf({ ...fakeCli(), cwd: file })).error).toMatchObject({
    code: 'CWD_NOT_FOUND',
    message: expect.stringContaining('not a directory'),
  });
});

test('a script without its interpreter is INTERPRETER_NOT_FOUND, and a file that may not run is CLI_NOT_EXECUTABLE', async () => {
  const script = path.join(folder, 'claude');
  await writeFile(script, '#!/nowhere/interpreter\n', { mode: 0o755 });
  expect((await failureOf({ command: script })).error).toMatchObject({ code: 'INTERPRETER_NOT_FOUND', command: script });
  const plain = path.join(folder, 'plain');
  await writeFile(plain, '', { mode: 0o644 });
  expect((await failureOf({ command: plain, allowedCommands: ['plain'] })).error).toMatchObject({
    code: 'CLI_NOT_EXECUTABLE',
    command: plain,
  });
});

test('a command that is not allowed is refused before anything starts', async () => {
  expect((await failureOf({ command: '/bin/sh' })).error).toMatchObject({ code: 'COMMAND_NOT_ALLOWED', command: 'sh' });
});

test('a CLI that exits at once is EXIT_EARLY at once, with its code and its last words', async () => {
  const { error, elapsedMs } = await failureOf({ command: ['node', '-e', 'console.error("no such flag"); process.exit(3)', '--'] });
  expect(error).toMatchObject({ code: 'EXIT_EARLY', exitCode: 3, phase: 'initializing', stderrTail: ['no such flag'] });
  expect(error.message).toContain('no such flag');
  expect(elapsedMs).toBeLessThan(soonMs);
});

test('a CLI that exits at once with code 0 is EXIT_EARLY as well, never an orderly end', async () => {
  expect((await failureOf({ command: '/bin/true', allowedCommands: ['true'] })).error).toMatchObject({ code: 'EXIT_EARLY', exitCode: 0 });
});

test('an abort while connecting rejects with its own reason and leaves no process', async () => {
  const reason = new Error('changed my mind');
  const transport = createTransport({ ...fakeCli() });
  const controller = new AbortController();
  const connecting = transport.connect({ signal: controller.signal });
  controller.abort(reason);
  await expect(connecting).rejects.toBe(reason);
  expect(transport.state).toBe('closed');
});
