import { Subscription } from 'rxjs';
import { ClosedError } from '../errors/closed-error.ts';
import { ControlError } from '../errors/control-error.ts';
import { defaults } from '../policy/defaults.ts';
import { exitCause } from '../transport/exit-cause.ts';
import type { Diagnostic, Transport } from '../transport/types.ts';
import { createRequestIds } from '../wire/request-id.ts';
import { createIncoming } from './incoming.ts';
import { createPending } from './pending.ts';
import type { CallOptions, ControlChannel } from './types.ts';

/** What a channel reports besides its answers. */
export interface ControlChannelOptions {
  /** A handler failed, or an answer came too late. @defaultValue nothing is done */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

function canceled(subtype: string): ControlError {
  return new ControlError({ code: 'CONTROL_CANCELED', subtype, message: `${subtype} was not answered because the session was closed.` });
}

/**
 * The control protocol over a transport, in both directions. Open it before anything is asked: control frames are hot, none is held. When the process
 * goes, whatever its exit code, every pending request is rejected with the cause at once.
 */
export function openControl(transport: Transport, options: ControlChannelOptions = {}): ControlChannel {
  const report = options.onDiagnostic ?? (() => undefined);
  const nextId = createRequestIds();
  const pending = createPending();
  const incoming = createIncoming({
    send: (frame) => transport.send(frame),
    failed: (subtype, cause) =>
      report({ code: 'HANDLER_FAILED', message: `The handler of ${subtype} failed; the CLI was told so.`, cause }),
  });
  let ended: ((subtype: string) => unknown) | undefined;

  function end(cause: (subtype: string) => unknown): void {
    ended ??= cause;
    pending.rejectAll(cause);
    incoming.cancelAll();
  }

  const subscriptions = new Subscription();
  subscriptions.add(
    transport.controlResponses$.subscribe((frame) => {
      if (pending.answer(frame.response)) return;
      report({ code: 'LATE_ANSWER', message: `An answer to ${frame.response.request_id} came, for which nobody waits.`, raw: frame });
    }),
  );
  subscriptions.add(transport.controlRequests$.subscribe((frame) => incoming.take(frame)));
  subscriptions.add(transport.controlCancels$.subscribe((frame) => incoming.cancel(frame)));
  subscriptions.add(
    transport.state$.subscribe((state) => {
      if (state === 'failed') end(() => transport.failure);
      else if (state === 'closing' || state === 'closed') end(canceled);
    }),
  );
  subscriptions.add(
    transport.exit$.subscribe((exit) =>
      end(() => exitCause({ exit, pid: transport.pid, stderrTail: transport.stderrTail, answered: true })),
    ),
  );

  async function request(subtype: string, body: object, callOptions: CallOptions = {}): Promise<unknown> {
    if (ended !== undefined) throw ended(subtype);
    callOptions.signal?.throwIfAborted();
    const id = nextId();
    const { timeoutMs = defaults.controlTimeoutMs, signal } = callOptions;
    const answer = pending.wait(id, subtype, { timeoutMs, ...(signal !== undefined && { signal }) });
    transport
      .send({ type: 'control_request', request_id: id, request: { ...body, subtype } })
      .catch((cause: unknown) => pending.reject(id, cause));
    return await answer;
  }

  return {
    request,
    handle: (subtype, handler) => incoming.register(subtype, handler),
    [Symbol.dispose]() {
      end((subtype) => new ClosedError({ code: 'CLOSED', message: `${subtype} was not sent: the control channel is closed.` }));
      subscriptions.unsubscribe();
    },
  };
}
