import { catchError, throwError } from 'rxjs';
import { describe, test } from 'vitest';
import { marbles } from '@subwire/testing';
import type { Wire } from './in-memory.ts';
import { type Phase, type ResolvedClocks, watchClocks } from '../../../src/session/clocks.ts';

const clocks: ResolvedClocks = {
  initMs: 5,
  firstOutputMs: 10,
  silenceMs: { model: 20, tool: 40, background: 60, human: 80 },
  totalMs: 300,
  lingerMs: 10,
};
const phases: Readonly<Record<string, Phase>> = {
  i: { state: 'idle' },
  f: { state: 'first-output' },
  m: { state: 'model' },
  t: { state: 'tool', tool: { id: 'toolu_1', name: 'Bash', sinceMs: 0 } },
  b: { state: 'background' },
  h: { state: 'human' },
};

function verdict(
  phase: string,
  life: string,
  expected: string,
  error?: unknown,
  limits = clocks,
  of: (cause: Wire) => unknown = ({ clock }) => clock,
) {
  return marbles(({ cold, hot, expectObservable }) => {
    const watched$ = watchClocks(cold(phase, phases), hot(life), limits).pipe(catchError((cause: unknown) => throwError(() => of(cause))));
    expectObservable(watched$).toBe(expected, undefined, error);
  });
}

describe('P26 silence is judged by what the agent is doing', () => {
  test.each<[name: string, phase: string, life: string, expected: string, clock: string | undefined]>([
    ['a model that is silent is wedged', 'm', '-', '20ms #', 'silence.model'],
    ['a model that speaks is alive', 'm', '15ms x 15ms x 15ms x', '67ms #', 'silence.model'],
    ['a tool that is silent for as long as a model may not be is alive', 't', '30ms x', '70ms #', 'silence.tool'],
    ['a tool that is silent for too long is wedged', 't', '-', '40ms #', 'silence.tool'],
    ['background work may be silent for longer', 'b', '50ms x', '110ms #', 'silence.background'],
    ['background work that is silent for too long is wedged', 'b', '-', '60ms #', 'silence.background'],
    ['a person may take longer still', 'h 69ms m', '-', '90ms #', 'silence.model'],
    [
      'a person who never answers is noticed, whatever else is said',
      'h',
      '9ms x 9ms x 9ms x 9ms x 9ms x 9ms x 9ms x 9ms x',
      '80ms #',
      'silence.human',
    ],
    ['the first output has a clock of its own', 'f', '-', '10ms #', 'first-output'],
    ['the first output ends that clock', 'f 8ms m', '9ms x', '29ms #', 'silence.model'],
  ])('%s', (_, phase, life, expected, clock) => verdict(phase, life, expected, clock)());

  test('nothing runs while the session is idle', () => verdict('i', '-', '-')());

  test('the whole has a clock, however alive it is', () =>
    verdict('m 9ms t 9ms m', '9ms x 9ms x 9ms x', '25ms #', 'total', { ...clocks, totalMs: 25 })());

  test('the clock of the whole begins anew with the next work', () =>
    verdict('m 9ms i 9ms m 9ms i', '-', '-', undefined, { ...clocks, totalMs: 15 })());

  test('limits that no timer can hold are none', () =>
    verdict('m', '-', '-', undefined, { ...clocks, totalMs: Infinity, silenceMs: { ...clocks.silenceMs, model: 2 ** 40 } })());

  test('the error of a tool names it and its age', () =>
    verdict(
      't',
      '-',
      '40ms #',
      'The tool Bash (toolu_1), which has run for 40 ms,',
      clocks,
      ({ message }) => message.split(' gave ')[0],
    )());
});
