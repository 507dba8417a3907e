import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTransport, locateCli } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { probeVersion } from '../../../src/process/check-version.ts';

let folder: string;
const guard = trackProcesses();
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-version-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

async function start(version: string): Promise<readonly string[]> {
  const file = path.join(folder, `cli-${version}.cjs`);
  await writeFile(file, `if (process.argv.includes('--version')) console.log('${version} (Claude Code)'); else process.stdin.resume()`);
  const transport = createTransport({ command: ['node', file], versionCheck: 'probe' });
  const diagnostics = lastValueFrom(transport.diagnostics$.pipe(toArray()));
  try {
    await transport.connect();
  } finally {
    await transport.close();
  }
  return (await diagnostics).map(({ code }) => code);
}

test('P40 a CLI that is too old is refused before the start, with its version and the fix', async () => {
  await expect(start('1.0.33')).rejects.toMatchObject({
    code: 'CLI_TOO_OLD',
    version: '1.0.33',
    message: expect.stringContaining('Update'),
  });
});

test('P40 a newer one than tested, and one that tells no version, start with a diagnostic; a tested one without', async () => {
  expect(await start('99.0.0')).toEqual(['CLI_UNTESTED']);
  expect(await start('banana')).toEqual(['CLI_UNTESTED']);
  expect(await start('2.1.300')).toEqual([]);
});

test('P40 the probe is bounded against a program that ignores TERM, and asks the same file once', async () => {
  const log = path.join(folder, 'log');
  const stubborn = path.join(folder, 'stubborn');
  await writeFile(stubborn, "#!/bin/sh\ntrap '' TERM\nsleep 1000\n", { mode: 0o755 });
  const startedAt = performance.now();
  expect(await probeVersion([stubborn], { PATH: process.env['PATH'] }, 200)).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(3000);
  const counting = path.join(folder, 'claude');
  await writeFile(counting, `#!/bin/sh\necho run >> ${log}\necho "2.1.7 (Claude Code)"\n`, { mode: 0o755 });
  const env = { PATH: process.env['PATH'] };
  expect(await locateCli({ path: counting, env, probe: true })).toMatchObject({ version: '2.1.7', command: [counting] });
  expect(await locateCli({ path: counting, env, probe: true })).toMatchObject({ version: '2.1.7' });
  expect(await readFile(log, 'utf8')).toBe('run\n');
});
