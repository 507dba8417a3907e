import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));
const workflows = readdirSync(folder).map((file) => [file, readFileSync(folder + file, 'utf8')] as const);

test('there are workflows', () => {
  expect(workflows.map(([file]) => file).sort()).toEqual(['ci.yml', 'codeql.yml', 'release.yml']);
});

test.each(workflows)('%s takes each action by its commit, with the version beside it', (_file, text) => {
  const uses = text.match(/\buses:.*/g) ?? [];
  expect(uses.length).toBeGreaterThan(0);
  expect(uses.filter((line) => !/^uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

test.each(workflows)('%s may read, and writes only what a job asks for', (_file, text) => {
  expect(text).toMatch(/^permissions:\n {2}contents: read\n(?! )/m);
  const writes = text.match(/^ +[\w-]+: write$/gm)?.map((line) => line.trim()) ?? [];
  const allowed = ['security-events: write', 'contents: write', 'pull-requests: write', 'id-token: write'];
  expect(writes.filter((line) => !allowed.includes(line))).toEqual([]);
  expect(text).not.toMatch(/write-all|pull_request_target/);
});

test.each(workflows)('%s ends each job in bounded time', (_file, text) => {
  expect(text.match(/timeout-minutes:/g)?.length).toBe(text.match(/runs-on:/g)?.length);
});
