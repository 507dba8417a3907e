import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeCli, MockProcess, mockSpawner, playScenario } from '@subwire/testing';
import { useProcessGuard } from '@subwire/testing/vitest';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { summarize } from './summarize.ts';

// Each test fails that leaves a process behind.
useProcessGuard();

test('keeps the first line of the answer', async () => {
  const child = new MockProcess();
  playScenario(child, { reply: 'short\nand more' });
  const spawner = mockSpawner(() => child);
  expect(await summarize('a long text', { command: 'claude', spawner })).toBe('short');
  expect(child.written.join('\n')).toContain('a long text');
});

test('asks again when the agent has crashed', async () => {
  const file = path.join(tmpdir(), randomUUID());
  const agent = fakeCli({ reply: 'second try', faults: [{ name: 'crash-on-input', times: 1, file }] });
  expect(await summarize('a long text', agent)).toBe('second try');
});

test('does not ask again when the agent refuses', async () => {
  const agent = fakeCli({ turns: [{ kind: 'error', status: 400, message: 'too long' }] });
  await expect(summarize('a long text', agent)).rejects.toMatchObject({ code: 'RESULT_ERROR' });
});
