import { expect, test } from 'vitest';
import { findOwnGroup } from '../../../src/process/cgroup.ts';
import { parseAddressSpace, parseStack } from '../../../src/process/inherited-limits.ts';
import { chainMarkers, createMarker, isMarker } from '../../../src/process/marker.ts';
import { createProcTable, parseProcStat } from '../../../src/process/proc-table.ts';
import { parsePsLine } from '../../../src/process/ps-table.ts';

/** A line of `/proc/<pid>/stat`. */
function stat(name: string, state: string, threads: number): string {
  const rest = [state, 41, 42, 43, 0, -1, 0, 0, 0, 0, 0, 250, 150, 0, 0, 20, 0, threads, 0, 987_654, 1_000_000, 300, 1, 2];
  return `40 (${name}) ${rest.join(' ')}\n`;
}

test.each(['node', 'a) b (c', 'x) Z 1 2 3', ') R 1 1 1 ('])('/proc/<pid>/stat of a program called %s', (name) => {
  expect(parseProcStat(40, stat(name, 'S', 7), 4096)).toEqual({
    pid: 40,
    startTime: '987654',
    parent: 41,
    group: 42,
    session: 43,
    threads: 7,
    residentBytes: 300 * 4096,
    cpuMs: 4000,
  });
});

test('a zombie is no process, unless other threads of it live; text that is no row is none', () => {
  expect(parseProcStat(40, stat('node', 'Z', 1), 4096)).toBeUndefined();
  expect(parseProcStat(40, stat('node', 'X', 1), 4096)).toBeUndefined();
  expect(parseProcStat(40, stat('node', 'Z', 3), 4096)).toMatchObject({ pid: 40, threads: 3 });
  expect(parseProcStat(40, '', 4096)).toBeUndefined();
  expect(parseProcStat(40, '40 (node) S 1', 4096)).toBeUndefined();
});

test('the table of this machine tells this very process, and nothing of one that is not there', async () => {
  const table = createProcTable();
  const own = table.read(process.pid)!;
  expect(own).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(own.residentBytes).toBeGreaterThan(10 * 1024 * 1024);
  expect(own.residentBytes).toBeLessThan(process.memoryUsage.rss() * 2);
  expect((await table.readAll()).find(({ pid }) => pid === process.pid)?.startTime).toBe(own.startTime);
  expect(table.readAllNow().some(({ pid }) => pid === process.pid)).toBe(true);
  expect(table.read(999_999_999)).toBeUndefined();
  expect(table.carries(own, createMarker())).toBe(false);
});

test.each([
  ['of macOS', '  501     1   501 Ss    12345   0:01.50 Thu Nov 19 10:00:00 2026', { pid: 501, parent: 1, group: 501, cpuMs: 1500 }],
  ['of procps', '502 501 501 Sl 1 00:01:02 Thu Nov 19 10:00:00 2026', { cpuMs: 62_000, residentBytes: 1024 }],
  ['of busybox and others, with days', '503 1 1 R 0 2-03:04:05 Thu Nov 19 10:00:00 2026', { cpuMs: 183_845_000 }],
])('a row of ps %s', (_, line, expected) => {
  const entry = parsePsLine(line);
  expect(entry).toMatchObject({ ...expected, startTime: String(Date.parse('Thu Nov 19 10:00:00 2026') / 1000) });
});

test.each([
  ['a zombie', '504 1 1 Z 0 0:00.00 Thu Nov 19 10:00:00 2026'],
  ['a heading', 'PID PPID PGID STAT RSS TIME STARTED'],
  ['an empty line', ''],
  ['a cut line', '505 1 1 S 0'],
])('%s in the output of ps is no process', (_, line) => {
  expect(parsePsLine(line)).toBeUndefined();
});

test('a start time that is no date is kept as it is: it is only compared', () => {
  expect(parsePsLine('506 1 1 S 0 0:00 четверг 19 ноября')?.startTime).toBe('четверг 19 ноября');
});

test.each<[name: string, own: string, mounts: string, expected: string | undefined]>([
  ['mounted whole', '0::/user.slice/a', '30 29 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw', '/sys/fs/cgroup/user.slice/a'],
  ['in a container', '0::/', '30 29 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw', '/sys/fs/cgroup'],
  ['mounted in part', '0::/docker/abc/own', '30 29 0:26 /docker/abc /cg rw - cgroup2 x rw', '/cg/own'],
  ['mounted elsewhere', '0::/other', '30 29 0:26 /docker/abc /cg rw - cgroup2 x rw', undefined],
  ['of a neighbour whose name begins alike', '0::/docker/abcdef', '30 29 0:26 /docker/abc /cg rw - cgroup2 x rw', undefined],
  ['that is the mount itself', '0::/docker/abc', '30 29 0:26 /docker/abc /cg rw - cgroup2 x rw', '/cg'],
  ['above the mount', '0::/../other', '30 29 0:26 / /cg rw - cgroup2 x rw', undefined],
  ['of version 1', '4:memory:/a\n1:name=systemd:/b', '30 29 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory', undefined],
  [
    'of both versions',
    '4:memory:/a\n0::/unified',
    '31 29 0:27 / /sys/fs/cgroup/unified rw - cgroup2 x rw',
    '/sys/fs/cgroup/unified/unified',
  ],
  ['that does not exist', '', '', undefined],
])('the control group %s', (_, own, mounts, expected) => {
  expect(findOwnGroup(`${own}\n`, `29 1 8:1 / / rw - ext4 /dev/sda rw\n${mounts}\n`)).toBe(expected);
});

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max stack size            8388608              unlimited            bytes
Max address space         536870912            unlimited            bytes
`;

test('limits of /proc/<pid>/limits: the soft one, and none where there is none', () => {
  expect([parseStack(limits), parseAddressSpace(limits)]).toEqual([8_388_608, 536_870_912]);
  const unlimited = limits.replaceAll(/\d{6,}/g, 'unlimited');
  expect([parseStack(unlimited), parseAddressSpace(unlimited), parseStack('')]).toEqual([undefined, undefined, undefined]);
});

test('markers are random, and a chain holds nothing but markers', () => {
  const [outer, inner] = [createMarker(), createMarker()];
  expect(outer).not.toBe(inner);
  expect([outer, '', 'x', '.*', `${outer} `, 7].map(isMarker)).toEqual([true, false, false, false, false, false]);
  expect(chainMarkers(undefined, inner)).toBe(inner);
  expect(chainMarkers(`${outer}:; rm -rf /:`, inner)).toBe(`${outer}:${inner}`);
});
