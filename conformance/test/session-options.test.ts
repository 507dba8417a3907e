import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openSession, type ParkedRequest, type SessionOptions } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { realCli } from '../src/real-agent.ts';
import { bash, say, scripted, sessionAgent, sessionBackends } from '../src/session-agent.ts';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const groups: readonly (readonly [string, SessionOptions])[] = [
  [
    'that become arguments',
    {
      model: 'claude-sonnet-4-5',
      fallbackModel: 'claude-haiku-4-5',
      allowedTools: ['Read', 'Bash(git:*)'],
      disallowedTools: ['WebFetch'],
      tools: ['Read', 'Bash'],
      permissionMode: 'acceptEdits',
      maxTurns: 5,
      maxBudgetUsd: 1,
      taskBudget: 100_000,
      thinking: 2000,
      effort: 'low',
      includePartialMessages: true,
      includeHookEvents: true,
      settingSources: [],
      settings: { cleanupPeriodDays: 3 },
      sandbox: { enabled: false },
      addDirs: ['/tmp'],
      projectConfigRoot: '/tmp',
      strictMcpConfig: true,
      agent: 'general-purpose',
      plugins: ['/tmp'],
      sessionId: '12345678-1234-4234-8234-123456789012',
      persistSession: false,
      betas: ['context-1m-2025-08-07'],
      extraArgs: { 'thinking-display': 'omitted' },
    },
  ],
  [
    'that go through initialize',
    {
      systemPrompt: ['be brief', 'and kind'],
      appendSystemPrompt: 'please',
      excludeDynamicSections: true,
      planModeInstructions: 'plan well',
      toolAliases: { Bash: 'Shell' },
      agents: { helper: { description: 'helps', prompt: 'help' } },
      title: 'a title',
      skills: [],
      promptSuggestions: true,
      agentProgressSummaries: true,
      forwardSubagentText: true,
      dialogs: { pick: async () => ({ behavior: 'cancelled' }) },
      hooks: { Stop: [{ matcher: null, timeout: 5, onFailure: 'continue', hooks: [async () => ({})] }] },
      fileCheckpointing: true,
    },
  ],
  ['with which it thinks as it likes', { thinking: 'adaptive', tools: [] }],
];

describe.each(sessionBackends)('options of a session over the %s CLI', (backend) => {
  test.each(groups)('it accepts those %s', async (_, options) => {
    await using agent = await sessionAgent(backend);
    await using session = await openSession({ ...agent.options, ...options });
    expect(await session.prompt(scripted('go', say('fine'))).result()).toMatchObject({ result: 'fine', is_error: false });
    if (options.sessionId !== undefined) expect(session.id).toBe(options.sessionId);
    await session.end();
  });

  test('secrets of MCP servers are in no argument', async () => {
    await using agent = await sessionAgent(backend);
    const mcpServers = { here: { command: 'cat', env: { TOKEN: 'a-secret-token' } } };
    await using session = await openSession({ ...agent.options, mcpServers });
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(`/proc/${session.transport.pid}/cmdline`, 'utf8')).not.toContain('a-secret-token');
    if (backend === 'real') expect(await session.mcpStatus()).toMatchObject({ mcpServers: [{ name: 'here' }] });
    await session.close();
  });
});

// The fake knows no hook that defers.
describe.skipIf(realCli === undefined)('a call that waits for a person, over the real CLI', () => {
  test('P46 a call is parked, the process ends, and the decision runs exactly that call once', async () => {
    await using agent = await sessionAgent('real');
    const parking = { matcher: 'Bash', ask: async () => 'park' as const };
    await using first = await openSession({ ...agent.options, parking });
    const result = await first.prompt(scripted('go', bash('echo ran >> runs'), say('done'))).result();
    expect(result.stop_reason).toBe('tool_deferred');
    expect((await first.end()).exit).toEqual({ code: 0, signal: null });
    expect(existsSync(path.join(agent.cwd, 'runs'))).toBe(false);
    const request = JSON.parse(JSON.stringify(first.parked[0])) as ParkedRequest;
    await using second = await openSession({
      ...agent.options,
      resume: request.sessionId,
      parking: { ...parking, decision: { request, verdict: { behavior: 'allow' } } },
    });
    expect(await second.continued!.result()).toMatchObject({ result: 'done' });
    await second.end();
    expect(existsSync(path.join(agent.cwd, 'runs'))).toBe(true);
  });
});
