import { BehaviorSubject, EMPTY, ReplaySubject, Subject } from 'rxjs';
import type { ControlCancelRequest, ControlRequest, ControlResponse, ProcessExit, Transport, TransportState } from '@subwire/core';
import { encodeFrame } from '../../../src/framing/encode-frame.ts';

type Sent = Readonly<Record<string, unknown>> & { readonly request_id?: string; readonly response?: Readonly<Record<string, unknown>> };

/** A transport without a process: the test speaks for the CLI. Frames are encoded, so that what has no JSON form fails as it does on the wire. */
export function fakeTransport() {
  const controlRequests = new Subject<ControlRequest>();
  const controlResponses = new Subject<ControlResponse>();
  const controlCancels = new Subject<ControlCancelRequest>();
  const state = new BehaviorSubject<TransportState>('open');
  const exits = new ReplaySubject<ProcessExit>(1);
  const inputFailures = new ReplaySubject<unknown>(1);
  const sent: Sent[] = [];
  const stderrTail: string[] = [];
  const transport = {
    pid: 4711,
    failure: undefined as unknown,
    state$: state,
    exit$: exits,
    messages$: EMPTY,
    stderr$: EMPTY,
    diagnostics$: EMPTY,
    controlRequests$: controlRequests,
    controlResponses$: controlResponses,
    controlCancels$: controlCancels,
    stderrTail,
    inputFailure$: inputFailures,
    post(frame: object) {
      sent.push(JSON.parse(String(encodeFrame(frame))) as Sent);
    },
    send: (frame: object): Promise<void> =>
      Promise.resolve().then(() => {
        sent.push(JSON.parse(String(encodeFrame(frame))) as Sent);
      }),
  };
  return {
    transport: transport as unknown as Transport,
    sent,
    stderrTail,
    ask: (requestId: string, request: unknown) =>
      controlRequests.next({ type: 'control_request', request_id: requestId, request } as ControlRequest),
    cancel: (requestId: string) => controlCancels.next({ type: 'control_cancel_request', request_id: requestId }),
    succeed: (requestId: string, response?: unknown) =>
      controlResponses.next({ type: 'control_response', response: { subtype: 'success', request_id: requestId, response } }),
    refuse: (requestId: string, error?: string, errorCode?: string) =>
      controlResponses.next({
        type: 'control_response',
        response: {
          subtype: 'error',
          request_id: requestId,
          ...(error !== undefined && { error }),
          ...(errorCode !== undefined && { error_code: errorCode }),
        },
      }),
    exit(exit: ProcessExit) {
      exits.next(exit);
      exits.complete();
    },
    breakInput: (cause: unknown) => inputFailures.next(cause),
    fail(cause: unknown) {
      transport.failure = cause;
      state.next('failed');
    },
    close: () => state.next('closing'),
  };
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  for (let index = 0; index < 10; index++) await new Promise((resolve) => setImmediate(resolve));
}
