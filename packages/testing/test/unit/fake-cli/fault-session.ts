import { createBehavior, type Behavior } from '../../../src/fake-cli/behavior.ts';
import type { Fault } from '../../../src/scenario/fault.ts';
import type { JsonObject } from '../../../src/scenario/json.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { manualClock, memoryHost, type ManualClock, type Played } from './replay.ts';

export interface Session {
  readonly played: Played;
  readonly behavior: Behavior;
  readonly clock: ManualClock;
  /** Lets this many milliseconds pass. */
  pass(ms: number): void;
  send(...frames: object[]): void;
  /** Everything printed, as one buffer. */
  bytes(): Buffer;
  /** Lines printed, without their ends. */
  lines(): readonly string[];
}

export function session(faults: readonly Fault[], scenario: Omit<Scenario, 'faults'> = {}, argv?: readonly string[]): Session {
  const clock = manualClock();
  const { host, played } = memoryHost(clock, argv === undefined ? {} : { argv });
  const behavior = createBehavior(host, { ...scenario, faults });
  behavior.start();
  const bytes = (): Buffer => Buffer.concat(played.raw);
  return {
    played,
    behavior,
    clock,
    pass(ms) {
      const until = clock.nowMs() + ms;
      clock.after(ms, () => {});
      while (clock.step(until));
    },
    send: (...frames) => {
      for (const frame of frames) behavior.line(JSON.stringify(frame));
    },
    bytes,
    lines: () =>
      bytes()
        .toString()
        .split('\n')
        .filter((line) => line !== ''),
  };
}

export const user = (content: string): object => ({ type: 'user', message: { role: 'user', content } });

export const control = (subtype: string, fields: object = {}): object => ({
  type: 'control_request',
  request_id: subtype,
  request: { subtype, ...fields },
});

export const types = (played: Played): readonly unknown[] =>
  played.frames.map((frame) => (frame['type'] === 'system' ? `system/${String(frame['subtype'])}` : frame['type']));

export const resultsOf = (played: Played): readonly JsonObject[] => played.frames.filter((frame) => frame['type'] === 'result');

export const textOf = (frame: JsonObject | undefined): unknown =>
  (frame?.['message'] as { content: { text: string }[] } | undefined)?.content[0]?.text;

/** One turn without faults, for comparison. */
export function plainTurn(): Session {
  const plain = session([]);
  plain.send(user('hello'));
  plain.pass(100);
  return plain;
}
