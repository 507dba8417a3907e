import type { SessionOptions } from '@subwire/core';
import { fakeCli, trackProcesses, type Scenario } from '@subwire/testing';
import { filter, firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { createSessionPool, type SessionPool } from '../../../src/index.ts';
import { isSoak } from '../../support/sessions.ts';

const mebibyte = 1024 * 1024;
const rounds = isSoak ? 10 : 1;
const maxResidentBytes = 250 * mebibyte;
const utf8 = 'ä€😀\u2028 split anywhere';
const hog: Scenario = { faults: [{ name: 'leak-memory', bytes: 500 * mebibyte, ms: 20, limit: 700 * mebibyte }, { name: 'never-result' }] };
const memory = { limits: { residentBytes: { hard: maxResidentBytes }, sampleEveryMs: 100 } } as const;
// A fifth of a second of a processor is more than a start needs, however long it takes on a busy machine.
const processor = { limits: { cpuPercent: 20, cpuWindowMs: 1_000, sampleEveryMs: 100 } } as const;

interface Neighbour {
  readonly scenario: Scenario;
  readonly options?: SessionOptions;
  readonly prompt?: string;
  /** The answer, its length for a long one, or the code of the error. */
  readonly outcome: string;
}

const healthy: Neighbour = { scenario: {}, prompt: 'well', outcome: 'well' };
const neighbours: readonly Neighbour[] = [
  { scenario: hog, options: memory, outcome: 'MEMORY_LIMIT' },
  healthy,
  { scenario: { faults: [{ name: 'burn-cpu' }, { name: 'never-result' }] }, options: processor, outcome: 'CPU_LIMIT' },
  { scenario: { faults: [{ name: 'start-child', kind: 'setsid', count: 20 }], reply: 'forked' }, outcome: 'forked' },
  { scenario: { faults: [{ name: 'flood-stderr', bytes: (isSoak ? 10 : 2) * mebibyte }], reply: 'loud' }, outcome: 'loud' },
  healthy,
  { scenario: {}, prompt: `long <<fake ${JSON.stringify([{ kind: 'huge', bytes: 16 * mebibyte }])}>>`, outcome: String(16 * mebibyte) },
  { scenario: { faults: [{ name: 'noise', lines: 20, text: '{"half": ' }], reply: 'noisy' }, outcome: 'noisy' },
  { scenario: { faults: [{ name: 'chunk', bytes: 1 }], reply: utf8 }, outcome: utf8 },
  { scenario: { faults: [{ name: 'crash-on-input', code: 7 }] }, outcome: 'EXIT_NONZERO' },
  healthy,
];

async function ask(pool: SessionPool, { scenario, options, prompt = 'hello' }: Neighbour): Promise<string> {
  const lease = await pool.acquire({ session: { ...fakeCli(scenario), ...options } });
  try {
    const { result = '' } = await lease.worker.prompt(prompt).result();
    return result.length > 1_000 ? String(result.length) : result;
  } catch (cause) {
    return (cause as { readonly code: string }).code;
  } finally {
    await lease.release();
  }
}

function open(): SessionPool {
  return createSessionPool({
    size: 8,
    maxStarting: 2,
    minIdle: 0,
    isolation: 'per-process',
    governor: false,
    acquireTimeoutMs: 60_000,
    startTimeoutMs: 30_000,
    session: { ...fakeCli() },
  });
}

test(
  'FT-11 hogs of memory and processor, forks, floods, a line of 16 MiB, garbage, split characters: each gets a typed end, and no neighbour notices',
  async () => {
    await using tracker = trackProcesses();
    const pool = open();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < rounds; round += 1) {
      const outcomes = await Promise.all(neighbours.map((neighbour) => ask(pool, neighbour)));
      expect(outcomes).toEqual(neighbours.map(({ outcome }) => outcome));
    }
    if (isSoak) console.log(`FT-11 the host grew by ${((process.memoryUsage().rss - before) / mebibyte).toFixed(0)} MiB`);
    await pool.close();
    expect(await tracker.leaked()).toEqual([]);
  },
  60_000 + rounds * 30_000,
);

test('FT-11 control: without a limit the hog grows past it, and nobody ends it', async () => {
  await using tracker = trackProcesses();
  const pool = open();
  const lease = await pool.acquire({ session: { ...fakeCli(hog) } });
  const answer = lease.worker.prompt('hello').result();
  answer.catch(() => {});
  const grown = lease.worker.transport.usage({ everyMs: 50 }).pipe(filter(({ residentBytes }) => residentBytes > maxResidentBytes * 1.2));
  expect((await firstValueFrom(grown)).residentBytes).toBeGreaterThan(maxResidentBytes);
  expect(lease.worker.transport.isConnected).toBe(true);
  await lease.discard();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
