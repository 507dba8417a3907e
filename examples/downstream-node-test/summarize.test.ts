import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fakeCli, MockProcess, mockSpawner, playScenario, trackProcesses } from '@subwire/testing';
import { summarize } from './summarize.ts';

const processes = trackProcesses({ whenUnsupported: 'pass' });
// Fails when a test has left a process behind.
after(() => processes[Symbol.asyncDispose]());

await test('keeps the first line of the answer', async () => {
  const child = new MockProcess();
  playScenario(child, { reply: 'short\nand more' });
  const spawner = mockSpawner(() => child);
  assert.equal(await summarize('a long text', { command: 'claude', spawner }), 'short');
  assert.match(child.written.join('\n'), /a long text/);
});

await test('reads an answer that comes in small pieces, with noise between the lines', async () => {
  const agent = fakeCli({ reply: 'still fine', faults: [{ name: 'chunk', bytes: 7 }, { name: 'noise' }] });
  assert.equal(await summarize('a long text', agent), 'still fine');
});

await test('says how the agent died', async () => {
  const agent = fakeCli({ faults: [{ name: 'crash-on-input', code: 3 }] });
  await assert.rejects(summarize('a long text', agent), { code: 'EXIT_NONZERO', exitCode: 3 });
});
