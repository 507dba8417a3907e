import { describe, expect, test } from 'vitest';
import { digestOf, type ParkedRequest } from '@subwire/core';
import { answers, asking, handshake, openInMemory, quick, type Wire } from './in-memory.ts';

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
