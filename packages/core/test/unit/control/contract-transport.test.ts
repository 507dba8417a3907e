import { BehaviorSubject, firstValueFrom, NEVER, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { createTransport, openControl, type ControlRequest, type ControlResponse, type TransportState } from '../../../src/index.ts';
import { mockSpawner, MockProcess } from '@subwire/testing';

test('a double that has only what the contract of a transport says carries a control channel', async () => {
  const answers = new Subject<ControlResponse>();
  const state = new BehaviorSubject<TransportState>('open');
  const sent: ControlRequest[] = [];
  const double = {
    pid: 1,
    stderrTail: [],
    state$: state,
    exit$: NEVER,
    controlRequests$: NEVER,
    controlResponses$: answers,
    send: (frame: object | string): Promise<void> => {
      sent.push(frame as ControlRequest);
      return sent.length === 1 ? Promise.resolve() : Promise.reject(new Error('the pipe is gone'));
    },
  };
  using control = openControl(double);
  const answer = control.request('mcp_status', {});
  const id = sent[0]!.request_id;
  answers.next({ type: 'control_response', response: { subtype: 'success', request_id: id, response: { mcpServers: [] } } });
  expect(await answer).toEqual({ mcpServers: [] });
  await expect(control.request('mcp_status', {})).rejects.toThrow('the pipe is gone');
  double.send = () => new Promise(() => {});
  const pending = control.request('mcp_status', {});
  state.next('failed');
  await expect(pending).rejects.toMatchObject({ code: 'CONTROL_CANCELED' });
});

test('what a control channel notices stands on diagnostics$ of its transport', async () => {
  const mock = new MockProcess();
  const transport = createTransport({ command: 'claude', spawner: mockSpawner(() => mock) });
  using control = openControl(transport);
  control.handle('can_use_tool', () => {
    throw new Error('no');
  });
  await transport.connect();
  mock.say({ type: 'control_response', response: { subtype: 'success', request_id: 'nobody', response: {} } });
  expect(await firstValueFrom(transport.diagnostics$)).toMatchObject({ code: 'LATE_ANSWER' });
  expect(transport.diagnosticCounts).toEqual({ LATE_ANSWER: 1 });
  const ask = { subtype: 'can_use_tool', tool_name: 'Bash', input: {}, tool_use_id: 't' };
  mock.say({ type: 'control_request', request_id: 'r', request: ask });
  await expect.poll(() => transport.diagnosticCounts).toEqual({ LATE_ANSWER: 1, HANDLER_FAILED: 1 });
  await transport.close();
});
