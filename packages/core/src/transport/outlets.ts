import { type Observable, ReplaySubject, type Subject } from 'rxjs';
import { ProtocolError } from '../errors/protocol-error.ts';
import type { ResolvedTransportOptions } from '../policy/options.ts';
import type { ProcessExit } from '../ports/child-process.ts';
import { createHot, type Hot } from '../streams/hot.ts';
import { type HeldSubject, holdUntilSubscribed } from '../streams/hold-until-subscribed.ts';
import type { ControlCancelRequest, ControlRequest, ControlResponse } from '../wire/control.ts';
import type { Validator } from '../wire/load-validator.ts';
import type { Message } from '../wire/messages.ts';
import { createControlCheck } from './control-check.ts';
import type { Flow } from './flow.ts';
import { redactedDiagnostics } from './redacted-diagnostics.ts';
import { createRouter, type Router } from './route.ts';
import { createStderrLines, type StderrLines } from './stderr-lines.ts';
import type { Diagnostic, DiagnosticCode } from './types.ts';

const maxReplayedDiagnostics = 100;

/** Everything that comes out of a transport, and the router that feeds it. */
export interface Outlets {
  readonly messages: HeldSubject<Message>;
  readonly controlRequests: Hot<ControlRequest>;
  readonly controlResponses: Hot<ControlResponse>;
  readonly controlCancels: Hot<ControlCancelRequest>;
  readonly diagnostics: ReplaySubject<Diagnostic>;
  readonly diagnosticCounts: Readonly<Partial<Record<DiagnosticCode, number>>>;
  readonly exits: ReplaySubject<ProcessExit>;
  /** Why nothing can be written any more. */
  readonly inputFailures: ReplaySubject<unknown>;
  readonly stderr: StderrLines;
  readonly router: Router;
  /** Whether a frame was read from stdout. */
  readonly answered: boolean;
  /** Checks every frame from now on. */
  validateWith(validator: Validator): void;
  /** A control request was sent. */
  asked(frame: ControlRequest): void;
  /** Ends the streams of frames: `messages$` with the cause if there is one, the others without. */
  finish(failure?: { readonly cause: unknown }): void;
}

function heldOverflow(limit: number): ProtocolError {
  return new ProtocolError({
    code: 'HELD_OVERFLOW',
    limit,
    message: `More than ${limit} messages came before anybody subscribed to messages$. Subscribe before connect(), or raise maxHeldMessages.`,
  });
}

/** The streams of one transport. `onFail` is called when the bytes cannot be read any further. */
export function createOutlets(options: ResolvedTransportOptions, flow: Flow, onFail: (error: ProtocolError) => void): Outlets {
  const messages = holdUntilSubscribed<Message>(options.maxHeldMessages, () => heldOverflow(options.maxHeldMessages));
  const controlRequests = createHot<ControlRequest>();
  const controlResponses = createHot<ControlResponse>();
  const controlCancels = createHot<ControlCancelRequest>();
  const diagnostics = redactedDiagnostics(maxReplayedDiagnostics);
  const exits = new ReplaySubject<ProcessExit>(1);
  const inputFailures = new ReplaySubject<unknown>(1);
  const stderr = createStderrLines(options.stderrTailLines);
  const diagnosticCounts: Partial<Record<DiagnosticCode, number>> = {};
  diagnostics.subscribe(({ code }) => (diagnosticCounts[code] = (diagnosticCounts[code] ?? 0) + 1));
  let answered = false;

  let validator: Validator | undefined;
  const { maxLineBytes, onOversizeLine, strict } = options;
  const check = options.validate
    ? createControlCheck(
        () => validator,
        (diagnostic) => diagnostics.next(diagnostic),
      )
    : undefined;
  const router = createRouter(
    { maxLineBytes, onOversizeLine, strict, ...(options.validate && { validate: (raw) => validator?.message(raw) }) },
    {
      message(message, size) {
        answered = true;
        messages.next(message, size);
      },
      controlRequest(frame) {
        answered = true;
        check?.question(frame);
        controlRequests.next(frame);
      },
      controlResponse(frame) {
        answered = true;
        flow.controlAnswered(frame.response.request_id);
        check?.answer(frame);
        controlResponses.next(frame);
      },
      controlCancel: (frame) => controlCancels.next(frame),
      diagnostic: (diagnostic) => diagnostics.next(diagnostic),
      fail: onFail,
    },
  );

  return {
    messages,
    controlRequests,
    controlResponses,
    controlCancels,
    diagnostics,
    diagnosticCounts,
    exits,
    inputFailures,
    stderr,
    router,
    get answered() {
      return answered;
    },
    validateWith(next) {
      validator = next;
    },
    asked(frame) {
      flow.controlSent(frame.request_id);
      check?.asked(frame);
    },
    finish(failure) {
      if (failure === undefined) messages.complete();
      else messages.error(failure.cause);
      const others: readonly { complete(): void }[] = [controlRequests, controlResponses, controlCancels];
      for (const subject of others) subject.complete();
    },
  };
}

/** A stream that nobody outside can push into. */
export function readOnly<T>(subject: Subject<T>): Observable<T> {
  return subject.asObservable();
}
