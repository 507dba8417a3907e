import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { leftOut, platformRows, rowFiles } from '../../scripts/platform-rows.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = readdirSync(`${root}/packages`).map((name) => `packages/${name}`);
const today = new Date().toISOString().slice(0, 10);
const inOneYear = new Date(Date.now() + 366 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

test.each(platformRows.map((row) => [row.needs, row] as const))('the row that needs %s has not expired', (_needs, row) => {
  expect(row.expires >= today, `Give the platform what the tests need, or argue for another date: it was ${row.expires}`).toBe(true);
  expect(row.expires <= inOneYear, `${row.expires} is more than a year from now`).toBe(true);
});

test.each(platformRows.map((row) => [row.needs, row] as const))('the row that needs %s leaves out files that there are', (_needs, row) => {
  const found = packages.flatMap((folder) => rowFiles(root, folder, [row]));
  expect(found.length).toBeGreaterThan(0);
  expect(row.files?.filter((file) => !found.includes(file)) ?? []).toEqual([]);
});

test('Linux holds every row; the other platforms hold most files', () => {
  const all = packages.flatMap((folder) => rowFiles(root, folder, [{ platforms: [], needs: '', expires: '2026-01-01', uses: /./ }]));
  const out = (platform: NodeJS.Platform) => packages.flatMap((folder) => leftOut(root, folder, platform));
  expect(out('linux')).toEqual([]);
  expect(out('darwin')).not.toContain('test/unit/tasks/journal.test.ts');
  expect(out('win32')).toContain('test/unit/tasks/journal.test.ts');
  for (const platform of ['darwin', 'win32'] as const) expect(out(platform).length).toBeLessThan(all.length / 2);
});
