import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { query } from '@anthropic-ai/claude-agent-sdk';
import { type CloseReceipt, createClaudeCodeSpawner } from '@subwire/core';
import { fakeCli, isAlive } from '@subwire/testing';

// Leave these options out, and the SDK starts its own Claude Code.
const fake = fakeCli();
const agent = { pathToClaudeCodeExecutable: fake.command[1]!, env: { ...process.env, ...fake.env }, allowedTools: ['Bash'] };

/** Options for one run of the official SDK whose process is ours, and the receipt that says how it ended. */
function overOurProcess() {
  let onReceipt: (receipt: CloseReceipt) => void = () => undefined;
  const receipt = new Promise<CloseReceipt>((resolve) => (onReceipt = resolve));
  const spawnClaudeCodeProcess = createClaudeCodeSpawner({
    limits: { residentBytes: { hard: 2 * 1024 ** 3 } },
    onStderr: (line) => console.error(line),
    onReceipt,
  });
  return { options: { ...agent, spawnClaudeCodeProcess }, receipt };
}

const whole = overOurProcess();
const results: unknown[] = [];
for await (const message of query({ prompt: 'hello', options: whole.options })) {
  if (message.type === 'result') results.push(message.result);
}
assert.deepEqual(results, ['hello']);
assert.deepEqual((await whole.receipt).survivors, []);

// Leaving the loop ends the agent, and the tool that it runs with it.
const pidFile = path.resolve('pid');
const command = `echo $$ > ${pidFile}; exec sleep 600`;
const prompt = `wait <<fake ${JSON.stringify({ kind: 'tool_use', name: 'Bash', input: { command } })}>>`;
const cut = overOurProcess();
for await (const { type } of query({ prompt, options: cut.options })) {
  if (type !== 'assistant') continue;
  while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await sleep(20);
  break;
}
const { survivors, killed } = await cut.receipt;
assert.deepEqual(survivors, []);
assert.ok(killed.length > 0);
assert.ok(!isAlive(Number(readFileSync(pidFile, 'utf8'))));
