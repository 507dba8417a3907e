import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { firstValueFrom, skip } from 'rxjs';
import { expect, test } from 'vitest';
import { fakeCli, type Fault, recordTranscript, trackProcesses } from '@subwire/testing';
import { createTransport, openSession, type Spawner, type SpawnSpec } from '../../../src/index.ts';
import { carriersOf } from './support.ts';

test('who listens by wrapping the spawner hears both directions, and the process keeps its guard and its tree', async () => {
  await using tracker = trackProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-wrapped-'));
  const file = path.join(folder, 'session.ndjson');
  const faults: Fault[] = [{ name: 'start-child', kind: 'setsid' }];
  const fake = fakeCli({ faults });
  const tag = `WRAPPED=${process.pid}`;
  const specs: SpawnSpec[] = [];
  const wrapSpawner = (spawner: Spawner): Spawner => {
    const recording = recordTranscript({ path: file, spawner });
    return (spec) => {
      specs.push(spec);
      return recording(spec);
    };
  };
  // Settings in a file, and not in an argument, are for processes of this host alone.
  const settings = { env: { HIDDEN: 'in-a-file' } };
  const session = await openSession({ ...fake, env: { ...fake.env, WRAPPED: String(process.pid) }, settings, wrapSpawner });
  const result = await session.prompt('hello').result();
  expect(result.result).toBe('hello');
  expect(carriersOf(tag).length).toBeGreaterThan(1);
  const { killed, survivors } = await session.close();
  expect(killed.length).toBeGreaterThan(0);
  expect(survivors).toEqual([]);
  expect(carriersOf(tag)).toEqual([]);
  expect(specs).toHaveLength(1);
  expect(JSON.stringify(specs[0]?.args)).not.toContain('in-a-file');
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  expect(lines.some((line) => line.includes('initialize'))).toBe(true);
  expect(lines.some((line) => line.includes('"type":"result"') || line.includes('\\"type\\":\\"result\\"'))).toBe(true);
  await rm(folder, { recursive: true });
  expect(await tracker.leaked()).toEqual([]);
});

test('a process that is listened to is checked before it is started, as any other', async () => {
  let started = 0;
  const wrapSpawner =
    (spawner: Spawner): Spawner =>
    (spec) => {
      started += 1;
      return spawner(spec);
    };
  const node = { command: ['node', '-e', 'console.log("{}"); console.log("{}")'], wrapSpawner } as const;
  await expect(createTransport({ ...node, cwd: '/nowhere' }).connect()).rejects.toMatchObject({ code: 'CWD_NOT_FOUND' });
  await expect(createTransport({ ...node, command: '/nowhere/claude' }).connect()).rejects.toMatchObject({ code: 'CLI_NOT_FOUND' });
  expect(started).toBe(0);
  const transport = createTransport(node);
  await transport.connect();
  expect(await firstValueFrom(transport.messages$.pipe(skip(1)))).toMatchObject({ raw: {} });
  await transport.close();
  expect(started).toBe(1);
});
