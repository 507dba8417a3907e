import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { backends, notOn } from '../src/backends.ts';
import { expectedFailures, requirements, type RequirementId } from '../src/requirements.ts';

const sources = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.test.ts') && file !== 'coverage.test.ts')
  .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
  .join('\n');
const ids = Object.keys(requirements) as RequirementId[];
const named = new Set([...sources.matchAll(/'([a-z-]+\.[a-z0-9-]+)'/g)].map((match) => match[1]!));

test('every requirement has a test that names it', () => {
  expect(ids.filter((id) => !named.has(id))).toEqual([]);
});

test('every test names a requirement that exists', () => {
  const verified = [...sources.matchAll(/verifies\(\s*'([^']+)'/g)].map((match) => match[1]!);
  expect(verified.filter((id) => !(id in requirements))).toEqual([]);
});

test('every requirement is shown by two backends at least, or says why not', () => {
  for (const id of ids) {
    const missing = backends.filter(({ name }) => notOn(name, id) !== undefined);
    for (const { name } of missing) expect(notOn(name, id)!.length).toBeGreaterThan(10);
    if (missing.length > 1) expect(missing.map(({ name }) => name)).not.toContain('transcript');
  }
});

test('an expected failure names a requirement and a backend that can show it, and says why', () => {
  for (const { id, backend, why } of expectedFailures) {
    expect(ids).toContain(id);
    expect(notOn(backend, id)).toBeUndefined();
    expect(why.length).toBeGreaterThan(10);
  }
});
