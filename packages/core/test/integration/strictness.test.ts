import { lastValueFrom } from 'rxjs';
import { afterAll, expect, test } from 'vitest';
import { type LaunchError, openSession, query, type SessionOptions } from '@subwire/core';
import { fakeCli, isAlive, trackProcesses } from '@subwire/testing';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const isolated: SessionOptions = { isolated: true, credential: { apiKey: 'a-made-up-key' } };
const init = {
  mcp_servers: [{ name: 'operators-mail', status: 'connected', source: 'user' }],
  skills: ['operators-skill'],
  tools: ['mcp__operators-mail__send'],
};

/** An agent that answers initialize and mcp_status by itself. */
function agent(commands: readonly object[], servers: readonly object[] | undefined): SessionOptions {
  const status =
    servers === undefined
      ? `{ subtype: 'error', request_id: m.request_id, error: 'unknown' }`
      : `{ subtype: 'success', request_id: m.request_id, response: { mcpServers: ${JSON.stringify(servers)} } }`;
  const code = `
    let rest = ''; const say = (response) => console.log(JSON.stringify({ type: 'control_response', response }));
    process.stdin.on('data', (chunk) => { rest += chunk; for (let at; (at = rest.indexOf('\\n')) >= 0; rest = rest.slice(at + 1)) {
      const m = JSON.parse(rest.slice(0, at));
      if (m.request?.subtype === 'initialize') say({ subtype: 'success', request_id: m.request_id, response: { commands: ${JSON.stringify(commands)} } });
      else if (m.request?.subtype === 'mcp_status') say(${status});
    } });`;
  return { command: ['node', '-e', code, '--'] };
}

async function refused(options: SessionOptions): Promise<LaunchError> {
  const cause: unknown = await openSession(options).then(
    async (session) => void (await session.close()),
    (error: unknown) => error,
  );
  expect(cause).toMatchObject({ code: 'UNREQUESTED_CONFIGURATION', retryable: false });
  return cause as LaunchError;
}

const own = { name: 'verify', builtin: true };

test('P32 a start that reports a server or a skill which nobody asked for is rejected with its name, and nothing is left', async () => {
  const byServer = await refused({ ...isolated, ...agent([own], [{ name: 'operators-mail', source: 'user' }]) });
  expect(byServer.surplus).toEqual([{ kind: 'mcp-server', name: 'operators-mail' }]);
  expect(byServer.message).toContain('the MCP server operators-mail');
  const bySkill = await refused({ ...isolated, ...agent([own, { name: 'operators-skill' }], undefined) });
  expect(bySkill.surplus).toEqual([{ kind: 'skill', name: 'operators-skill' }]);
  await refused({ strictMcpConfig: true, ...agent([{ name: 'allowed' }], [{ name: 'operators-mail' }]) });
});

test('P32 what was asked for, what is built in, and everything of a session that is not strict is let through', async () => {
  const mcpServers = { shop: { command: 'cat' } };
  for (const options of [
    { ...isolated, mcpServers, ...agent([own], [{ name: 'shop', source: 'dynamic' }]) },
    { ...isolated, ...agent([own], undefined) },
    agent([{ name: 'operators-skill' }], [{ name: 'operators-mail', source: 'user' }]),
  ]) {
    const session = await openSession(options);
    await session.close();
  }
});

test('P32 a system/init with a surplus fails the first turn with the names, ends the tree, and is no message of the turn', async () => {
  const session = await openSession({ ...isolated, ...fakeCli({ init }) });
  const pid = session.transport.pid!;
  const seen: string[] = [];
  session.messages$.subscribe({ next: ({ type }) => seen.push(type), error: () => undefined });
  const cause = await session
    .prompt('hello')
    .result()
    .catch((error: unknown) => error);
  expect(cause).toMatchObject({
    code: 'UNREQUESTED_CONFIGURATION',
    surplus: [
      { kind: 'mcp-server', name: 'operators-mail' },
      { kind: 'skill', name: 'operators-skill' },
      { kind: 'tool', name: 'mcp__operators-mail__send' },
    ],
  });
  await session.close();
  expect(seen).not.toContain('assistant');
  expect(isAlive(pid)).toBe(false);
  await expect(lastValueFrom(query('hello', { ...isolated, ...fakeCli({ init }) }))).rejects.toMatchObject({
    code: 'UNREQUESTED_CONFIGURATION',
  });
});

test('P32 an isolated session with tools of its choice works, and later inits are not looked at', async () => {
  const session = await openSession({ ...isolated, ...fakeCli({ reply: 'fine' }), tools: ['Read', 'Bash'], skills: [] });
  expect(await session.prompt('one').result()).toMatchObject({ result: 'fine' });
  expect(await session.prompt('two').result()).toMatchObject({ result: 'fine' });
  await session.close();
});
