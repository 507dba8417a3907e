import { describe, expect, test } from 'vitest';
import { type JsonRpcMessage, type McpTransport, openSession, type SdkMcpServer } from '@subwire/core';
import { answers, asking, handshake, inMemory, openInMemory } from './in-memory.ts';

function calculator() {
  let transport: McpTransport | undefined;
  const seen: JsonRpcMessage[] = [];
  const server = {
    connections: 0,
    seen,
    tell: (message: object) => transport?.send({ jsonrpc: '2.0', ...message }),
    async connect(given: McpTransport) {
      if (transport !== undefined) throw new Error('Already connected to a transport.');
      transport = given;
      server.connections++;
      given.onmessage = (message: JsonRpcMessage) => {
        seen.push(message);
        if (message.method === undefined || message.id === undefined) return;
        const result = message.method === 'add' ? { sum: Number(message.params?.['a']) + Number(message.params?.['b']) } : {};
        // A slow one is still at work when the test ends.
        setTimeout(() => void given.send({ jsonrpc: '2.0', id: message.id, result }), message.method === 'slow' ? 60_000 : 5).unref();
      };
      await given.start();
    },
    async close() {
      const closing = transport;
      transport = undefined;
      await closing?.close();
    },
  };
  return server;
}

const rpc = (message: object, server = 'calc') => ({
  subtype: 'mcp_message',
  server_name: server,
  message: { jsonrpc: '2.0', ...message },
});

describe('MCP servers in this process', () => {
  test('answer requests, acknowledge notifications, and are declared by name', async () => {
    const server = calculator();
    const steps = [
      ...handshake,
      { expect: 'user' },
      { ask: rpc({ id: 7, method: 'add', params: { a: 1, b: 2 } }) },
      { ask: rpc({ method: 'notifications/initialized' }) },
      { ask: rpc({ id: 8, method: 'add' }, 'nobody') },
      { result: 'ok' },
      { hang: true },
    ];
    const { session, sent, initialize } = await openInMemory(steps as never, { sdkMcpServers: { calc: server } });
    await session.prompt('go').result();
    expect(initialize()['sdkMcpServers']).toEqual(['calc']);
    expect(answers(sent()).map(({ response }) => response.mcp_response)).toEqual([
      { jsonrpc: '2.0', id: 7, result: { sum: 3 } },
      { jsonrpc: '2.0', id: 0, result: {} },
      { jsonrpc: '2.0', id: 8, error: { code: -32601, message: expect.stringContaining('nobody') } },
    ]);
  });

  test('P23 two sessions share one server: both connect, and answers go to who asked', async () => {
    const server = calculator();
    const sdkMcpServers: Readonly<Record<string, SdkMcpServer>> = { calc: { instance: server } };
    const steps = (a: number) =>
      [
        ...handshake,
        { expect: 'user' },
        { ask: rpc({ id: 1, method: 'add', params: { a, b: 1 } }) },
        { result: 'ok' },
        { hang: true },
      ] as never;
    const both = await Promise.all([openInMemory(steps(10), { sdkMcpServers }), openInMemory(steps(20), { sdkMcpServers })]);
    await Promise.all(both.map(({ session }) => session.prompt('go').result()));
    expect(both.map(({ sent }) => answers(sent())[0].response.mcp_response)).toEqual([
      { jsonrpc: '2.0', id: 1, result: { sum: 11 } },
      { jsonrpc: '2.0', id: 1, result: { sum: 21 } },
    ]);
    expect(server.connections).toBe(1);
    await Promise.all(both.map(({ session }) => session.close()));
    // The last one has closed it: it can be used again.
    const again = await openInMemory(steps(30), { sdkMcpServers });
    await again.session.prompt('go').result();
    expect(server.connections).toBe(2);
  });

  test('what a server says by itself reaches the CLI; what it asks is refused, not left to hang', async () => {
    const server = calculator();
    const { session, sent } = await openInMemory(asking(rpc({ id: 1, method: 'add' })), { sdkMcpServers: { calc: server } });
    await session.prompt('go').result();
    await server.tell({ method: 'notifications/tools/list_changed' });
    await server.tell({ id: 99, method: 'sampling/createMessage' });
    await server.tell({ id: 100, method: 'ping' });
    expect(
      sent()
        .filter((frame) => frame['request']?.subtype === 'mcp_message')
        .map((frame) => frame['request'].message.method),
    ).toEqual(['notifications/tools/list_changed']);
    expect(server.seen.slice(-2)).toMatchObject([
      { id: 99, error: { code: -32601 } },
      { id: 100, result: {} },
    ]);
  });

  test('a cancelled call and its progress keep their own ids', async () => {
    const server = calculator();
    const steps = [
      ...handshake,
      { expect: 'user' },
      { ask: rpc({ id: 5, method: 'slow', params: { _meta: { progressToken: 'p5' } } }), await: false },
      { wait: 1 },
      { ask: rpc({ method: 'notifications/cancelled', params: { requestId: 5 } }) },
      { result: 'ok' },
      { hang: true },
    ];
    const { session } = await openInMemory(steps as never, { sdkMcpServers: { calc: server } });
    await session.prompt('go').result();
    const [call, cancel] = server.seen;
    expect(call!.id).not.toBe(5);
    expect(call!.params!._meta!['progressToken']).toBe(call!.id);
    expect(cancel!.params!['requestId']).toBe(call!.id);
  });

  test('a server that fails to connect answers with an error and is tried again', async () => {
    let tries = 0;
    const inner = calculator();
    const flaky = {
      connect: (transport: McpTransport) => (tries++ === 0 ? Promise.reject(new Error('not yet')) : inner.connect(transport)),
      close: () => inner.close(),
    };
    const steps = [
      ...handshake,
      { expect: 'user' },
      { ask: rpc({ id: 1, method: 'add' }) },
      { ask: rpc({ id: 2, method: 'add' }) },
      { result: 'ok' },
      { hang: true },
    ];
    const { session, sent } = await openInMemory(steps as never, { sdkMcpServers: { calc: flaky } });
    await session.prompt('go').result();
    expect(answers(sent()).map(({ response }) => response.mcp_response)).toMatchObject([
      { id: 1, error: { message: 'not yet' } },
      { id: 2, result: {} },
    ]);
  });

  test('what is no server is refused before anything starts', async () => {
    const { options, spawned } = inMemory();
    await expect(openSession({ ...options, sdkMcpServers: { x: {} as never } })).rejects.toMatchObject({ option: 'sdkMcpServers.x' });
    expect(spawned).toHaveLength(0);
  });
});
