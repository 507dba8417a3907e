import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProcessTree } from '../../../src/process/process-tree.ts';
import { isAlive, signalIdentity } from '../../../src/process/process-table.ts';
import { createPsTable } from '../../../src/process/ps-table.ts';
import { killNow } from '../../../src/process/live-set.ts';

const marker = 'ab'.repeat(16);
const started = 'Thu Nov 19 10:00:00 2026';
const rows = [
  `  501     1   501 Ss    12345   0:01.50 ${started}`,
  `  502   501   501 S      2048   0:00.10 ${started}`,
  `  503   502   503 Ss     1024   0:00.00 ${started}`,
  `  504     1   504 S      1024   0:00.00 ${started}`,
  `  505   501   501 Z         0   0:00.00 ${started}`,
  `  900     1   900 S      1024   0:00.00 ${started}`,
].join('\n');
const commands = `  501 node agent.js\n  504 sleep 1000 HOME=/Users/me SUBWIRE_TREE=${marker}\n  900 vim SUBWIRE_TREE=${'cd'.repeat(16)}`;

let folder: string;
let ps: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-ps-'));
  ps = path.join(folder, 'ps');
  const script = `#!/bin/sh
case "$*" in
  '-axo pid=,ppid='*) cat <<'END'
${rows}
END
  ;;
  '-axEww -o pid=,command=') cat <<'END'
${commands}
END
  ;;
  *'-p 501') echo '${rows.split('\n')[0]}' ;;
  *'-p '*) exit 1 ;;
  *) exit 64 ;;
esac
`;
  await writeFile(ps, script);
  await chmod(ps, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const root = { pid: 501, startTime: String(Date.parse(started) / 1000) };

test('a machine with ps alone: a tree is found by parentage, group and marker, and a zombie is no process', async () => {
  const table = createPsTable({ file: ps });
  expect((await table.readAll()).map(({ pid }) => pid)).toEqual([501, 502, 503, 504, 900]);
  const tree = createProcessTree({ root, marker, table });
  expect((await tree.look()).map(({ pid }) => pid).sort()).toEqual([501, 502, 503, 504]);
  expect(table.isCheap).toBe(false);
});

test('P48 one process is asked for right before a signal, and a number that is nobody is not signalled', () => {
  const table = createPsTable({ file: ps });
  expect(isAlive(table, root)).toBe(true);
  expect(isAlive(table, { ...root, startTime: '1' })).toBe(false);
  expect(signalIdentity(table, { pid: 502, startTime: root.startTime }, 'SIGTERM')).toBe(false);
});

test('a ps that cannot show environments leaves parentage and groups', async () => {
  const table = createPsTable({ file: ps, environmentArgs: null });
  const tree = createProcessTree({ root, marker, table });
  expect((await tree.look()).map(({ pid }) => pid).sort()).toEqual([501, 502, 503]);
});

test('without any ps nothing is found, and nothing is signalled', async () => {
  const table = createPsTable({ file: path.join(folder, 'none') });
  expect(await table.readAll()).toEqual([]);
  expect(table.read(501)).toBeUndefined();
  const tree = createProcessTree({ root, marker, table });
  killNow([{ tree, isGuarded: false, drain: async () => undefined }], table);
  expect(tree.membersIn([])).toEqual([]);
});
