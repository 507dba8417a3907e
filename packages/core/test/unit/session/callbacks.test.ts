import { describe, expect, test } from 'vitest';
import { firstValueFrom } from 'rxjs';
import { filter } from 'rxjs/operators';
import { digestOf, type JsonRpcMessage, type McpTransport, openSession, type ParkedRequest, type SdkMcpServer } from '@subwire/core';
import { handshake, inMemory, openInMemory, type Wire } from './in-memory.ts';

const quick = { shutdown: { eofGraceMs: 50, termGraceMs: 50, killGraceMs: 50, drainMs: 20 } };
const asking = (request: object, answered?: object) =>
  [
    ...handshake,
    { expect: 'user' },
    { init: {} },
    { ask: request, ...(answered !== undefined && { answered }) },
    { result: 'ok' },
    { hang: true },
  ] as never;
const tool = {
  subtype: 'can_use_tool',
  tool_name: 'Bash',
  input: { command: 'ls' },
  tool_use_id: 'toolu_1',
  permission_suggestions: [{ type: 'setMode' }],
};

/** The answers that the host gave to questions. */
function answers(sent: readonly Readonly<Record<string, Wire>>[]): readonly Wire[] {
  return sent.flatMap((frame) => (frame['type'] === 'control_response' ? [frame['response']] : []));
}

describe('P23 the permission callback', () => {
  test.each<[string, () => Promise<Wire>, object]>([
    [
      'allows, with the input that was asked about',
      async () => ({ behavior: 'allow' }),
      { behavior: 'allow', updatedInput: { command: 'ls' } },
    ],
    [
      'changes the input',
      async () => ({ behavior: 'allow', updatedInput: { command: 'pwd' } }),
      { behavior: 'allow', updatedInput: { command: 'pwd' } },
    ],
    ['denies', async () => ({ behavior: 'deny', message: 'no' }), { behavior: 'deny', message: 'no' }],
    [
      'denies and interrupts',
      async () => ({ behavior: 'deny', message: 'no', interrupt: true }),
      { behavior: 'deny', message: 'no', interrupt: true },
    ],
  ])('%s', async (_, onToolUse, expected) => {
    const { session, sent } = await openInMemory(asking(tool, expected), { onToolUse });
    await session.prompt('go').result();
    expect(answers(sent())[0]).toMatchObject({ subtype: 'success', response: expected });
  });

  test.each<[string, () => Promise<Wire>, RegExp]>([
    ['a throw', () => Promise.reject(new Error('the dialog crashed')), /the dialog crashed/],
    ['a wrong shape', async () => true, /must answer/],
    ['a denial without a message', async () => ({ behavior: 'deny' }), /must answer/],
    ['no answer in time', () => new Promise(() => undefined), /within 50 ms/],
  ])('%s denies the call with a reason, is reported, and the turn goes on', async (_, onToolUse, words) => {
    const { session, sent } = await openInMemory(asking(tool), { onToolUse, timeouts: { toolUseMs: 50 } });
    await session.prompt('go').result();
    expect(answers(sent())[0]).toMatchObject({ subtype: 'error', error: expect.stringMatching(words) });
    expect(await firstValueFrom(session.diagnostics$.pipe(filter(({ code }) => code === 'HANDLER_FAILED')))).toBeDefined();
  });

  test('gets everything that the question carries', async () => {
    const seen: unknown[] = [];
    const { session } = await openInMemory(asking({ ...tool, blocked_path: '/x' }), {
      onToolUse: async (name, input, { signal, requestId, ...context }) => {
        seen.push(name, input, signal instanceof AbortSignal, typeof requestId, context);
        return { behavior: 'allow' };
      },
    });
    await session.prompt('go').result();
    expect(seen.slice(0, 4)).toEqual(['Bash', { command: 'ls' }, true, 'string']);
    expect(seen[4]).toMatchObject({ toolUseId: 'toolu_1', suggestions: [{ type: 'setMode' }], blocked_path: '/x' });
  });

  test('one that is passed over is reported', async () => {
    const { session } = await openInMemory(
      {},
      { onToolUse: async () => ({ behavior: 'allow' }), allowedTools: ['Bash', 'Read(src/*)'], permissionMode: 'bypassPermissions' },
    );
    const messages: string[] = [];
    session.diagnostics$.subscribe(({ code, message }) => void (code === 'CALLBACK_SHADOWED' && messages.push(message)));
    expect(messages).toHaveLength(2);
    expect(messages.join(' ')).toMatch(/bypassPermissions.*lets Bash run/);
  });
});

describe('hooks', () => {
  const hook = async (): Promise<object> => ({});

  test('are declared in order, with ids across all events, and called by id', async () => {
    const called: unknown[] = [];
    const { session, initialize, sent } = await openInMemory(
      asking({ subtype: 'hook_callback', callback_id: 'hook_2', input: { hook_event_name: 'Stop' }, tool_use_id: null }),
      {
        hooks: {
          PreToolUse: [{ matcher: 'Bash', timeout: 30, onFailure: 'block', hooks: [hook, hook] }],
          UserPromptSubmit: [],
          Stop: [{ hooks: [async (input, toolUseId) => (called.push(input, toolUseId), { decision: 'block', reason: 'not yet' })] }],
        },
      },
    );
    await session.prompt('go').result();
    expect(initialize()['hooks']).toEqual({
      PreToolUse: [{ matcher: 'Bash', hookCallbackIds: ['hook_0', 'hook_1'], timeout: 30, onFailure: 'block' }],
      Stop: [{ matcher: null, hookCallbackIds: ['hook_2'] }],
    });
    expect(called).toEqual([{ hook_event_name: 'Stop' }, undefined]);
    expect(answers(sent())[0]).toMatchObject({ subtype: 'success', response: { decision: 'block', reason: 'not yet' } });
  });

  test.each<[string, string, object, RegExp]>([
    ['an unknown id', 'hook_9', {}, /no hook with the id hook_9/],
    ['a throw', 'hook_0', { hooks: [() => Promise.reject(new Error('broken'))] }, /broken/],
    ['an answer that is no object', 'hook_0', { hooks: [async () => 'yes'] }, /must return an object/],
    ['no answer within its timeout', 'hook_0', { timeout: 0.05, hooks: [() => new Promise(() => undefined)] }, /within 50 ms/],
  ])('%s gets an error answer', async (_, id, matcher, words) => {
    const { session, sent } = await openInMemory(asking({ subtype: 'hook_callback', callback_id: id, input: {} }), {
      hooks: { PreToolUse: [{ hooks: [hook], ...matcher }] },
    });
    await session.prompt('go').result();
    expect(answers(sent())[0]).toMatchObject({ subtype: 'error', error: expect.stringMatching(words) });
  });

  test('none are declared as null', async () => {
    expect((await openInMemory()).initialize()).toMatchObject({ hooks: null });
  });

  test('what cannot be called is refused before anything starts', async () => {
    const { options, spawned } = inMemory();
    await expect(openSession({ ...options, hooks: { Stop: [{ hooks: ['x'] as never }] } })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'hooks.Stop',
    });
    expect(spawned).toHaveLength(0);
  });
});

describe('questions for a person', () => {
  test.each<[string, object, object, object]>([
    [
      'an elicitation without a callback is declined',
      {},
      { subtype: 'elicitation', mcp_server_name: 'x', message: 'who?' },
      { action: 'decline' },
    ],
    [
      'an elicitation is answered',
      { onElicitation: async () => ({ action: 'accept', content: { name: 'Ada' } }) },
      { subtype: 'elicitation', mcp_server_name: 'x', message: 'who?' },
      { action: 'accept', content: { name: 'Ada' } },
    ],
    [
      'a dialog of an unknown kind is cancelled',
      {},
      { subtype: 'request_user_dialog', dialog_kind: 'x', payload: {} },
      { behavior: 'cancelled' },
    ],
    [
      'a dialog is shown',
      { dialogs: { pick: async (payload: Wire) => ({ behavior: 'completed', result: payload.from[1] }) } },
      { subtype: 'request_user_dialog', dialog_kind: 'pick', payload: { from: [1, 2] } },
      { behavior: 'completed', result: 2 },
    ],
  ])('%s', async (_, options, request, expected) => {
    const { session, sent } = await openInMemory(asking(request), options);
    await session.prompt('go').result();
    expect(answers(sent())[0]).toMatchObject({ subtype: 'success', response: expected });
  });

  test('the kinds of dialogs are declared', async () => {
    const { initialize } = await openInMemory({}, { dialogs: { pick: async () => ({ behavior: 'cancelled' }) } });
    expect(initialize()['supportedDialogKinds']).toEqual(['pick']);
  });
});

/** A server as those of the SDK are: connected once, answers by id, and refuses a second connection. */
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

describe('P46 a call that waits for a person', () => {
  const call = { command: 'rm -r build', description: 'clean' };
  const hookRequest = (input: object, id = 'toolu_1') => ({
    subtype: 'hook_callback',
    callback_id: 'hook_0',
    tool_use_id: id,
    input: { hook_event_name: 'PreToolUse', session_id: 'conversation-1', tool_name: 'Bash', tool_input: input },
  });
  const decisionOf = (sent: readonly Wire[]) => answers(sent)[0].response.hookSpecificOutput;

  async function park(): Promise<ParkedRequest> {
    const { session, sent } = await openInMemory(asking(hookRequest(call)), { ...quick, parking: { ask: async () => 'park' } });
    await session.prompt('go').result();
    expect(decisionOf(sent())).toMatchObject({ permissionDecision: 'defer' });
    await session.close();
    // As if it had been written down and read by another process.
    return JSON.parse(JSON.stringify(session.parked[0])) as ParkedRequest;
  }

  async function resume(request: ParkedRequest, about: object, options: object = {}) {
    const steps = [...handshake, { init: {} }, { ask: hookRequest(about) }, { result: 'ok' }, { hang: true }];
    const parking = {
      ask: async () => ({ behavior: 'deny' as const, message: 'asked anew' }),
      decision: { request, verdict: { behavior: 'allow' as const } },
      ...options,
    };
    const { session, sent, specs } = await openInMemory(steps as never, { ...quick, resume: request.sessionId, parking });
    await session.continued!.result();
    return { decision: decisionOf(sent()), args: specs[0]!.args };
  }

  test('is plain data, and a decision after a restart runs exactly that call', async () => {
    const request = await park();
    expect(request).toMatchObject({
      version: 1,
      sessionId: 'conversation-1',
      toolUseId: 'toolu_1',
      tool: 'Bash',
      input: call,
      digest: digestOf('Bash', call),
    });
    const { decision, args } = await resume(request, { description: 'clean', command: 'rm -r build' });
    expect(decision).toMatchObject({ permissionDecision: 'allow' });
    expect(args).toContain('--resume=conversation-1');
    expect(args).toContain('--await-initialize');
  });

  test('changed arguments are refused', async () => {
    const { decision } = await resume(await park(), { ...call, command: 'rm -r /' });
    expect(decision).toMatchObject({ permissionDecision: 'deny', permissionDecisionReason: expect.stringContaining('has changed') });
  });

  test('a request that was tampered with is refused', async () => {
    const request = { ...(await park()), input: { command: 'rm -r /' } };
    expect((await resume(request, call)).decision).toMatchObject({ permissionDecision: 'deny' });
  });

  test('a decision that comes too late denies', async () => {
    const request = { ...(await park()), expiresAtMs: Date.now() - 1 };
    expect((await resume(request, call)).decision).toMatchObject({
      permissionDecision: 'deny',
      permissionDecisionReason: expect.stringContaining('too late'),
    });
  });

  test('a decision holds for one call only: Wire other is asked about anew', async () => {
    const request = { ...(await park()), toolUseId: 'toolu_other' };
    expect((await resume(request, call)).decision).toMatchObject({ permissionDecision: 'deny', permissionDecisionReason: 'asked anew' });
  });

  test('digests do not depend on the order of keys', () => {
    expect(digestOf('Bash', { a: 1, b: [{ c: 2, d: 3 }] })).toBe(digestOf('Bash', { b: [{ d: 3, c: 2 }], a: 1 }));
    expect(digestOf('Bash', { a: 1 })).not.toBe(digestOf('Read', { a: 1 }));
  });
});
