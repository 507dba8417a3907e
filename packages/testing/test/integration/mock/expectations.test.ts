import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { MockProcess } from '../../../src/mock/mock-process.ts';
import type { Expectation } from './expectation.ts';
import { expectationsOfLives } from './expectations-of-lives.ts';
import { expectationsOfPipes } from './expectations-of-pipes.ts';
import type { Subject } from './observe.ts';

const expectations = [...expectationsOfPipes, ...expectationsOfLives];
const subjects: readonly (readonly [string, (row: Expectation) => Subject])[] = [
  [
    'a mock process',
    (row) => {
      const child = new MockProcess();
      row.mock(child);
      return child;
    },
  ],
  [
    'a real process',
    ({ real }) =>
      typeof real === 'string' ? spawn('/bin/sh', ['-c', real]) : spawn(real.file, [], real.cwd === undefined ? {} : { cwd: real.cwd }),
  ],
];

/** Whether `wanted` stands in `events` in this order, perhaps with others between. */
function inOrder(events: readonly string[], wanted: readonly string[]): readonly string[] {
  let from = 0;
  return wanted.filter((event) => {
    const index = events.indexOf(event, from);
    if (index === -1) return false;
    from = index + 1;
    return true;
  });
}

describe.each(subjects)('%s', (_name, create) => {
  it.each(expectations.map((row) => [row.name, row] as const))('%s', async (_row, row) => {
    const seen = await row.host(create(row));
    expect(inOrder(seen.events, row.order), `saw: ${seen.events.join(', ')}`).toEqual(row.order);
    expect(seen.events.filter((event) => row.never?.includes(event) === true)).toEqual([]);
    if (row.facts !== undefined) expect(seen.facts).toEqual(row.facts);
  });
});
