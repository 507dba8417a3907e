import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession, type SessionOptions, type SpawnSpec } from '@subwire/core';
import {
  fakeCli,
  MockProcess,
  mockSpawner,
  playScenario,
  readTranscript,
  recordTranscript,
  replayTranscript,
  type TranscriptLine,
} from '@subwire/testing';

const scenario = { reply: 'good morning' };
let folder: string;
let cassette: readonly TranscriptLine[];

/** One prompt, a change of the model, another prompt: what every double must carry. */
async function converse(options: SessionOptions, prompts: readonly [string, string] = ['one', 'two']): Promise<readonly unknown[]> {
  await using session = await openSession(options);
  const first = await session.prompt(prompts[0]).result();
  await session.setModel('claude-haiku-4-5');
  const second = await session.prompt(prompts[1]).result();
  return [session.info.commands?.length !== undefined, first.result, second.result, second.is_error];
}

const expected = [true, 'good morning', 'good morning', false];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-doubles-'));
  const file = path.join(folder, 'session.ndjson');
  const real = (spec: SpawnSpec) =>
    spawn(spec.file, [...spec.args], { cwd: spec.cwd, env: { ...spec.env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const spawner = recordTranscript({ path: file, spawner: real, run: 'session', redact: false });
  expect(await converse({ ...fakeCli(scenario), spawner })).toEqual(expected);
  cassette = (await readTranscript(file)).get('session') ?? [];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('P36 the same conversation passes against every double', () => {
  test('a MockProcess that plays a scenario in memory', async () => {
    const spawner = mockSpawner(() => {
      const child = new MockProcess();
      playScenario(child, scenario);
      return child;
    });
    expect(await converse({ command: 'claude', spawner })).toEqual(expected);
  });

  test('the fake CLI, a process', async () => {
    expect(await converse(fakeCli(scenario))).toEqual(expected);
  });

  test('a recorded cassette', async () => {
    const replay = replayTranscript(cassette);
    expect(await converse({ command: 'claude', spawner: replay.spawner })).toEqual(expected);
    replay.assertFinished();
  });
});

test('P36 a host that says something else than was recorded is told the field', async () => {
  const replay = replayTranscript(cassette);
  await converse({ command: 'claude', spawner: replay.spawner }, ['one', 'three']).catch(() => undefined);
  expect(() => replay.assertFinished()).toThrow(/message\.content/);
});

test('P36 a cassette that was not played to its end fails', async () => {
  const replay = replayTranscript(cassette);
  expect(() => replay.assertFinished()).toThrow(expect.objectContaining({ code: 'REPLAY_UNFINISHED' }));
  const session = await openSession({ command: 'claude', spawner: replay.spawner });
  await session.close();
  expect(() => replay.assertFinished()).toThrow();
});
