import { map } from 'rxjs';
import { expect, test } from 'vitest';
import { marbles } from '@subwire/testing';
import { type LimitEvent, needsSamples, softLimitReached, watchLimits } from '../../../src/process/limits.ts';
import type { ResolvedProcessLimits } from '../../../src/policy/process-options.ts';
import type { TreeUsage } from '../../../src/process/tree-usage.ts';

const none: ResolvedProcessLimits = {
  softBytes: Infinity,
  hardBytes: Infinity,
  cpuPercent: Infinity,
  cpuWindowMs: 5,
  wallMs: Infinity,
  sampleEveryMs: 2,
};
const usage = (atMs: number, residentBytes: number, cpuPercent = 0): TreeUsage => ({
  residentBytes,
  cpuPercent,
  threads: 1,
  openFiles: 0,
  sockets: 0,
  processes: [1],
  atMs,
});

/** What is said of each event, in a word. */
const words = map((event: LimitEvent) => (event.kind === 'soft' ? 'soft' : event.error.code));

function verdict(limits: Partial<ResolvedProcessLimits>, samples: string, values: Readonly<Record<string, TreeUsage>>, expected: string) {
  return marbles(({ hot, expectObservable }) => {
    const said = { s: 'soft', M: 'MEMORY_LIMIT', C: 'CPU_LIMIT', T: 'TIME_LIMIT' };
    expectObservable(watchLimits(hot(samples, values), { ...none, ...limits }).pipe(words)).toBe(expected, said);
  });
}

const sizes = { a: usage(0, 50), b: usage(1, 150), c: usage(2, 250), d: usage(3, 120) };
const loads = { a: usage(0, 0, 0), b: usage(2, 0, 90), c: usage(4, 0, 90), d: usage(6, 0, 90), e: usage(8, 0, 10), f: usage(10, 0, 90) };

test.each<
  [name: string, limits: Partial<ResolvedProcessLimits>, samples: string, values: Readonly<Record<string, TreeUsage>>, expected: string]
>([
  ['the soft limit is said once', { softBytes: 100 }, 'abdb-', sizes, '-s---'],
  ['the hard limit is said as soon as a sample is above it', { softBytes: 100, hardBytes: 200 }, 'abc--', sizes, '-sM--'],
  ['a sample above both says both', { softBytes: 100, hardBytes: 200 }, 'a(c|)', sizes, '-(sM|)'],
  ['memory below the limits says nothing', { softBytes: 500, hardBytes: 600 }, 'abcd-', sizes, '-----'],
  ['use of the processor counts from the sample before', { cpuPercent: 50 }, 'a-b-c-d-', loads, '------C-'],
  ['a pause begins the window anew', { cpuPercent: 50 }, 'a-b-c-e-f-', loads, '----------'],
  ['the wall clock needs no sample', { wallMs: 4 }, '-', {}, '----T'],
])('%s', (_, limits, samples, values, expected) => {
  verdict(limits, samples, values, expected)();
});

test('a hard limit carries the last ten samples and the numbers in its sentence', () => {
  const samples = Object.fromEntries([...'abcdefghijklm'].map((name, index) => [name, usage(index, index * 1024 * 1024)]));
  const events: LimitEvent[] = [];
  marbles(({ hot, flush }) => {
    watchLimits(hot('abcdefghijklm', samples), { ...none, hardBytes: 11 * 1024 * 1024 }).subscribe((event) => events.push(event));
    flush();
  })();
  expect(events).toHaveLength(1);
  const [event] = events;
  if (event?.kind !== 'hard') throw new Error('no hard limit');
  expect(event.error.samples).toHaveLength(10);
  expect(event.error.samples!.at(-1)).toEqual(samples['m']);
  expect(event.error.message).toMatch(/12 MiB.*limits\.residentBytes\.hard \(11 MiB\)/);
});

test('samples are needed for memory and processor alone', () => {
  expect(needsSamples(none)).toBe(false);
  expect(needsSamples({ ...none, wallMs: 5 })).toBe(false);
  expect(needsSamples({ ...none, softBytes: 5 })).toBe(true);
  expect(needsSamples({ ...none, cpuPercent: 5 })).toBe(true);
  expect(softLimitReached({ kind: 'soft', limit: 1024 * 1024, usage: usage(0, 2) })).toMatchObject({ code: 'SOFT_LIMIT', bytes: 2 });
});
