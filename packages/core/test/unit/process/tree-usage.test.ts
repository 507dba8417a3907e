import { expect, test } from 'vitest';
import { createMeter, createSampler } from '../../../src/process/tree-usage.ts';
import { createProcessTree } from '../../../src/process/process-tree.ts';
import type { ProcessEntry } from '../../../src/process/process-table.ts';
import { memoryTable } from './memory-table.ts';

const root = { pid: 10, startTime: '5' };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('P04 nobody looks at the process table while nobody watches, and one look serves all who do', async () => {
  const table = memoryTable([{ pid: 10, startTime: '5' }, { pid: 11, parent: 10 }, { pid: 12 }]);
  const sampler = createSampler(table);
  const tree = createProcessTree({ root, marker: 'm', table });
  const usage$ = sampler.watch(tree, { everyMs: 5, withFiles: false });
  await pause(25);
  expect(table.looks).toBe(0);
  const seen: number[] = [];
  const watching = [1, 2, 3].map(() => usage$.subscribe(({ processes }) => seen.push(processes.length)));
  while (seen.length < 9) await pause(1);
  const { looks } = table;
  expect(looks).toBeLessThanOrEqual(seen.length / 3 + 1);
  expect(new Set(seen)).toEqual(new Set([2]));
  for (const one of watching) one.unsubscribe();
  const after = table.looks;
  await pause(25);
  // One may have been under way.
  expect(table.looks).toBeLessThanOrEqual(after + 1);
});

const entry = (more: Partial<ProcessEntry>): ProcessEntry => ({
  pid: 1,
  startTime: '1',
  parent: 0,
  group: 1,
  session: 1,
  threads: 2,
  residentBytes: 100,
  cpuMs: 0,
  ...more,
});

test('use of the processor is told per process: one that ends takes nothing back, a recycled number counts anew', () => {
  const meter = createMeter(false);
  expect(meter([entry({ cpuMs: 500 })], 0)).toMatchObject({ cpuPercent: 0, residentBytes: 100, threads: 2, processes: [1] });
  expect(meter([entry({ cpuMs: 600 }), entry({ pid: 2, cpuMs: 50 })], 100)).toMatchObject({
    cpuPercent: 150,
    residentBytes: 200,
    threads: 4,
  });
  expect(meter([entry({ cpuMs: 650 })], 200).cpuPercent).toBe(50);
  expect(meter([entry({ startTime: '2', cpuMs: 20 })], 300).cpuPercent).toBe(20);
  expect(meter([entry({ startTime: '2', cpuMs: 30 })], 300).cpuPercent).toBe(0);
});

test('files and sockets are counted only for those who ask', () => {
  const own = [entry({ pid: process.pid })];
  expect(createMeter(false)(own, 0)).toMatchObject({ openFiles: 0, sockets: 0 });
  expect(createMeter(true)(own, 0).openFiles).toBeGreaterThan(3);
});
