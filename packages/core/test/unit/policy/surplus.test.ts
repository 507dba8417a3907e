import { describe, expect, test } from 'vitest';
import type { SessionPolicyOptions } from '../../../src/policy/session-options.ts';
import { type RequestContext, requestedOf, surplusCommands, surplusInInit, surplusServers } from '../../../src/policy/surplus.ts';

type Options = SessionPolicyOptions & { readonly isolated?: boolean };
const context: RequestContext = { sdkServers: [], args: [], cwd: '/work' };
const strict = (options: Options = {}, more: Partial<RequestContext> = {}) =>
  requestedOf({ isolated: true, ...options }, { ...context, ...more })!;
const named = (surplus: readonly { readonly kind: string; readonly name: string }[]): readonly string[] =>
  surplus.map(({ kind, name }) => `${kind} ${name}`);

test('only sessions that were asked to be strict are compared', () => {
  expect(requestedOf({}, context)).toBeUndefined();
  expect(requestedOf({ isolated: true, settingSources: ['user'], strictMcpConfig: false }, context)).toBeUndefined();
  expect(requestedOf({ strictMcpConfig: true }, context)).toMatchObject({ servers: new Set(), skills: undefined, tools: undefined });
  expect(requestedOf({ isolated: true, settingSources: ['project'] }, context)).toMatchObject({ servers: new Set(), skills: undefined });
});

describe('P32 servers', () => {
  const reported = [
    { name: 'shop', source: 'dynamic' },
    { name: 'calc', source: 'sdk' },
    { name: 'mail', source: 'user' },
    { name: 'claude.ai Drive', source: 'claudeai' },
  ];
  test('of the operator and of the account are surplus, those that were asked for are none', () => {
    const requested = strict({ mcpServers: { shop: { command: 'shop' } } }, { sdkServers: ['calc'] });
    expect(named(surplusServers(requested, reported))).toEqual(['mcp-server mail', 'mcp-server claude.ai Drive']);
  });
  test('that a flag brings are asked for, others are not', () => {
    const requested = strict({}, { args: ['--mcp-config=/servers.json'] });
    expect(named(surplusServers(requested, reported))).toEqual(['mcp-server mail', 'mcp-server claude.ai Drive']);
    expect(named(surplusServers(strict(), reported.slice(0, 2)))).toEqual(['mcp-server shop', 'mcp-server calc']);
  });
  test('of a plugin belong to the plugin', () => {
    const ofPlugin = [{ name: 'plugin:tools:db' }];
    expect(surplusServers(strict({ plugins: ['./tools'] }), ofPlugin)).toEqual([]);
    expect(surplusServers(strict(), ofPlugin)).toHaveLength(1);
  });
});

describe('P32 skills and commands', () => {
  const commands = [{ name: 'verify', builtin: true }, { name: 'mine' }, { name: 'tools:deploy' }];
  test('that are neither built in nor asked for are surplus', () => {
    expect(named(surplusCommands(strict(), commands))).toEqual(['skill mine', 'skill tools:deploy']);
    expect(surplusCommands(strict({ skills: ['mine'], plugins: ['/tools'] }), commands)).toEqual([]);
    expect(surplusCommands(strict({ agents: { a: { description: '', prompt: '', skills: ['mine', 'tools:deploy'] } } }), commands)).toEqual(
      [],
    );
  });
  test('a CLI that does not mark its own commands tells nothing', () => {
    expect(surplusCommands(strict(), [{ name: 'verify' }])).toEqual([]);
    expect(surplusCommands(strict(), undefined)).toEqual([]);
  });
});

describe('P32 what system/init adds', () => {
  const builtin = new Set(['verify']);
  const all = (options: Options, init: object, more?: Partial<RequestContext>): readonly string[] =>
    named(surplusInInit(strict(options, more), init as Readonly<Record<string, unknown>>, builtin));

  test.each<[name: string, options: Options, init: object, expected: readonly string[]]>([
    ['nothing', {}, {}, []],
    ['a server', {}, { mcp_servers: [{ name: 'mail', status: 'connected' }] }, ['mcp-server mail']],
    ['a server that the host has added meanwhile', {}, { mcp_servers: [{ name: 'x', source: 'dynamic' }] }, []],
    ['a skill', { skills: ['mine'] }, { skills: ['verify', 'mine', 'other'] }, ['skill other']],
    ['built-in tools when none were named', {}, { tools: ['Bash', 'Read'] }, []],
    ['a tool besides those named', { tools: ['Read', 'Bash(git:*)'] }, { tools: ['Read', 'Bash', 'Write'] }, ['tool Write']],
    ['a tool under its other names', { tools: ['Agent', 'Read'], toolAliases: { Read: 'Look' } }, { tools: ['Task', 'Look'] }, []],
    ['what a schema and resources bring', { tools: [] }, { tools: ['StructuredOutput', 'ReadMcpResourceTool'] }, []],
    ['the default tools', { tools: ['default'] }, { tools: ['Bash'] }, []],
    ['a tool of a server of ours', { mcpServers: { 'a b': { command: 'x' } }, tools: [] }, { tools: ['mcp__a_b__go'] }, []],
    ['a tool of a server that is not reported', {}, { tools: ['mcp__mail__send'] }, ['tool mcp__mail__send']],
    [
      'a server and its tools',
      {},
      { mcp_servers: [{ name: 'mail' }], tools: ['mcp__mail__send', 'Bash'] },
      ['mcp-server mail', 'tool mcp__mail__send'],
    ],
    ['built-in plugins', {}, { plugins: [{ name: 'a', path: 'builtin', source: 'a@builtin' }] }, []],
    ['a plugin of ours', { plugins: ['./mine'] }, { plugins: [{ name: 'm', path: '/work/mine', source: 'm@inline' }] }, []],
    ['one of a folder of plugins', { plugins: ['/p'] }, { plugins: [{ name: 'm', path: '/p/m' }] }, []],
    [
      'one that settings switch on',
      { settings: { enabledPlugins: { 'a@b': true } } },
      { plugins: [{ name: 'a', source: 'a@b', path: '/x' }] },
      [],
    ],
    [
      'one that settings switch off',
      { settings: { enabledPlugins: { 'a@b': false } } },
      { plugins: [{ name: 'a', source: 'a@b' }] },
      ['plugin a'],
    ],
    ['a plugin of the operator', { plugins: ['/p'] }, { plugins: [{ name: 'o', path: '/pother', source: 'o@market' }] }, ['plugin o']],
  ])('%s', (_, options, init, expected) => {
    expect(all(options, init)).toEqual(expected);
  });
});
