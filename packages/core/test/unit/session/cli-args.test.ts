import { describe, expect, test } from 'vitest';
import { openSession, type SessionOptions } from '@subwire/core';
import { buildCliArgs } from '../../../src/policy/cli-args.ts';
import { buildFileArgs } from '../../../src/policy/file-args.ts';
import { inMemory, openInMemory } from './in-memory.ts';

const base = ['--output-format=stream-json', '--verbose', '--input-format=stream-json'];
const more = (options: SessionOptions, asksHost = false): readonly string[] => buildCliArgs(options, { asksHost }).slice(base.length);

describe('options that become arguments', () => {
  test('without any, only what makes it speak lines', () => {
    expect(buildCliArgs({}, { asksHost: false })).toEqual(base);
  });

  test.each<[SessionOptions, readonly string[]]>([
    [{ model: 'a', fallbackModel: 'b' }, ['--model=a', '--fallback-model=b']],
    [{ allowedTools: ['Bash(git:*)', 'Read'], disallowedTools: [] }, ['--allowedTools=Bash(git:*),Read']],
    [{ tools: [] }, ['--tools=']],
    [{ permissionMode: 'plan', allowDangerouslySkipPermissions: true }, ['--permission-mode=plan', '--allow-dangerously-skip-permissions']],
    [{ resume: '-x', resumeSessionAt: 'y', forkSession: true }, ['--resume=-x', '--resume-session-at=y', '--fork-session']],
    [{ continue: true }, ['--continue']],
    [{ sessionId: 'x', persistSession: false }, ['--session-id=x', '--no-session-persistence']],
    [{ persistSession: true }, []],
    [{ maxTurns: 1, maxBudgetUsd: 0.5, taskBudget: 9 }, ['--max-turns=1', '--max-budget-usd=0.5', '--task-budget=9']],
    [{ thinking: 2000 }, ['--max-thinking-tokens=2000']],
    [{ thinking: 'disabled', effort: 'high', betas: ['a', 'b'] }, ['--thinking=disabled', '--effort=high', '--betas=a,b']],
    [{ includePartialMessages: true, includeHookEvents: true }, ['--include-partial-messages', '--include-hook-events']],
    [{ settingSources: [] }, ['--setting-sources=']],
    [{ settings: '/etc/s.json' }, ['--settings=/etc/s.json']],
    [{ settings: { a: 1 }, sandbox: { enabled: true } }, []],
    [{ settings: ' {"a":1}' }, []],
    [{ addDirs: ['/a', '/b'], projectConfigRoot: '/c' }, ['--add-dir=/a', '--add-dir=/b', '--project-config-root=/c']],
    [{ strictMcpConfig: true, agent: 'x', plugins: ['/p'] }, ['--strict-mcp-config', '--agent=x', '--plugin-dir=/p']],
    [{ jsonSchema: { type: 'object' } }, []],
    [{ extraArgs: { 'mcp-config': '{}', settings: '{}', agents: '{}', 'system-prompt': 'x'.repeat(5000) } }, []],
    [{ extraArgs: { 'mcp-config': '/m.json', 'system-prompt': 'short' } }, ['--mcp-config=/m.json', '--system-prompt=short']],
    [{ extraArgs: { debug: null, 'debug-file': '-x' } }, ['--debug', '--debug-file=-x']],
  ])('%j', (options, expected) => {
    expect(more(options)).toEqual(expected);
  });

  test.each<[SessionOptions, Readonly<Record<string, string>>]>([
    [{}, {}],
    [{ settings: '/etc/s.json', extraArgs: { 'mcp-config': '/m.json', debug: null } }, {}],
    [{ settings: { a: 1 }, sandbox: { enabled: true } }, { settings: '{"a":1,"sandbox":{"enabled":true}}' }],
    [{ sandbox: { enabled: true } }, { settings: '{"sandbox":{"enabled":true}}' }],
    [
      { settings: ' {"a":1}', extraArgs: { 'mcp-config': '{"mcpServers":{}}' } },
      { settings: ' {"a":1}', 'mcp-config': '{"mcpServers":{}}' },
    ],
    [{ extraArgs: { 'append-system-prompt': 'ß'.repeat(2049) } }, { 'append-system-prompt-file': 'ß'.repeat(2049) }],
  ])('what goes into a private file: %j', (options, expected) => {
    expect(buildFileArgs(options)).toEqual(expected);
  });

  test('on another machine, where no file of ours can be read, they stay arguments', async () => {
    const { specs } = await openInMemory({}, { settings: { a: 1 } });
    expect(specs[0]!.args).toContain('--settings={"a":1}');
  });

  test('a permission callback makes the CLI ask over stdio', () => {
    expect(more({}, true)).toEqual(['--permission-prompt-tool=stdio']);
  });

  test('secrets of MCP servers go over stdin with initialize, never through argv', async () => {
    const mcpServers = { shop: { type: 'http', url: 'https://shop', headers: { Authorization: 'Bearer s3cret-token' } } } as const;
    const { specs, initialize } = await openInMemory({}, { mcpServers });
    expect(specs[0]!.args).toContain('--await-initialize');
    expect(JSON.stringify(specs)).not.toContain('s3cret-token');
    expect(initialize()['mcpServers']).toEqual(mcpServers);
  });

  test('what may be long goes through initialize', async () => {
    const options: SessionOptions = {
      systemPrompt: 'be brief',
      appendSystemPrompt: 'please',
      agents: { helper: { description: 'd', prompt: 'p' } },
      jsonSchema: { type: 'object' },
      title: 't',
      skills: [],
      forwardSubagentText: true,
    };
    const { initialize } = await openInMemory({}, options);
    expect(initialize()).toMatchObject({ ...options, systemPrompt: ['be brief'] });
  });

  test('what is not given is left out: the CLI has its own', async () => {
    expect((await openInMemory()).initialize()).toEqual({ subtype: 'initialize', hooks: null });
  });
});

describe('options that contradict each other are refused before anything starts', () => {
  test.each<[string, SessionOptions]>([
    ['fallbackModel', { model: 'a', fallbackModel: 'a' }],
    ['continue', { resume: 'x', continue: true }],
    ['forkSession', { forkSession: true }],
    ['resumeSessionAt', { resumeSessionAt: 'x' }],
    ['resume', { resume: '' }],
    ['maxTurns', { maxTurns: 0 }],
    ['maxBudgetUsd', { maxBudgetUsd: -1 }],
    ['thinking', { thinking: Number.NaN }],
    ['onToolUse', { onToolUse: async () => ({ behavior: 'allow' }), extraArgs: { 'permission-prompt-tool': 'x' } }],
    ['sandbox', { settings: 'file.json', sandbox: {} }],
    ['extraArgs', { extraArgs: { '--debug': null } }],
    ['clocks.totalMs', { clocks: { totalMs: 0 } }],
    ['clocks.silenceMs.tool', { clocks: { silenceMs: { tool: Number.NaN } } }],
  ])('%s', async (option, options) => {
    const { options: fake, spawned } = inMemory();
    await expect(openSession({ ...fake, ...options })).rejects.toMatchObject({ code: 'INVALID_OPTION', option });
    expect(spawned).toHaveLength(0);
  });
});
