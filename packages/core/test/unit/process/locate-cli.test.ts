import { expect, test } from 'vitest';
import { SubwireError } from '@subwire/core';
import { readFormat } from '../../../src/process/executable-format.ts';
import type { FileView } from '../../../src/process/file-view.ts';
import { inspectExecutable } from '../../../src/process/inspect-executable.ts';
import { locateIn } from '../../../src/process/locate-cli.ts';
import { findExecutable } from '../../../src/process/preflight.ts';
import { elf, memoryFiles } from './memory-files.ts';

const glibc = '/lib64/ld-linux-x86-64.so.2';
const musl = '/lib/ld-musl-x86_64.so.1';
const env = { PATH: '/usr/local/bin:/usr/bin', HOME: '/home/me' };

async function failureOf(work: Promise<unknown>): Promise<SubwireError & { searched?: readonly { path: string; why: string }[] }> {
  const cause: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(SubwireError.is(cause)).toBe(true);
  return cause as SubwireError;
}

test.each<[string, FileView, string]>([
  ['a missing file', memoryFiles({}), 'CLI_NOT_FOUND'],
  ['a file that may not run', memoryFiles({ '/usr/bin/claude': { executable: false } }), 'CLI_NOT_EXECUTABLE'],
  ['a script without its interpreter', memoryFiles({ '/usr/bin/claude': { content: '#!/opt/node/bin/node\n' } }), 'INTERPRETER_NOT_FOUND'],
  [
    'a script for a program that is not on the PATH of the agent',
    memoryFiles({ '/usr/bin/claude': { content: '#!/usr/bin/env -S node --flag\n' }, '/usr/bin/env': {} }),
    'INTERPRETER_NOT_FOUND',
  ],
  ['a build for another processor', memoryFiles({ '/usr/bin/claude': { content: elf(183, glibc) }, [glibc]: {} }), 'WRONG_ARCHITECTURE'],
  ['a build for another system', memoryFiles({ '/usr/bin/claude': { content: 'MZ' } }), 'WRONG_ARCHITECTURE'],
  ['a build for another C library', memoryFiles({ '/usr/bin/claude': { content: elf(62, musl) }, [glibc]: {} }), 'WRONG_LIBC'],
])('P38 %s has a code of its own', async (_, view, code) => {
  expect((await failureOf(findExecutable('claude', '/', env, view))).code).toBe(code);
});

test.each<[string, FileView, string]>([
  ['on PATH', memoryFiles({ '/usr/bin/claude': {} }), '/usr/bin/claude'],
  [
    'from the native installer',
    memoryFiles({ '/home/me/.local/bin/claude': { content: elf(62, glibc) }, [glibc]: {} }),
    '/home/me/.local/bin/claude',
  ],
  ['from an older local install', memoryFiles({ '/home/me/.claude/local/claude': {} }), '/home/me/.claude/local/claude'],
  ['from Homebrew', memoryFiles({ '/opt/homebrew/bin/claude': {} }, { platform: 'darwin', arch: 'arm64' }), '/opt/homebrew/bin/claude'],
  [
    'as a package above the working directory, the build for this C library',
    memoryFiles({
      '/work/node_modules/@anthropic-ai/claude-code-linux-x64/claude': { content: elf(62, glibc) },
      '/work/node_modules/@anthropic-ai/claude-code-linux-x64-musl/claude': { content: elf(62, musl) },
      [musl]: {},
    }),
    '/work/node_modules/@anthropic-ai/claude-code-linux-x64-musl/claude',
  ],
  [
    'behind a file on PATH that cannot be run here',
    memoryFiles({ '/usr/local/bin/claude': { content: elf(183, glibc) }, '/usr/bin/claude': { content: elf(62, glibc) }, [glibc]: {} }),
    '/usr/bin/claude',
  ],
])('P39 the CLI is found %s', async (_, view, path) => {
  expect(await locateIn(view, { env })).toMatchObject({ path, command: [path] });
});

test('P39 a build for the wrong C library is WRONG_LIBC, never "not found", and every candidate is explained', async () => {
  const view = memoryFiles({ '/usr/bin/claude': { content: elf(62, musl) }, '/home/me/.bun/bin/claude': { executable: false } });
  const error = await failureOf(locateIn(view, { env }));
  expect(error).toMatchObject({ code: 'WRONG_LIBC', command: '/usr/bin/claude' });
  expect(error.searched).toContainEqual({ path: '/usr/local/bin/claude', why: 'no such file' });
  expect(error.searched).toContainEqual({ path: '/usr/bin/claude', why: `built for musl: its loader ${musl} is not there` });
  expect(error.searched).toContainEqual({ path: '/home/me/.bun/bin/claude', why: 'not executable' });
});

test('P39 a program inside an archive says so', async () => {
  const inspection = await inspectExecutable(memoryFiles({}), env, '/app/resources/app.asar/node_modules/claude');
  expect(inspection).toMatchObject({ ok: false, why: expect.stringContaining('archive') });
});

test('P38 an environment without PATH is searched along the PATH of the host', async () => {
  const view = memoryFiles({ '/opt/bin/claude': {} }, { hostPath: '/opt/bin' });
  expect(await findExecutable('claude', '/', {}, view)).toEqual(['/opt/bin/claude']);
});

const shim =
  '@ECHO off\r\nIF EXIST "%dp0%\\node.exe" (\r\n) \r\n"%_prog%"  "%dp0%\\node_modules\\@anthropic-ai\\claude-code\\cli.js" %*\r\n';
const onWindows = (files: Parameters<typeof memoryFiles>[0]): FileView => memoryFiles(files, { platform: 'win32' });
const windowsEnv = { Path: 'C:\\Program Files\\npm', APPDATA: 'C:\\Users\\me\\AppData\\Roaming', USERPROFILE: 'C:\\Users\\me' };
const npm = 'C:\\Program Files\\npm';
const script = `${npm}\\node_modules\\@anthropic-ai\\claude-code\\cli.js`;

test.each<[string, FileView, readonly string[]]>([
  [
    'a native program',
    onWindows({ 'C:\\Users\\me\\.local\\bin\\claude.exe': { content: 'MZ' } }),
    ['C:\\Users\\me\\.local\\bin\\claude.exe'],
  ],
  [
    'a native program beside a batch file',
    onWindows({ [`${npm}\\claude.exe`]: { content: 'MZ' }, [`${npm}\\claude.cmd`]: { content: shim } }),
    [`${npm}\\claude.exe`],
  ],
  [
    'a batch file alone, in a path with spaces',
    onWindows({ [`${npm}\\claude.cmd`]: { content: shim }, [script]: {} }),
    ['C:\\node\\node.exe', script],
  ],
  [
    'a batch file with a Node beside it',
    onWindows({ [`${npm}\\claude.cmd`]: { content: shim }, [script]: {}, [`${npm}\\node.exe`]: { content: 'MZ' } }),
    [`${npm}\\node.exe`, script],
  ],
  [
    'a batch file for a native program',
    onWindows({ [`${npm}\\claude.cmd`]: { content: '@"%~dp0\\bin\\claude.exe" %*' }, [`${npm}\\bin\\claude.exe`]: { content: 'MZ' } }),
    [`${npm}\\bin\\claude.exe`],
  ],
])('P20 on Windows %s becomes a command without a shell, the same for a start and for a probe', async (_, view, command) => {
  expect((await locateIn(view, { env: windowsEnv })).command).toEqual(command);
  if (command.some((word) => word.startsWith(npm))) expect(await findExecutable('claude', 'C:\\', windowsEnv, view)).toEqual(command);
});

test('P20 a batch file that is no shim is refused with an explanation', async () => {
  const view = onWindows({ [`${npm}\\claude.cmd`]: { content: '@echo hello %*' } });
  const error = await failureOf(findExecutable('claude', 'C:\\', windowsEnv, view));
  expect(error).toMatchObject({ code: 'BATCH_FILE_REFUSED', message: expect.stringContaining('cmd.exe') });
});

test('the head of a file that is cut off anywhere is never more than an unknown format', () => {
  const head = elf(62, glibc);
  for (let length = 0; length < 64; length++) expect(readFormat(head.subarray(0, length))).toEqual({ kind: 'other' });
  expect(readFormat(head)).toEqual({ kind: 'elf', arch: 'x64', loader: { offset: 160, length: glibc.length + 1 } });
});
