import { defer, map, startWith, Subject, Subscription } from 'rxjs';
import { channels } from '../diagnostics/channels.ts';
import { ClosedError } from '../errors/closed-error.ts';
import { ConfigError } from '../errors/config-error.ts';
import { ControlError } from '../errors/control-error.ts';
import { defaults } from '../policy/defaults.ts';
import { exitCause } from '../transport/exit-cause.ts';
import type { Diagnostic, Transport } from '../transport/types.ts';
import type { ControlRequest } from '../wire/control.ts';
import { createRequestIds } from '../wire/request-id.ts';
import { isDeadline } from './deadline.ts';
import { createIncoming, type IncomingHandler } from './incoming.ts';
import { createPending } from './pending.ts';
import type { CallOptions, ControlChannel, ControlLoad, HandleOptions } from './types.ts';

/** What a channel reports besides its answers. */
export interface ControlChannelOptions {
  /** A handler failed, or an answer came too late. @defaultValue the transport's `report`, and so its `diagnostics$` */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/** What a channel needs of a transport. What is optional makes it faster or more exact, and may be missing in a double. */
export type ControlTransport = Pick<
  Transport,
  'pid' | 'send' | 'state$' | 'exit$' | 'stderrTail' | 'controlRequests$' | 'controlResponses$'
> &
  Partial<Pick<Transport, 'post' | 'report' | 'failure' | 'controlCancels$' | 'inputFailure$'>>;

function isPosting(transport: ControlTransport): transport is ControlTransport & Pick<Transport, 'post'> {
  return transport.post !== undefined;
}

function canceled(subtype: string): ControlError {
  return new ControlError({ code: 'CONTROL_CANCELED', subtype, message: `${subtype} was not answered because the session was closed.` });
}

function checkTimeout(timeoutMs: unknown): number {
  if (isDeadline(timeoutMs)) return timeoutMs;
  throw new ConfigError({
    code: 'INVALID_OPTION',
    option: 'timeoutMs',
    message: 'The option timeoutMs must be a number of milliseconds, 0 or more; Infinity for no limit.',
  });
}

const idle: ControlLoad = { sent: 0, asked: [] };

/**
 * The control protocol over a transport, in both directions. Open it before anything is asked: control frames are hot, none is held. When the process
 * goes, whatever its exit code, every pending request is rejected with the cause at once.
 */
export function openControl(transport: ControlTransport, options: ControlChannelOptions = {}): ControlChannel {
  const report = options.onDiagnostic ?? ((diagnostic) => transport.report?.(diagnostic));
  const nextId = createRequestIds();
  // The load is put together only for those who look at it: a request must not cost two lists.
  const loadChanges = new Subject<void>();
  const counts = { requests: 0, questions: 0, lateAnswers: 0, duplicates: 0, cancelled: 0 };
  const loadNow = (): ControlLoad => (ended === undefined ? { sent: pending.size, asked: incoming.open } : idle);
  const questionChanges = new Subject<void>();
  const pending = createPending(() => {
    if (loadChanges.observed) loadChanges.next();
  });
  const incoming = createIncoming({
    send: (frame) => transport.send(frame),
    failed: (subtype, cause) => {
      channels.questionFailed.publish(() => ({ pid: transport.pid, subtype, cause }));
      report({ code: 'HANDLER_FAILED', message: `The handler of ${subtype} failed; the CLI was told so.`, cause });
    },
    changed() {
      questionChanges.next();
      loadChanges.next();
    },
  });
  let ended: ((subtype: string) => unknown) | undefined;

  function end(cause: (subtype: string) => unknown): void {
    if (ended !== undefined) return;
    ended = cause;
    pending.rejectAll(cause);
    incoming.cancelAll();
    loadChanges.complete();
    questionChanges.complete();
  }

  // A request needs no receipt for its write: it has its answer.
  const requests: Pick<Transport, 'post'> = isPosting(transport)
    ? transport
    : {
        post(frame) {
          const { request_id: id } = frame as ControlRequest;
          transport.send(frame).catch((cause: unknown) => pending.reject(id, cause));
        },
      };

  const subscriptions = new Subscription();
  subscriptions.add(
    transport.controlResponses$.subscribe((frame) => {
      if (pending.answer(frame.response)) return;
      counts.lateAnswers++;
      report({ code: 'LATE_ANSWER', message: `An answer to ${frame.response.request_id} came, for which nobody waits.`, raw: frame });
    }),
  );
  subscriptions.add(
    transport.controlRequests$.subscribe((frame) => {
      counts.questions++;
      if (!incoming.take(frame)) counts.duplicates++;
    }),
  );
  subscriptions.add(
    transport.controlCancels$?.subscribe((frame) => {
      if (incoming.cancel(frame)) counts.cancelled++;
    }),
  );
  subscriptions.add(
    transport.state$.subscribe((state) => {
      if (state === 'failed') end((subtype) => transport.failure ?? canceled(subtype));
      else if (state === 'closing' || state === 'closed') end(canceled);
    }),
  );
  // Who reads no more answers no more.
  subscriptions.add(transport.inputFailure$?.subscribe((cause) => pending.rejectAll(() => cause)));
  subscriptions.add(
    transport.exit$.subscribe((exit) =>
      end(() => exitCause({ exit, pid: transport.pid, stderrTail: transport.stderrTail, answered: true })),
    ),
  );

  // Not an async function: each layer of promises costs a turn of the microtask queue, and a request has little else to cost.
  function request(subtype: string, body: object, { timeoutMs, signal }: CallOptions = {}): Promise<unknown> {
    try {
      if (ended !== undefined) throw ended(subtype);
      const limitMs = checkTimeout(timeoutMs ?? defaults.controlTimeoutMs);
      signal?.throwIfAborted();
      const id = nextId();
      counts.requests++;
      // Before it is sent: a double may answer in the same breath.
      const answer = pending.wait(id, subtype, limitMs, signal);
      try {
        requests.post({ type: 'control_request', request_id: id, request: { subtype, ...body } });
      } catch (cause) {
        pending.reject(id, cause);
      }
      return answer;
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  function handle(subtype: string, handler: IncomingHandler, handleOptions: HandleOptions = {}): Disposable {
    return incoming.register(subtype, handler, { timeoutMs: checkTimeout(handleOptions.timeoutMs ?? Infinity) });
  }

  return {
    questions$: defer(() =>
      questionChanges.pipe(
        startWith(undefined),
        map(() => loadNow().asked),
      ),
    ),
    load$: defer(() => loadChanges.pipe(startWith(undefined), map(loadNow))),
    get load() {
      return loadNow();
    },
    counts,
    request,
    handle,
    [Symbol.dispose]() {
      end((subtype) => new ClosedError({ code: 'CLOSED', message: `${subtype} was not sent: the control channel is closed.` }));
      subscriptions.unsubscribe();
    },
  };
}
