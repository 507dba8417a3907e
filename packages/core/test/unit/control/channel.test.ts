import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Diagnostic, openControl } from '@subwire/core';
import { fakeTransport, settled } from './fake-transport.ts';

function open() {
  const cli = fakeTransport();
  const diagnostics: Diagnostic[] = [];
  const control = openControl(cli.transport, { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) });
  return { cli, control, diagnostics };
}

describe('requests of ours', () => {
  test('carry ids of the form req_<n>_<8 hex>, the subtype and the body', async () => {
    const { cli, control } = open();
    void control.request('set_model', { model: null }).catch(() => undefined);
    void control.request('mcp_status', {}).catch(() => undefined);
    await settled();
    expect(cli.sent[0]).toEqual({
      type: 'control_request',
      request_id: expect.stringMatching(/^req_1_[0-9a-f]{8}$/),
      request: { subtype: 'set_model', model: null },
    });
    expect(cli.sent[1]!.request_id).toMatch(/^req_2_[0-9a-f]{8}$/);
    control[Symbol.dispose]();
  });

  test('are answered out of order, each by its id', async () => {
    const { cli, control } = open();
    const answers = [control.request('mcp_status', {}), control.request('get_session_cost', {})];
    await settled();
    cli.succeed(cli.sent[1]!.request_id!, { text: 'cheap' });
    cli.succeed(cli.sent[0]!.request_id!, { mcpServers: [] });
    expect(await Promise.all(answers)).toEqual([{ mcpServers: [] }, { text: 'cheap' }]);
    expect(control.load).toEqual({ sent: 0, asked: [] });
  });

  test('reject with the words and the code of the CLI', async () => {
    const { cli, control } = open();
    const answer = control.request('set_permission_mode', { mode: 'nonsense' });
    await settled();
    cli.refuse(cli.sent[0]!.request_id!, 'must be one of these', 'invalid_mode');
    await expect(answer).rejects.toMatchObject({
      code: 'CONTROL_REJECTED',
      subtype: 'set_permission_mode',
      reason: 'invalid_mode',
      message: expect.stringContaining('must be one of these'),
    });
  });

  test('reject with the reason when the CLI has closed its input, since who reads no more answers no more', async () => {
    const { cli, control } = open();
    const answer = control.request('interrupt', {});
    cli.breakInput(new Error('closed its input'));
    await expect(answer).rejects.toThrow('closed its input');
    expect(control.load.sent).toBe(0);
    cli.succeed(cli.sent[0]!.request_id!, {});
    expect(control.counts.lateAnswers).toBe(1);
  });

  test('may be answered in the same breath', async () => {
    const { cli, control } = open();
    const { post } = cli.transport;
    cli.transport.post = (frame) => {
      post(frame);
      cli.succeed(cli.sent[0]!.request_id!, { at: 'once' });
    };
    expect(await control.request('interrupt', {})).toEqual({ at: 'once' });
  });

  test('time out, and a late answer is ignored and counted', async () => {
    const { cli, control, diagnostics } = open();
    await expect(control.request('interrupt', {}, { timeoutMs: 10 })).rejects.toMatchObject({ code: 'CONTROL_TIMEOUT', timeoutMs: 10 });
    cli.succeed(cli.sent[0]!.request_id!, {});
    expect(control.counts.lateAnswers).toBe(1);
    expect(diagnostics.map(({ code }) => code)).toEqual(['LATE_ANSWER']);
  });

  test('a limit that no timer can hold is no limit', async () => {
    const { cli, control } = open();
    const answers = [Infinity, 2 ** 40].map((timeoutMs) => control.request('interrupt', {}, { timeoutMs }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const { request_id: id } of cli.sent) cli.succeed(id!, { still_queued: [] });
    expect(await Promise.all(answers)).toHaveLength(2);
  });

  test('a time that is no number is refused before anything is sent', async () => {
    const { cli, control } = open();
    await expect(control.request('interrupt', {}, { timeoutMs: Number.NaN })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'timeoutMs',
    });
    expect(cli.sent).toEqual([]);
  });

  test('an abort rejects with its own reason, also before the request', async () => {
    const { cli, control } = open();
    const controller = new AbortController();
    const answer = control.request('mcp_status', {}, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    await expect(control.request('mcp_status', {}, { signal: controller.signal })).rejects.toThrow('enough');
    expect(cli.sent).toHaveLength(1);
  });

  test('P19 every pending request rejects at once when the process goes, exit code 0 included, with the last words of stderr', async () => {
    const { cli, control } = open();
    const answers = [1, 2, 3].map(() => control.request('mcp_status', {}));
    cli.stderrTail.push('the disk is full');
    cli.exit({ code: 0, signal: null });
    for (const answer of answers) {
      await expect(answer).rejects.toMatchObject({ code: 'EXIT_EARLY', message: expect.stringContaining('the disk is full') });
    }
    await expect(control.request('mcp_status', {})).rejects.toMatchObject({ code: 'EXIT_EARLY' });
  });

  test('P19 a transport that fails passes its own cause on', async () => {
    const { cli, control } = open();
    const answer = control.request('mcp_status', {});
    cli.fail(new Error('the true cause'));
    await expect(answer).rejects.toThrow('the true cause');
  });

  test('a close of ours rejects with CONTROL_CANCELED, a disposal with CLOSED', async () => {
    const first = open();
    const canceled = first.control.request('mcp_status', {});
    first.cli.close();
    await expect(canceled).rejects.toMatchObject({ code: 'CONTROL_CANCELED', subtype: 'mcp_status' });
    const second = open();
    const closed = second.control.request('mcp_status', {});
    second.control[Symbol.dispose]();
    await expect(closed).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('a frame that cannot be written rejects its own request only', async () => {
    const { cli, control } = open();
    const bad = control.request('side_question', { question: 10n as never });
    const good = control.request('mcp_status', {});
    await expect(bad).rejects.toThrow();
    await settled();
    cli.succeed(cli.sent[0]!.request_id!, { mcpServers: [] });
    await good;
  });
});

describe('with a clock', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  test('P23 20 concurrent calls of which 1 hangs: 19 are answered at once, 1 is refused at its own deadline', async () => {
    const { cli, control } = open();
    control.handle(
      'can_use_tool',
      async ({ input }) => {
        if (input === 7) await new Promise(() => undefined);
        return { behavior: 'allow' };
      },
      { timeoutMs: 5000 },
    );
    for (let index = 0; index < 20; index++) cli.ask(`q${index}`, { subtype: 'can_use_tool', tool_name: 'Bash', input: index });
    await settled();
    expect(cli.sent).toHaveLength(19);
    vi.advanceTimersByTime(4999);
    await settled();
    expect(cli.sent).toHaveLength(19);
    vi.advanceTimersByTime(1);
    await settled();
    expect(cli.sent[19]!.response).toMatchObject({ subtype: 'error', request_id: 'q7', error: expect.stringContaining('5000 ms') });
  });
});
