import { TestScheduler } from 'rxjs/testing';
import { timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { playScenario, type ScenarioPlay } from '../../../src/fake-cli/play-scenario.ts';
import { MockProcess } from '../../../src/mock/mock-process.ts';
import { isObject, type JsonObject } from '../../../src/scenario/json.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Step } from '../../../src/scenario/step.ts';

interface Host {
  readonly child: MockProcess;
  readonly play: ScenarioPlay;
  /** Frames that the child printed, with the virtual time of each. */
  readonly said: (readonly [number, JsonObject])[];
  send(frame: object): void;
  at(ms: number, run: () => void): void;
}

/** Lets a mock process play in virtual time: the whole conversation happens inside one call. */
function inVirtualTime(scenario: Scenario | readonly Step[], drive: (host: Host) => void, args?: readonly string[]): Host {
  let host!: Host;
  const scheduler = new TestScheduler(() => {});
  scheduler.run(({ flush }) => {
    const child = new MockProcess();
    const play = playScenario(child, scenario, args === undefined ? {} : { args });
    const said: (readonly [number, JsonObject])[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push([scheduler.now(), JSON.parse(chunk.toString()) as JsonObject]));
    child.stderr.resume();
    child.stdin.on('error', () => {});
    host = {
      child,
      play,
      said,
      send: (frame) => void child.stdin.write(`${JSON.stringify(frame)}\n`),
      at: (ms, run) => void timer(ms).subscribe(run),
    };
    drive(host);
    flush();
  });
  return host;
}

const user = (content: string): object => ({ type: 'user', message: { role: 'user', content } });
const initialize = { type: 'control_request', request_id: 'r1', request: { subtype: 'initialize' } };

describe('playScenario', () => {
  it('plays steps in virtual time', () => {
    const steps: readonly Step[] = [
      { expect: 'initialize' },
      { answer: 'success' },
      { expect: 'user' },
      { wait: 60_000 },
      { assistant: '$text' },
      { result: 'done' },
      { expect: 'EOF' },
      { exit: 4 },
    ];
    const { child, said, play } = inVirtualTime(steps, ({ at, send, child: process }) => {
      at(5, () => send(initialize));
      at(10, () => send(user('hello')));
      at(70_000, () => process.stdin.end());
    });
    expect(said.map(([ms, frame]) => [ms, frame['type']])).toEqual([
      [5, 'control_response'],
      [60_010, 'assistant'],
      [60_010, 'result'],
    ]);
    expect([child.poll(), play.finished]).toEqual([4, true]);
    play.assertFinished();
  });

  it('says which step was not played, and what nobody expected', () => {
    const open = inVirtualTime([{ expect: 'user' }, { exit: 0 }], () => {});
    expect(() => open.play.assertFinished()).toThrow('steps that were not played');
    const other = inVirtualTime([{ expect: 'user' }], ({ at, send }) => at(1, () => send(initialize)));
    expect(() => other.play.assertFinished()).toThrow('step 1 of 1: type: expected "user", got "control_request"');
    expect(other.child.poll()).toBe(65);
  });

  it('without steps behaves as the CLI does: initialize, turns, control, the end', () => {
    const { child, said, play } = inVirtualTime({ reply: 'hi there' }, ({ at, send, child: process }) => {
      at(1, () => send(initialize));
      at(2, () => send(user('hello')));
      at(50, () => process.stdin.end());
    });
    expect(said.map(([, frame]) => [frame['type'], frame['subtype']])).toEqual([
      ['control_response', undefined],
      ['system', 'init'],
      ['assistant', undefined],
      ['result', 'success'],
    ]);
    expect([child.poll(), play.finished]).toEqual([0, true]);
  });

  it('gives the same ids in every run', () => {
    const run = (): readonly unknown[] =>
      inVirtualTime({}, ({ at, send }) => at(1, () => send(user('hello')))).said.map(([ms, { timestamp: _time, ...frame }]) => [ms, frame]);
    expect(run()).toEqual(run());
  });

  it('carries a permission round trip, and a tool with a given output', () => {
    const call = { kind: 'tool_use', name: 'Bash', input: { command: 'rm x' }, output: 'removed', ms: 2000 } as const;
    const { said } = inVirtualTime(
      { turns: [[call, { kind: 'text', text: 'done' }]] },
      ({ at, send, child: process }) => {
        at(1, () => send(user('go')));
        process.stdout.on('data', (chunk: Buffer) => {
          const frame = JSON.parse(chunk.toString()) as JsonObject;
          if (frame['type'] !== 'control_request') return;
          at(500, () =>
            send({
              type: 'control_response',
              response: { subtype: 'success', request_id: frame['request_id'], response: { behavior: 'allow' } },
            }),
          );
        });
      },
      ['--input-format', 'stream-json', '--output-format', 'stream-json', '--permission-prompt-tool', 'stdio'],
    );
    const times = said.map(([ms, frame]) => [
      Math.floor(ms / 500) * 500,
      frame['type'],
      isObject(frame['request']) ? frame['request']['subtype'] : undefined,
    ]);
    expect(times).toEqual([
      [0, 'system', undefined],
      [0, 'assistant', undefined],
      [0, 'control_request', 'can_use_tool'],
      [2500, 'user', undefined],
      [2500, 'assistant', undefined],
      [2500, 'result', undefined],
    ]);
  });

  it('stops on signals as the CLI does', () => {
    const { child } = inVirtualTime({}, ({ at, child: process }) => at(5, () => process.kill('SIGTERM')));
    expect([child.exitCode, child.signalCode, child.signals]).toEqual([143, null, ['SIGTERM']]);
    const killed = inVirtualTime({}, ({ at, child: process }) => at(5, () => process.kill('SIGKILL')));
    expect([killed.child.exitCode, killed.child.signalCode]).toEqual([null, 'SIGKILL']);
  });

  it('plays faults of the conversation, and refuses those that need a machine', () => {
    const stalled = inVirtualTime({ faults: [{ name: 'never-init' }, { name: 'ignore-term' }] }, ({ at, send, child: process }) => {
      at(1, () => send(initialize));
      at(2, () => process.kill('SIGTERM'));
    });
    expect([stalled.said, stalled.child.poll()]).toEqual([[], null]);
    for (const name of ['leak-memory', 'burn-cpu', 'open-files', 'start-child', 'rewrite-config'] as const) {
      expect(() => playScenario(new MockProcess(), { faults: [{ name }] })).toThrow(`The fault "${name}" needs a real process`);
    }
  });

  it('refuses a scenario that cannot be played', () => {
    expect(() => playScenario(new MockProcess(), { faults: [{ name: 'gremlin' as never }] })).toThrow('faults[0] has to be one of');
  });
});
