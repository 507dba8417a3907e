import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type CloseReceipt, createClaudeCodeSpawner } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { bash, say, scripted, sessionAgent } from '../src/session-agent.ts';

const folder = process.env['SUBWIRE_OFFICIAL_SDK'];
const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

describe.skipIf(folder === undefined)('the official SDK over our process layer', () => {
  async function start(prompt: string, more: object = {}) {
    const agent = await sessionAgent('real');
    const { query } = await import(pathToFileURL(path.join(folder!, '@anthropic-ai', 'claude-agent-sdk', 'sdk.mjs')).href);
    let onReceipt: (receipt: CloseReceipt) => void = () => undefined;
    const receipt = new Promise<CloseReceipt>((resolve) => (onReceipt = resolve));
    const spawnClaudeCodeProcess = createClaudeCodeSpawner({ onReceipt });
    const env = { PATH: process.env['PATH'], ...agent.options.env };
    const options = { pathToClaudeCodeExecutable: agent.options.command, cwd: agent.cwd, env, spawnClaudeCodeProcess, ...more };
    return { agent, run: query({ prompt, options }), receipt };
  }

  test('a query has its messages and its result, and the receipt says how it ended', async () => {
    const { agent, run, receipt } = await start(scripted('go', say('through the SDK')));
    const results: unknown[] = [];
    for await (const message of run) if (message.type === 'result') results.push(message.result);
    expect(results).toEqual(['through the SDK']);
    expect(await receipt).toMatchObject({ exit: { code: 0, signal: null }, survivors: [] });
    await agent[Symbol.asyncDispose]();
  });

  test('a close in the middle of a tool ends the tool as well', async () => {
    const { agent, run, receipt } = await start(scripted('go', bash('touch begun; sleep 30'), say('never')), { allowedTools: ['Bash'] });
    for await (const message of run) if (message.type === 'assistant') break;
    expect(await receipt).toMatchObject({ survivors: [] });
    await agent[Symbol.asyncDispose]();
  });
});
