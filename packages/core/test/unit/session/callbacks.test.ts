import { describe, expect, test } from 'vitest';
import { filter, firstValueFrom } from 'rxjs';
import { openSession } from '@subwire/core';
import { answers, asking, inMemory, openInMemory, type Wire } from './in-memory.ts';

const tool = {
  subtype: 'can_use_tool',
  tool_name: 'Bash',
  input: { command: 'ls' },
  tool_use_id: 'toolu_1',
  permission_suggestions: [{ type: 'setMode' }],
};

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
