import { expect, test } from 'vitest';
import type { SdkMcpServer } from '@subwire/core';
import { type Wire, openInMemory } from './in-memory.ts';

const mcpServers = { files: { command: 'files-server', env: { TOKEN: 'of-the-files-server' } } };
const sdk: SdkMcpServer = { connect: async () => undefined, close: async () => undefined };
const version = '2.1.299';

/** What an agent of this version was asked at its start, after `initialize`; it has the servers of this status. */
async function askedAtStart(agent: { version?: string; has: readonly string[] }, options = {}): Promise<readonly Wire[]> {
  const mcpStatus = agent.has.map((name) => ({ name, status: 'pending' }));
  const steps = [
    { expect: 'initialize' },
    { answer: 'success', response: { commands: [], pid: 1, ...(agent.version !== undefined && { claude_code_version: agent.version }) } },
    { expect: 'mcp_status' },
    { answer: 'success', response: { mcpServers: mcpStatus } },
    { expect: 'mcp_set_servers' },
    { answer: 'success', response: { added: ['files'], removed: [], errors: {} } },
    { hang: true },
  ] as never;
  const { sent } = await openInMemory(steps, { mcpServers, ...options });
  return sent()
    .map((frame) => frame['request'])
    .filter((request) => request !== undefined && request.subtype !== 'initialize');
}

test('an older agent that has passed the servers over is given them', async () => {
  const asked = await askedAtStart({ version, has: [] });
  expect(asked).toEqual([{ subtype: 'mcp_status' }, { subtype: 'mcp_set_servers', servers: mcpServers }]);
});

test('with those of this process, which it would lose otherwise', async () => {
  const asked = await askedAtStart({ version, has: ['here'] }, { sdkMcpServers: { here: sdk } });
  expect(asked[1]).toEqual({ subtype: 'mcp_set_servers', servers: { here: { type: 'sdk', name: 'here' }, ...mcpServers } });
});

test.each([version, undefined])('an agent of version %s that has them is only asked', async (told) => {
  expect(await askedAtStart({ ...(told !== undefined && { version: told }), has: ['files'] })).toEqual([{ subtype: 'mcp_status' }]);
});

test('an agent that is new enough to take them is not asked', async () => {
  for (const newer of ['2.1.329', '2.1.330', '2.2.0']) expect(await askedAtStart({ version: newer, has: [] })).toEqual([]);
  expect(await askedAtStart({ version, has: [] }, { mcpServers: undefined })).toEqual([]);
});

test('an agent that does not know the question is opened all the same, and so is one that neither answers nor tells its version', async () => {
  const start = (told: object) => [{ expect: 'initialize' }, { answer: 'success', response: { commands: [], pid: 1, ...told } }];
  const refusing = [
    ...start({ claude_code_version: version }),
    { expect: 'mcp_status' },
    { answer: 'error', error: 'unknown' },
    { hang: true },
  ];
  const silent = [...start({}), { hang: true }];
  for (const steps of [refusing, silent]) {
    const { sent } = await openInMemory(steps as never, { mcpServers });
    expect(sent().map((frame) => frame['request']?.subtype)).toEqual(['initialize', 'mcp_status']);
  }
});
