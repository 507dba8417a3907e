import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fakeCli } from '../../../src/fake-cli/fake-cli.ts';
import { trackProcesses } from '../../../src/guard/track-processes.ts';
import { isObject } from '../../../src/scenario/json.ts';
import { ScenarioError } from '../../../src/scenario/scenario-error.ts';
import { answerTo, control, isResult, isType, startFake, streamArgs, user } from './start-fake.ts';

const guard = trackProcesses();
const folder = mkdtempSync(path.join(tmpdir(), 'fake-cli-'));

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await guard.assertNoneLeaked();
  await guard[Symbol.asyncDispose]();
});

const [node, program] = fakeCli().command as [string, string];

describe('the program', () => {
  it('prints a version, the real one or any other', () => {
    expect(execFileSync(node, [program, '-v'], { env: {} }).toString()).toBe('2.1.329 (Claude Code)\n');
    const { env } = fakeCli({ version: '0.9.0-beta' });
    expect(execFileSync(node, [program, '--version'], { env: { ...env } }).toString()).toBe('0.9.0-beta (Claude Code)\n');
  });

  it('refuses an unknown flag and a scenario that cannot be played, on stderr and with code 1', () => {
    const flag = spawnSync(node, [program, '--no-such-flag'], { env: {}, input: '' });
    expect([flag.status, flag.stderr.toString(), flag.stdout.toString()]).toEqual([1, "error: unknown option '--no-such-flag'\n", '']);
    const scenario = spawnSync(node, [program], { env: { SUBWIRE_FAKE_SCENARIO: '[{"shout":1}]' } });
    expect([scenario.status, scenario.stderr.toString()]).toEqual([
      1,
      expect.stringContaining('The scenario cannot be played: [0] has to be one of: expect'),
    ]);
    const broken = spawnSync(node, [program], { env: { SUBWIRE_FAKE_SCENARIO: '{"a":' } });
    expect([broken.status, broken.stderr.toString()]).toEqual([1, expect.stringContaining('The scenario is not JSON')]);
    const missing = spawnSync(node, [program, '--scenario', path.join(folder, 'missing.json')], { env: {} });
    expect([missing.status, missing.stderr.toString()]).toEqual([1, expect.stringContaining('missing.json')]);
  });

  it('takes a scenario from --scenario, before the environment', () => {
    const file = path.join(folder, 'scenario.json');
    writeFileSync(file, JSON.stringify([{ stderr: 'from the file' }, { exit: 7 }]));
    const run = spawnSync(node, [program, '--scenario', file], { env: { SUBWIRE_FAKE_SCENARIO: '[{"exit":1}]' } });
    expect([run.status, run.stderr.toString()]).toEqual([7, 'from the file\n']);
  });

  it('records how it was started, but no values of variables', async () => {
    const record = path.join(folder, 'starts.ndjson');
    await using fake = startFake({ record }, { env: { SECRET: 'canary-7f3a' }, spawn: { cwd: folder } });
    fake.end();
    await fake.exit;
    const text = readFileSync(record, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ argv: [...streamArgs], cwd: folder, env: expect.arrayContaining(['SECRET']) });
    expect(text).not.toContain('canary-7f3a');
  });

  it('starts as fast as a small program can', () => {
    const time = (args: readonly string[]): number => {
      const times = Array.from({ length: 7 }, () => {
        const begun = performance.now();
        spawnSync(node, args, { env: {} });
        return performance.now() - begun;
      });
      return Math.min(...times);
    };
    const bare = time(['-e', '0']);
    expect(time([program, '-v'])).toBeLessThan(bare * 2 + 60);
  });
});

describe('fakeCli', () => {
  it('is a command and an environment to spread', () => {
    expect(fakeCli().env).toEqual({});
    const fake = fakeCli([{ exit: 3 }]);
    expect(fake.command).toEqual([process.execPath, program]);
    expect(JSON.parse(fake.env['SUBWIRE_FAKE_SCENARIO']!)).toEqual({ steps: [{ exit: 3 }] });
  });

  it('refuses at once what the program would refuse', () => {
    expect(() => fakeCli({ faults: [{ name: 'chunk', bytes: -1 }] })).toThrow(ScenarioError);
  });

  it('puts a long scenario into a private file', async () => {
    const steps = Array.from({ length: 3000 }, (_, index) => ({ say: { type: 'x', index } }));
    const fake = fakeCli([...steps, { exit: 0 }]);
    expect(fake.env['SUBWIRE_FAKE_SCENARIO']!.length).toBeLessThan(300);
    await using running = startFake([...steps, { exit: 0 }]);
    await running.exit;
    expect(running.frames()).toHaveLength(3000);
  });
});

describe('without steps', () => {
  it('answers initialize, turns with deltas, control requests, and leaves at the end of stdin', async () => {
    await using fake = startFake({}, { args: [...streamArgs, '--include-partial-messages', '--model', 'my-model'] });
    fake.send(control('initialize'));
    const answer = await fake.frame(answerTo('initialize'));
    expect(answer).toMatchObject({
      response: {
        subtype: 'success',
        response: { pid: fake.child.pid, claude_code_version: '2.1.329', current_permission_mode: 'default' },
      },
    });
    const prompt = 'what a long prompt this is, long enough for several deltas';
    fake.send(user(prompt, 'message-1'));
    const result = await fake.frame(isResult);
    expect(result).toMatchObject({ subtype: 'success', is_error: false, result: prompt, user_message_uuids: ['message-1'] });
    const deltas = fake
      .frames()
      .flatMap(({ event }) =>
        isObject(event) && isObject(event['delta']) && typeof event['delta']['text'] === 'string' ? [event['delta']['text']] : [],
      );
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join('')).toBe(prompt);
    expect(fake.frames().find((frame) => frame['subtype'] === 'init')).toMatchObject({ model: 'my-model', cwd: process.cwd() });
    for (const [subtype, fields] of [
      ['set_model', { model: 'other' }],
      ['set_permission_mode', { mode: 'plan' }],
      ['mcp_status', {}],
      ['no_such_thing', {}],
    ] as const)
      fake.send(control(subtype, fields));
    expect(await fake.frame(answerTo('no_such_thing'))).toMatchObject({
      response: { subtype: 'error', error_code: 'unsupported_request' },
    });
    expect(await fake.frame(answerTo('set_model'))).toMatchObject({ response: { subtype: 'success', response: { model: 'other' } } });
    expect(await fake.frame(answerTo('set_permission_mode'))).toMatchObject({ response: { response: { mode: 'plan' } } });
    fake.end();
    expect(await fake.exit).toEqual({ code: 0, signal: null });
    expect(fake.stderr()).toBe('');
  });

  it('says of itself in every turn what the scenario wants', async () => {
    await using fake = startFake({ init: { mcp_servers: [{ name: 'surplus', status: 'connected' }] }, model: 'scripted-model' });
    fake.send(user('hello'));
    expect(await fake.frame((frame) => frame['subtype'] === 'init')).toMatchObject({
      mcp_servers: [{ name: 'surplus' }],
      model: 'scripted-model',
    });
    fake.end();
    await fake.exit;
  });

  it('merges messages that wait while a turn runs', async () => {
    await using fake = startFake({ turns: [{ kind: 'slow', text: 'first', chunks: 2, chunkDelayMs: 150 }, 'rest'] });
    for (const id of ['a', 'b', 'c']) fake.send(user(id, id));
    fake.end();
    await fake.exit;
    expect(fake.frames().filter(isResult)).toMatchObject([
      { result: 'first', user_message_uuids: ['a'] },
      { result: 'rest', user_message_uuids: ['b', 'c'] },
    ]);
  });

  it('an interruption is answered, ends the turn with an error result, and the process lives on', async () => {
    await using fake = startFake(
      { turns: [{ kind: 'slow', text: 'one two three four', chunks: 4, chunkDelayMs: 10_000 }, 'still here'] },
      { args: [...streamArgs, '--include-partial-messages'] },
    );
    fake.send(user('go', 'first'));
    await fake.frame(isType('stream_event'));
    fake.send(user('queued', 'second'));
    fake.send(control('interrupt'));
    expect(await fake.frame(answerTo('interrupt'))).toMatchObject({ response: { response: { still_queued: ['second'] } } });
    expect(await fake.frame(isResult)).toMatchObject({
      subtype: 'error_during_execution',
      is_error: true,
      terminal_reason: 'aborted_streaming',
    });
    expect(await fake.frame((frame) => isResult(frame) && frame['is_error'] === false)).toMatchObject({ result: 'still here' });
    fake.end();
    expect(await fake.exit).toEqual({ code: 0, signal: null });
  });
});
