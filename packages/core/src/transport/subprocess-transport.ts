import { concat, defer, of, ReplaySubject, Subject, throwError } from 'rxjs';
import { bufferCount, concatMap, tap } from 'rxjs/operators';
import { ClosedError } from '../errors/closed-error.ts';
import { encodeFrame } from '../framing/encode-frame.ts';
import { defaults } from '../policy/defaults.ts';
import type { TransportOptions } from '../policy/options.ts';
import { resolveTransportOptions } from '../policy/resolve-options.ts';
import type { CloseReceipt, ProcessExit } from '../ports/child-process.ts';
import { launch, type Launched } from '../process/launch.ts';
import { type LimitEvent, softLimitReached } from '../process/limits.ts';
import { drained, nextPoll$ } from '../streams/drained.ts';
import { checkOutgoing } from '../wire/check-outgoing.ts';
import type { ControlRequest } from '../wire/control.ts';
import { loadValidator } from '../wire/load-validator.ts';
import { exitCause } from './exit-cause.ts';
import { createFlow } from './flow.ts';
import { createOutlets, readOnly } from './outlets.ts';
import { readMessages } from './read.ts';
import { createStateMachine } from './state.ts';
import type { CloseOptions, Transport, TransportState } from './types.ts';

// Two pipes of a dead process hold what they hold: a silence this long, seen after one more look at them, means that they are empty.
const quietMs = 40;

const limitRungMs = 500;

const neverStarted: CloseReceipt = Object.freeze({
  exit: { code: null, signal: null },
  rungs: [],
  killed: [],
  survivors: [],
  durationMs: 0,
});

function isControlRequest(frame: object | string): frame is ControlRequest {
  return typeof frame === 'object' && (frame as { readonly type?: unknown }).type === 'control_request';
}

/**
 * A transport over a subprocess of its own. Nothing is started before `connect()`.
 * @throws ConfigError `INVALID_OPTION` that names the option
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const resolved = resolveTransportOptions(options, process.cwd());
  const machine = createStateMachine();
  const flow = createFlow();
  const outlets = createOutlets(resolved, flow, (error) => fail(error));
  const hurry = new ReplaySubject<void>(1);
  let launched: Launched | undefined;
  let launching: Promise<void> | undefined;
  let gone = false;
  let drainedOut: Promise<void> = Promise.resolve();
  let inputEnded = false;
  let failure: { readonly cause: unknown } | undefined;
  let closing: Promise<CloseReceipt> | undefined;

  // The state changes during an await, which narrowing does not know.
  const state = (): TransportState => machine.current;

  /** Ends the streams with an error and the tree by the ladder. The first cause stays. */
  function fail(cause: unknown, exit?: ProcessExit, rungMs?: number): void {
    if (failure !== undefined || machine.current === 'closed') return;
    failure = { cause };
    launched?.handle.input.fail(cause);
    machine.move('failed');
    if (exit !== undefined) outlets.exits.next(exit);
    outlets.finish(failure);
    void close({ from: 'term', ...(rungMs !== undefined && { rungMs }) });
  }

  function attach(started: Launched): void {
    launched = started;
    const { handle } = started;
    flow.paused$.subscribe((paused) => handle.setPaused(paused));
    const chunks = new Subject<void>();
    const ends = new ReplaySubject<void>(2);
    handle.stdout$.subscribe({
      next(chunk) {
        if (failure !== undefined) return;
        if (chunks.observed) chunks.next();
        outlets.router.push(chunk);
        flow.check();
      },
      complete: () => ends.next(),
    });
    handle.stderr$.subscribe({
      next(chunk) {
        chunks.next();
        outlets.stderr.push(chunk);
      },
      complete: () => ends.next(),
    });
    for (const notice of started.notices) outlets.diagnostics.next(notice);
    started.limits$.subscribe(onLimit);
    const ended$ = ends.pipe(bufferCount(2));
    const drain = { quietMs, capMs: resolved.shutdown.drainMs, polled$: nextPoll$, paused$: flow.paused$ };
    drainedOut = new Promise((resolve) => {
      const empty$ = (exit: ProcessExit) => concat(drained(chunks, ended$, drain), of(exit));
      handle.exit$
        .pipe(
          tap(() => (gone = true)),
          concatMap(empty$),
        )
        .subscribe((exit) => {
          onGone(exit);
          resolve();
        });
    });
  }

  function onLimit(event: LimitEvent): void {
    // What takes the machine's memory is not given the whole grace to take more.
    if (event.kind === 'hard') return fail(event.error, undefined, Math.min(limitRungMs, resolved.shutdown.termGraceMs));
    outlets.diagnostics.next(softLimitReached(event));
  }

  /** The process has ended and its pipes are empty. */
  function onGone(exit: ProcessExit): void {
    const truncated = failure === undefined ? outlets.router.end() : undefined;
    outlets.stderr.end();
    const unexpected = exitCause({ exit, pid: launched?.handle.pid, stderrTail: outlets.stderr.tail, answered: outlets.answered });
    const orderly = exit.code === 0 && (outlets.answered || inputEnded);
    if (failure === undefined && closing === undefined && (truncated !== undefined || !orderly)) return fail(truncated ?? unexpected, exit);
    launched?.handle.input.fail(unexpected);
    outlets.exits.next(exit);
    if (closing === undefined) void close();
  }

  async function start(): Promise<void> {
    if (resolved.validate) outlets.validateWith(await loadValidator());
    attach(await launch(resolved, { drain: () => close() }));
  }

  async function connect({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    if (machine.current === 'starting' || machine.current === 'open') throw notOpen('ALREADY_CONNECTED');
    if (machine.current !== 'idle') throw notOpen('CLOSED');
    machine.move('starting');
    launching = start();
    try {
      await launching;
    } catch (error) {
      fail(error);
      throw error;
    }
    if (signal?.aborted === true) await close({ from: 'term' });
    signal?.throwIfAborted();
    // A close() that came in the meantime has moved the state already.
    if (state() !== 'starting') throw notOpen('CLOSED');
    machine.move('open');
  }

  function notOpen(code: 'ALREADY_CONNECTED' | 'CLOSED' | 'NOT_CONNECTED' | 'INPUT_ENDED'): Error {
    if (code === 'CLOSED' && failure?.cause instanceof Error) return failure.cause;
    const advice = {
      ALREADY_CONNECTED: 'The transport was connected before. Create a new one for another process.',
      CLOSED: 'The transport is closed. Create a new one.',
      NOT_CONNECTED: 'The transport is not connected yet. Await connect() first.',
      INPUT_ENDED: 'The input of the process has been ended. Send before endInput().',
    } as const;
    return new ClosedError({ code, state: machine.current, message: advice[code] });
  }

  function send(frame: object | string): Promise<void> {
    try {
      const line = encodeFrame(checkOutgoing(frame));
      if (machine.current === 'idle' || machine.current === 'starting') throw notOpen('NOT_CONNECTED');
      if (machine.current !== 'open' || launched === undefined) throw notOpen('CLOSED');
      if (inputEnded) throw notOpen('INPUT_ENDED');
      if (isControlRequest(frame)) outlets.asked(frame);
      return launched.handle.input.write(line);
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  async function endInput(): Promise<void> {
    if (launched === undefined) throw notOpen('NOT_CONNECTED');
    inputEnded = true;
    await launched.handle.input.end();
  }

  async function climb({ from, rungMs }: CloseOptions): Promise<CloseReceipt> {
    const { shutdown } = resolved;
    const policy = rungMs === undefined ? shutdown : { ...shutdown, eofGraceMs: rungMs, termGraceMs: rungMs };
    if (machine.current === 'idle') machine.move('closed');
    if (machine.current === 'starting' || machine.current === 'open') machine.move('closing');
    await launching?.catch(() => undefined);
    flow.open();
    let receipt = neverStarted;
    if (launched !== undefined) {
      const { handle } = launched;
      receipt = await launched.end({ policy, from, hurry$: hurry });
      await drainedOut;
      await handle.release();
    }
    if (machine.current === 'closing') {
      outlets.finish();
      machine.move('closed');
    }
    outlets.exits.complete();
    outlets.diagnostics.complete();
    return receipt;
  }

  function close(options: CloseOptions = {}): Promise<CloseReceipt> {
    const { signal } = options;
    if (signal?.aborted === true) hurry.next();
    else signal?.addEventListener('abort', () => hurry.next(), { once: true });
    closing ??= climb(options);
    return closing;
  }

  return {
    get pid() {
      return launched?.handle.pid;
    },
    get state() {
      return machine.current;
    },
    get failure() {
      return failure?.cause;
    },
    get isConnected() {
      return machine.current === 'open' && !gone;
    },
    state$: machine.state$,
    messages$: outlets.messages.stream$,
    controlRequests$: readOnly(outlets.controlRequests),
    controlResponses$: readOnly(outlets.controlResponses),
    controlCancels$: readOnly(outlets.controlCancels),
    stderr$: outlets.stderr.stderr$,
    diagnostics$: readOnly(outlets.diagnostics),
    diagnosticCounts: outlets.diagnosticCounts,
    exit$: readOnly(outlets.exits),
    get stderrTail() {
      return outlets.stderr.tail;
    },
    connect,
    send,
    read: (readOptions) => readMessages(outlets, flow, readOptions),
    endInput,
    usage: ({ everyMs = defaults.usageEveryMs } = {}) =>
      defer(() => launched?.usage({ everyMs, withFiles: true }) ?? throwError(() => notOpen('NOT_CONNECTED'))),
    close,
    [Symbol.asyncDispose]: async () => {
      await close();
    },
  };
}
