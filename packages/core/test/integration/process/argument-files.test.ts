import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTransport, type Transport, type TransportOptions } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { eventually } from './support.ts';

const guard = trackProcesses({ graceMs: 15_000 });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'subwire-test-args-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const ours = (): readonly string[] => readdirSync(folder).filter((name) => /^subwire-(args|home)-/.test(name));
const secret = 'q7settings9xm4';
const settings = JSON.stringify({ env: { TOKEN: secret }, long: 'x'.repeat(200_000) });
/** Says what it finds in the file of its flag, and the rights of that and of its folder; silent until it is spoken to, if it is told so. */
const reader = (speaks: boolean): NonNullable<TransportOptions['command']> => [
  'node',
  '-e',
  `const fs = require('node:fs'); const file = process.argv.find((word) => word.startsWith('--settings=')).slice(11);
   const mode = (one) => (fs.statSync(one).mode & 0o777).toString(8);
   const say = () => console.log(JSON.stringify({ type: 'keep_alive', text: fs.readFileSync(file, 'utf8'), modes: [mode(file), mode(require('node:path').dirname(file))] }));
   ${speaks ? 'say(); process.stdin.resume()' : "process.stdin.once('data', say)"}`,
  '--',
];

async function start(speaks: boolean): Promise<Transport> {
  const transport = createTransport({ command: reader(speaks), fileArgs: { settings }, args: ['--verbose'] });
  await transport.connect();
  return transport;
}

const said = (transport: Transport) =>
  firstValueFrom(transport.messages$.pipe(filter((one) => 'modes' in one))) as unknown as Promise<{
    text: string;
    modes: readonly string[];
  }>;

test('P33 long and secret values come by a file for this user alone, which is gone once the process speaks', async () => {
  const transport = await start(true);
  const words = readFileSync(`/proc/${transport.pid}/cmdline`, 'utf8').split('\0');
  expect(words.find((word) => word.startsWith('--settings='))).toMatch(/subwire-args-[0-9a-f]{32}\/settings\.json$/);
  expect(words.join(' ')).not.toContain(secret);
  expect(words.join(' ').length).toBeLessThan(8192);
  expect(await said(transport)).toMatchObject({ text: settings, modes: ['600', '700'] });
  expect(await eventually(() => ours().length === 0, 5000)).toBe(true);
  await transport.close();
});

test('P33 it stays for a process that is slow to read it, and goes with one that never speaks', async () => {
  const slow = await start(false);
  expect(ours()).toHaveLength(1);
  await slow.send('read it now');
  expect((await said(slow)).text).toBe(settings);
  await slow.close();
  const silent = await start(false);
  expect(ours()).toHaveLength(1);
  await silent.close();
  expect(ours()).toEqual([]);
});

test('P20 what the system would not take is refused before anything is started, by its name', async () => {
  const transport = createTransport({ command: reader(true), fileArgs: { settings }, args: [`--append=${secret.repeat(10_000)}`] });
  const cause: unknown = await transport.connect().catch((error: unknown) => error);
  expect(cause).toMatchObject({ code: 'INVALID_OPTION', option: 'args', message: expect.stringMatching(/\(--append\) has 140009 bytes/) });
  expect(String(cause)).not.toContain(secret);
  expect([transport.pid, ours()]).toEqual([undefined, []]);
});

test('a name that is no flag, and a value that is no text, are refused', () => {
  expect(() => createTransport({ fileArgs: { '../x': 'y' } })).toThrow(/no name of a flag/);
  expect(() => createTransport({ fileArgs: { settings: {} as string } })).toThrow(/must be a string/);
});
