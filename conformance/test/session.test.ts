import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { filter, firstValueFrom, lastValueFrom, of, toArray } from 'rxjs';
import { afterAll, describe, expect, test } from 'vitest';
import { classify, openSession, type OnToolUse, query, type Session, type SessionOptions } from '@subwire/core';
import { textOf } from '@subwire/core/operators';
import { trackProcesses } from '@subwire/testing';
import { bash, say, scripted, sessionAgent, sessionBackends } from '../src/session-agent.ts';
import { appears, withSessionOver } from '../src/with-session.ts';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const allow: OnToolUse = async () => ({ behavior: 'allow' });
const running = (session: Session, type: string) => firstValueFrom(session.messages$.pipe(filter((message) => message.type === type)));
const officialSdk = process.env['SUBWIRE_OFFICIAL_SDK'];
const sdk = officialSdk === undefined ? '' : path.join(officialSdk, '@modelcontextprotocol', 'sdk', 'dist', 'esm', 'server', 'mcp.js');

describe.each(sessionBackends)('a session over the %s CLI', (backend) => {
  const withSession = withSessionOver(backend);

  test('initialize is answered before anything is asked', () =>
    withSession({}, async (session) => {
      expect(session.info).toMatchObject({ commands: expect.any(Array), models: expect.any(Array) });
      expect(session.id).toBeUndefined();
    }));

  test('one shot: the text once, then the result, then the end', async () => {
    await using agent = await sessionAgent(backend);
    const messages = await lastValueFrom(query(scripted('go', say('hello there')), agent.options).pipe(toArray()));
    expect((await lastValueFrom(of(...messages).pipe(textOf(), toArray()))).join('')).toBe('hello there');
    expect(messages.filter(({ type }) => type === 'result')).toHaveLength(1);
  });

  test('several turns, each with its own result, and prompts sent at once that are merged', () =>
    withSession({}, async (session) => {
      for (const word of ['one', 'two']) {
        const turn = session.prompt(scripted(word, say(`answer ${word}`)));
        expect(await turn.result()).toMatchObject({ result: `answer ${word}`, user_message_uuids: [turn.id] });
      }
      const turns = ['a', 'b', 'c'].map((word) => session.prompt(scripted(word, say('merged'))));
      const results = await Promise.all(turns.map((turn) => turn.result()));
      expect(results.every((result, index) => result.user_message_uuids!.includes(turns[index]!.id))).toBe(true);
      expect(session.usage.turns.length).toBeLessThan(5);
      expect(session.usage.models).not.toEqual({});
    }));

  test.each<[string, OnToolUse, string | undefined]>([
    ['allowed', allow, 'asked'],
    [
      'allowed with a changed input',
      async (_tool, input) => ({ behavior: 'allow', updatedInput: { ...(input as object), command: 'touch changed' } }),
      'changed',
    ],
    ['denied', async () => ({ behavior: 'deny', message: 'not today' }), undefined],
  ])('a tool call is %s', (_, onToolUse, file) =>
    withSession({ onToolUse, settingSources: [] }, async (session, cwd) => {
      const result = await session.prompt(scripted('go', bash('touch asked'), say('done'))).result();
      expect(result).toMatchObject({ result: 'done', is_error: false });
      expect(['asked', 'changed'].filter((name) => existsSync(path.join(cwd, name)))).toEqual(file === undefined ? [] : [file]);
    }),
  );

  test('a denial that interrupts ends the turn, and the next one works', () =>
    withSession({ onToolUse: async () => ({ behavior: 'deny', message: 'no', interrupt: true }), settingSources: [] }, async (session) => {
      const result = await session.prompt(scripted('go', bash('touch asked'), say('never'))).result();
      expect(classify({ result })).toBe('interrupted');
      expect(await session.prompt(scripted('again', say('fine'))).result()).toMatchObject({ result: 'fine' });
    }));

  test('a hook blocks a call, and another one changes its input', () =>
    withSession(
      {
        hooks: {
          PreToolUse: [
            {
              matcher: 'Bash',
              hooks: [
                async ({ tool_input: input }) => ({
                  hookSpecificOutput: input.command.includes('forbidden')
                    ? { hookEventName: 'PreToolUse', permissionDecision: 'deny', permissionDecisionReason: 'forbidden' }
                    : { hookEventName: 'PreToolUse', permissionDecision: 'allow', updatedInput: { ...input, command: 'touch by-hook' } },
                }),
              ],
            },
          ],
        },
      },
      async (session, cwd) => {
        await session.prompt(scripted('go', bash('touch forbidden'), bash('touch plain'), say('done'))).result();
        expect(['forbidden', 'plain', 'by-hook'].filter((name) => existsSync(path.join(cwd, name)))).toEqual(['by-hook']);
      },
    ));

  test.skipIf(sdk === '')('a server of @modelcontextprotocol/sdk in this process is called, by two sessions at once', async () => {
    const { McpServer } = await import(pathToFileURL(sdk).href);
    const server = new McpServer({ name: 'calc', version: '1.0.0' });
    const calls: number[] = [];
    server.registerTool('ping', { description: 'answers' }, async () => (calls.push(1), { content: [{ type: 'text', text: 'pong' }] }));
    const options: SessionOptions = { sdkMcpServers: { calc: server }, allowedTools: ['mcp__calc__ping'] };
    const call = { kind: 'tool_use', name: 'mcp__calc__ping', input: {} } as const;
    await Promise.all(
      [1, 2].map(() =>
        withSession(options, async (session) => {
          expect(await session.prompt(scripted('go', call, say('done'))).result()).toMatchObject({ result: 'done' });
          expect(await session.mcpStatus()).toMatchObject({ mcpServers: [{ name: 'calc', status: 'connected' }] });
        }),
      ),
    );
    expect(calls).toHaveLength(2);
  });

  test('an interrupt in mid-stream, then a turn that works', () =>
    withSession({ includePartialMessages: true, allowedTools: ['Bash'] }, async (session) => {
      const streaming = session.prompt(scripted('go', { kind: 'slow', text: 'word '.repeat(40), chunks: 40, chunkDelayMs: 100 }));
      await running(session, 'stream_event');
      await streaming.interrupt();
      expect(await streaming.result()).toMatchObject({ subtype: 'error_during_execution', terminal_reason: 'aborted_streaming' });
      expect(await session.prompt(scripted('again', say('fine'))).result()).toMatchObject({ result: 'fine' });
    }));

  test('an interrupt in mid-tool, then a turn that works', () =>
    withSession({ allowedTools: ['Bash'] }, async (session, cwd) => {
      const tool = session.prompt(scripted('go', bash('touch begun; sleep 30'), say('never')));
      await appears(path.join(cwd, 'begun'));
      await tool.interrupt();
      expect(classify({ result: await tool.result() })).toBe('interrupted');
      expect(await session.prompt(scripted('again', say('fine'))).result()).toMatchObject({ result: 'fine' });
    }));

  test('the model and the permission mode change; what is refused says why', () =>
    withSession({}, async (session) => {
      await session.setModel('claude-haiku-4-5');
      await session.setPermissionMode('plan');
      const init = firstValueFrom(session.messages$.pipe(filter((message) => message.type === 'system' && message.subtype === 'init')));
      await session.prompt(scripted('go', say('hi'))).result();
      expect(await init).toMatchObject({ permissionMode: 'plan', model: expect.stringContaining('haiku') });
      await expect(session.setPermissionMode('nonsense')).rejects.toMatchObject({
        code: 'CONTROL_REJECTED',
        subtype: 'set_permission_mode',
      });
      await expect(session.mcpReconnect('nobody')).rejects.toMatchObject({ code: 'CONTROL_REJECTED' });
      await expect(session.rewindFiles('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'CONTROL_REJECTED' });
      await session.setModel(null);
      expect(await session.contextUsage()).toMatchObject({ maxTokens: expect.any(Number) });
    }));

  test('partial messages come in pieces, and the text once', () =>
    withSession({ includePartialMessages: true }, async (session) => {
      const texts = await lastValueFrom(
        session.prompt(scripted('go', { kind: 'slow', text: 'one two three four', chunks: 4, chunkDelayMs: 60 })).text$.pipe(toArray()),
      );
      expect(texts.join('')).toBe('one two three four');
      expect(texts.length).toBeGreaterThan(1);
    }));

  test.each([429, 500, 529])(
    'an API failure %i is said while it is repeated, and ends as an error that may pass; the next turn works',
    (status) =>
      withSession({}, async (session) => {
        const retries: unknown[] = [];
        session.retries$.subscribe((retrying) => retries.push(retrying));
        const result = await session.prompt(scripted('go', { kind: 'error', status })).result();
        expect(result).toMatchObject({ is_error: true, api_error_status: status });
        expect(classify({ result })).toBe('retryable');
        expect(retries[0]).toMatchObject({ attempt: 1, status });
        expect(await session.prompt(scripted('again', say('fine'))).result()).toMatchObject({ result: 'fine' });
      }),
  );

  test('a conversation is resumed, forked and continued; an unknown one is refused in words', async () => {
    await using agent = await sessionAgent(backend);
    const ids: (string | undefined)[] = [];
    for (const how of [{}, 'resume', 'fork', 'continue'] as const) {
      const more =
        how === 'continue' ? { continue: true } : typeof how === 'string' ? { resume: ids[0]!, forkSession: how === 'fork' } : {};
      const session = await openSession({ ...agent.options, ...more });
      await session.prompt(scripted('go', say('hi'))).result();
      ids.push(session.id);
      await session.end();
    }
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    const unknown = lastValueFrom(query('hi', { ...agent.options, resume: '99999999-9999-4999-8999-999999999999' }));
    await expect(unknown).rejects.toMatchObject({
      retryable: expect.any(Boolean),
      message: expect.stringContaining('No conversation found'),
    });
  });

  test('P18 SIGKILL in the middle of a tool: dirty, and nothing runs again by itself after a resume', async () => {
    await using agent = await sessionAgent(backend);
    const options = { ...agent.options, allowedTools: ['Bash'] };
    const session = await openSession(options);
    const turn = session.prompt(scripted('go', bash('echo ran >> runs; sleep 20'), say('never')));
    await firstValueFrom(turn.messages$.pipe(filter((message) => message.type === 'assistant')));
    await appears(path.join(agent.cwd, 'runs'));
    process.kill(session.transport.pid!, 'SIGKILL');
    await expect(turn.result()).rejects.toMatchObject({ code: 'EXIT_SIGNAL', signal: 'SIGKILL' });
    expect(session.dirty).toHaveLength(1);
    expect((await session.close()).survivors).toEqual([]);
    const next = await openSession({ ...options, ...session.recover('resume') });
    expect(await next.prompt(scripted('again', say('fine'))).result()).toMatchObject({ result: 'fine' });
    await next.end();
    expect(await readFile(path.join(agent.cwd, 'runs'), 'utf8')).toBe('ran\n');
  });

  test.each([2, 20])('a message of %i MB arrives whole', (megabytes) =>
    withSession({}, async (session) => {
      const bytes = megabytes * 1_000_000;
      const turn = session.prompt(scripted('go', { kind: 'huge', bytes }));
      const texts = await lastValueFrom(turn.text$.pipe(toArray()));
      expect(texts.join('').length).toBe(bytes);
      expect((await turn.result()).result!.length).toBe(bytes);
    }),
  );

  test('P09 background work and the turn that it starts are waited for', async () => {
    await using agent = await sessionAgent(backend);
    const background = {
      kind: 'tool_use',
      name: 'Bash',
      input: { command: 'sleep 0.5; touch done', description: 'x', run_in_background: true },
    } as const;
    const results = await lastValueFrom(
      query(scripted('go', background, say('started')), { ...agent.options, allowedTools: ['Bash'] }).pipe(
        filter((message) => message.type === 'result'),
        toArray(),
      ),
    );
    expect(results.at(-1)).toMatchObject({ origin: { kind: 'task-notification' } });
    expect(existsSync(path.join(agent.cwd, 'done'))).toBe(true);
  });

  test('P11 stop ends a session with a tool running, by interrupt and EOF alone', () =>
    withSession({ allowedTools: ['Bash'] }, async (session, cwd) => {
      const turn = session.prompt(scripted('go', bash('touch begun; sleep 30'), say('never')));
      await appears(path.join(cwd, 'begun'));
      const receipt = await session.stop();
      expect(receipt.rungs).toEqual(['interrupt', 'eof']);
      expect(receipt.survivors).toEqual([]);
      expect(classify({ result: await turn.result() })).toBe('interrupted');
      expect(session.dirty).toEqual([]);
    }));
});
