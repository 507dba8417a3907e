import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../../src/guard/process-state.ts';
import { childrenOf, readProcess } from '../../../src/guard/process-state.ts';
import { trackProcesses } from '../../../src/guard/track-processes.ts';
import { answerTo, control, isResult, isType, pause, startFake, streamArgs, user } from './start-fake.ts';

const guard = trackProcesses();
const folder = mkdtempSync(path.join(tmpdir(), 'fake-cli-'));

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await guard.assertNoneLeaked();
  await guard[Symbol.asyncDispose]();
});

describe('the program without steps', () => {
  it('asks for permission, calls hooks, and speaks to in-process servers', async () => {
    const call = {
      kind: 'tool_use',
      tools: [
        { name: 'Bash', input: { command: 'touch x' }, output: 'touched' },
        { name: 'mcp__calc__add', input: { a: 1 } },
      ],
    } as const;
    await using fake = startFake(
      { turns: [[call, { kind: 'text', text: 'done' }]] },
      { args: [...streamArgs, '--permission-prompt-tool', 'stdio'] },
    );
    const asked: string[] = [];
    const seen = new Set<unknown>();
    const answerAll = async (): Promise<void> => {
      while (fake.child.exitCode === null && !fake.frames().some(isResult)) {
        for (const frame of fake.frames()) {
          if (frame['type'] !== 'control_request' || seen.has(frame['request_id'])) continue;
          seen.add(frame['request_id']);
          const request = frame['request'] as {
            subtype: string;
            message?: { method: string; id?: number };
            tool_name?: string;
            callback_id?: string;
          };
          asked.push([request.subtype, request.message?.method ?? request.tool_name ?? request.callback_id].join(' '));
          const rpc = {
            jsonrpc: '2.0',
            id: request.message?.id ?? 0,
            result:
              request.message?.method === 'tools/call'
                ? { content: [{ type: 'text', text: '42' }] }
                : { serverInfo: { name: 'calc', version: '1' }, tools: [{ name: 'add' }] },
          };
          const payload =
            request.subtype === 'mcp_message' ? { mcp_response: rpc } : request.subtype === 'can_use_tool' ? { behavior: 'allow' } : {};
          fake.send({ type: 'control_response', response: { subtype: 'success', request_id: frame['request_id'], response: payload } });
        }
        await pause(5);
      }
    };
    fake.send(
      control('initialize', { sdkMcpServers: ['calc'], hooks: { PreToolUse: [{ matcher: 'Bash', hookCallbackIds: ['hook_0'] }] } }),
    );
    fake.send(user('go'));
    await answerAll();
    expect(asked).toEqual([
      'mcp_message initialize',
      'mcp_message notifications/initialized',
      'mcp_message tools/list',
      'hook_callback hook_0',
      'can_use_tool Bash',
      'can_use_tool mcp__calc__add',
      'mcp_message tools/call',
    ]);
    const results = fake.frames().flatMap((frame) => (frame['type'] === 'user' ? [JSON.stringify(frame['message'])] : []));
    expect(results[0]).toContain('touched');
    expect(results[1]).toContain('42');
    fake.end();
    await fake.exit;
  });

  it.each([
    ['not json', 'Error parsing streaming input line (type=unknown, 8 chars): SyntaxError'],
    ['null', 'Error parsing streaming input line (type=unknown, 4 chars): TypeError'],
    ['{"type":"control_request","request_id":"x"}', 'Error: Missing request on control_request'],
    ['{"type":"user","message":{"role":"assistant","content":"x"}}', "Error: Expected message role 'user', got 'assistant'"],
  ])('dies of the line %s in the middle of a turn, without a result', async (line, sentence) => {
    await using fake = startFake({ turns: [{ kind: 'hang' }] });
    fake.send(user('go'));
    await fake.frame((frame) => frame['subtype'] === 'init');
    fake.send(`${line}\n`);
    expect(await fake.exit).toEqual({ code: 1, signal: null });
    await pause(20);
    expect(fake.stderr()).toBe(`${sentence}\n`);
    expect(fake.frames().filter(isResult)).toEqual([]);
  });

  it('passes over what the real one passes over', async () => {
    await using fake = startFake();
    fake.send('\n\r\n  \n42\n"text"\n[]\n{}\n{"type":"banana"}\n\uFEFF{"type":"keep_alive"}\r\n');
    fake.send({ type: 'control_response', response: { subtype: 'success', request_id: 'ghost', response: {} } });
    fake.send(`${JSON.stringify(user('still there?'))}\r\n`);
    expect(await fake.frame(isResult)).toMatchObject({ result: 'still there?' });
    fake.end();
    expect(await fake.exit).toEqual({ code: 0, signal: null });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 0],
    ['SIGHUP', 129],
  ] as const)('leaves on %s with code %i when idle', async (signal, code) => {
    await using fake = startFake();
    fake.send(control('initialize'));
    await fake.frame(answerTo('initialize'));
    fake.child.kill(signal);
    expect(await fake.exit).toEqual({ code, signal: null });
  });

  it('SIGTERM ends it although nobody reads what it prints; the end of stdin waits for the reader', async () => {
    const turns = [{ kind: 'huge', bytes: 3_000_000 }] as const;
    await using killed = startFake({ turns }, { deaf: true });
    killed.send(user('go'));
    // It speaks, so it listens to signals; nothing of it is taken.
    await once(killed.child.stdout!, 'readable');
    killed.child.kill('SIGTERM');
    expect(await killed.exit).toEqual({ code: 143, signal: null });
    await using slow = startFake({ turns }, { deaf: true });
    slow.send(user('go'));
    slow.end();
    await pause(700);
    expect(slow.child.exitCode).toBe(null);
    let bytes = 0;
    slow.child.stdout!.on('data', (chunk: Buffer) => (bytes += chunk.length));
    expect(await slow.exit).toEqual({ code: 0, signal: null });
    await expect.poll(() => bytes).toBeGreaterThan(6_000_000);
  });

  it('SIGINT ends a running turn with its error result first', async () => {
    await using fake = startFake({ turns: [{ kind: 'hang' }] });
    fake.send(user('go'));
    await fake.frame((frame) => frame['subtype'] === 'init');
    fake.child.kill('SIGINT');
    expect(await fake.exit).toEqual({ code: 0, signal: null });
    await pause(20);
    expect(fake.frames().at(-1)).toMatchObject({ type: 'result', subtype: 'error_during_execution' });
  });

  it('a command runs in a session of its own; EOF does not end it, SIGTERM does, SIGKILL leaves it behind', async () => {
    const turns = [[{ kind: 'tool_use', name: 'Bash', input: { command: 'sleep 30' } }]] as const;
    for (const [signal, survives] of [
      ['SIGTERM', false],
      ['SIGKILL', true],
    ] as const) {
      await using fake = startFake({ turns }, { args: [...streamArgs, '--allowedTools', 'Bash'] });
      fake.send(user('go'));
      await fake.frame(isType('assistant'));
      fake.end();
      await expect.poll(() => childrenOf(fake.child.pid!).length).toBe(1);
      const [tool] = childrenOf(fake.child.pid!) as [number];
      // A moment after its start it is still in the session of its parent.
      await expect.poll(() => readProcess(tool)?.session).toBe(tool);
      await pause(150);
      expect(fake.child.exitCode).toBe(null);
      fake.child.kill(signal);
      await fake.exit;
      await pause(50);
      expect(isAlive(tool)).toBe(survives);
      if (survives) process.kill(-tool, 'SIGKILL');
    }
  });

  it('remembers sessions when it is given a folder for them', async () => {
    const sessions = path.join(folder, 'sessions');
    const id = '12345678-1234-4234-8234-123456789abc';
    const start = async (args: readonly string[]): Promise<readonly [number | null, string]> => {
      await using fake = startFake({ sessions }, { args: [...streamArgs, ...args] });
      fake.end();
      const { code } = await fake.exit;
      await pause(20);
      return [code, fake.stderr().trim()];
    };
    expect(await start(['--resume', id])).toEqual([1, `No conversation found with session ID: ${id}`]);
    expect(await start(['--session-id', id])).toEqual([0, '']);
    expect(await start(['--session-id', id])).toEqual([1, `Error: Session ID ${id} is already in use.`]);
    expect(await start([`--resume=${id}`])).toEqual([0, '']);
  });
});
