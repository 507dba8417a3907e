import { describe, expect, test } from 'vitest';
import { type Diagnostic, openControl } from '@subwire/core';
import { fakeTransport, settled } from './fake-transport.ts';

function open() {
  const cli = fakeTransport();
  const diagnostics: Diagnostic[] = [];
  const control = openControl(cli.transport, { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) });
  return { cli, control, diagnostics };
}

describe('questions of the CLI', () => {
  test('get exactly one answer, concurrently', async () => {
    const { cli, control } = open();
    const release: (() => void)[] = [];
    control.handle('can_use_tool', async () => {
      await new Promise<void>((resolve) => release.push(resolve));
      return { behavior: 'allow' };
    });
    cli.ask('a', { subtype: 'can_use_tool', tool_name: 'Bash', input: {} });
    cli.ask('b', { subtype: 'can_use_tool', tool_name: 'Read', input: {} });
    await settled();
    expect(control.load.asked).toEqual([
      { requestId: 'a', subtype: 'can_use_tool' },
      { requestId: 'b', subtype: 'can_use_tool' },
    ]);
    release[1]!();
    await settled();
    release[0]!();
    await settled();
    expect(cli.sent.map(({ response }) => response)).toEqual([
      { subtype: 'success', request_id: 'b', response: { behavior: 'allow' } },
      { subtype: 'success', request_id: 'a', response: { behavior: 'allow' } },
    ]);
    expect(control.load.asked).toEqual([]);
  });

  test.each<[string, unknown, RegExp]>([
    ['an unknown subtype', { subtype: 'make_coffee' }, /does not handle make_coffee/],
    ['no subtype', { tool_name: 'Bash' }, /no request with a subtype/],
    ['no request', undefined, /no request with a subtype/],
    ['a request that is null', null, /no request with a subtype/],
    ['a throwing handler', { subtype: 'hook_callback', callback_id: 'x', input: {} }, /the hook broke/],
    ['an unserialisable result', { subtype: 'mcp_message', server_name: 'x', message: {} }, /BigInt|serialize/],
  ])('%s gets an error answer', async (_, request, words) => {
    const { cli, control, diagnostics } = open();
    control.handle('hook_callback', () => {
      throw new Error('the hook broke');
    });
    control.handle('mcp_message', async () => ({ mcp_response: { result: 10n } }));
    cli.ask('q', request);
    await settled();
    expect(cli.sent).toHaveLength(1);
    expect(cli.sent[0]).toMatchObject({
      type: 'control_response',
      response: { subtype: 'error', request_id: 'q', error: expect.stringMatching(words) },
    });
    expect(control.load.asked).toEqual([]);
    expect(diagnostics.every(({ code }) => code === 'HANDLER_FAILED')).toBe(true);
  });

  test('a duplicate id is refused and counted, and the first is still answered', async () => {
    const { cli, control } = open();
    let release: () => void = () => undefined;
    control.handle('can_use_tool', async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return { behavior: 'allow' };
    });
    cli.ask('a', { subtype: 'can_use_tool', tool_name: 'Bash', input: {} });
    cli.ask('a', { subtype: 'can_use_tool', tool_name: 'Bash', input: {} });
    await settled();
    release();
    await settled();
    expect(cli.sent.map(({ response }) => response!['subtype'])).toEqual(['error', 'success']);
    expect(control.counts.duplicates).toBe(1);
  });

  test('one that is taken back fires its signal and gets no answer', async () => {
    const { cli, control } = open();
    const signals: AbortSignal[] = [];
    control.handle('can_use_tool', (_body, { signal }) => {
      signals.push(signal);
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('taken back'))));
    });
    cli.ask('a', { subtype: 'can_use_tool', tool_name: 'Bash', input: {} });
    cli.cancel('a');
    cli.cancel('unknown');
    await settled();
    expect(signals[0]!.aborted).toBe(true);
    expect(cli.sent).toEqual([]);
    expect(control.counts.cancelled).toBe(1);
  });

  test('the end of the process fires the signals of all', async () => {
    const { cli, control } = open();
    const fired: string[] = [];
    control.handle('can_use_tool', (_body, { signal, requestId }) => {
      signal.addEventListener('abort', () => fired.push(requestId));
      return new Promise(() => undefined);
    });
    cli.ask('a', { subtype: 'can_use_tool', tool_name: 'Bash', input: {} });
    cli.ask('b', { subtype: 'can_use_tool', tool_name: 'Bash', input: {} });
    await settled();
    cli.exit({ code: null, signal: 'SIGKILL' });
    expect(fired).toEqual(['a', 'b']);
  });

  test('a disposed handler answers no more, and a later one replaces an earlier one', async () => {
    const { cli, control } = open();
    const first = control.handle('elicitation', async () => ({ action: 'decline' }));
    control.handle('elicitation', async () => ({ action: 'accept' }));
    first[Symbol.dispose]();
    cli.ask('a', { subtype: 'elicitation', mcp_server_name: 'x', message: 'y' });
    await settled();
    expect(cli.sent[0]!.response).toMatchObject({ subtype: 'success', response: { action: 'accept' } });
  });
});
