import { bufferCount, concat, concatMap, defer, of, ReplaySubject, Subject, tap, throwError } from 'rxjs';
import { encodeFrame } from '../framing/encode-frame.ts';
import { defaults } from '../policy/defaults.ts';
import type { TransportOptions } from '../policy/options.ts';
import { resolveTransportOptions } from '../policy/resolve-options.ts';
import type { CloseReceipt, ProcessExit } from '../ports/child-process.ts';
import { launch, type Launched } from '../process/launch.ts';
import { type LimitEvent, softLimitReached } from '../process/limits.ts';
import { neverStarted } from '../process/terminate.ts';
import { drained, nextPoll$ } from '../streams/drained.ts';
import type { WriteQueue } from '../streams/write-queue.ts';
import { checkOutgoing } from '../wire/check-outgoing.ts';
import { isControlRequest } from '../wire/frame.ts';
import { loadValidator } from '../wire/load-validator.ts';
import { exitCause } from './exit-cause.ts';
import { createFlow } from './flow.ts';
import { notOpen } from './not-open.ts';
import { createOutlets, readOnly } from './outlets.ts';
import { readMessages } from './read.ts';
import { createStateMachine } from './state.ts';
import type { CloseOptions, Transport, TransportState } from './types.ts';

// Two pipes of a dead process hold what they hold: a silence this long, seen after one more look at them, means that they are empty.
const quietMs = 40;

const limitRungMs = 500;

const writeLine = (input: WriteQueue, line: string): Promise<void> => input.write(line);
const postLine = (input: WriteQueue, line: string): void => input.post(line);

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
    handle.input.broken$.subscribe((cause) => outlets.inputFailures.next(cause));
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
    if (machine.current === 'starting' || machine.current === 'open') throw refusal('ALREADY_CONNECTED');
    if (machine.current !== 'idle') throw refusal('CLOSED');
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
    if (state() !== 'starting') throw refusal('CLOSED');
    machine.move('open');
  }

  /** Who is told what the process failed with learns more than that it is closed. */
  function refusal(code: Parameters<typeof notOpen>[0]): Error {
    return code === 'CLOSED' && failure?.cause instanceof Error ? failure.cause : notOpen(code, machine.current);
  }

  /** The line of a frame, and where it may be written now. */
  function put<T>(frame: object | string, write: (input: WriteQueue, line: string) => T): T {
    const line = encodeFrame(checkOutgoing(frame));
    const at = machine.current;
    if (at !== 'open' || launched === undefined) throw refusal(at === 'idle' || at === 'starting' ? 'NOT_CONNECTED' : 'CLOSED');
    if (inputEnded) throw refusal('INPUT_ENDED');
    if (isControlRequest(frame)) outlets.asked(frame);
    return write(launched.handle.input, line);
  }

  function send(frame: object | string): Promise<void> {
    try {
      return put(frame, writeLine);
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  async function endInput(): Promise<void> {
    if (launched === undefined) throw refusal('NOT_CONNECTED');
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
    outlets.inputFailures.complete();
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
    controlRequests$: outlets.controlRequests.stream$,
    controlResponses$: outlets.controlResponses.stream$,
    controlCancels$: outlets.controlCancels.stream$,
    stderr$: outlets.stderr.stderr$,
    diagnostics$: readOnly(outlets.diagnostics),
    report: (diagnostic) => outlets.diagnostics.next(diagnostic),
    diagnosticCounts: outlets.diagnosticCounts,
    exit$: readOnly(outlets.exits),
    get stderrTail() {
      return outlets.stderr.tail;
    },
    inputFailure$: readOnly(outlets.inputFailures),
    connect,
    send,
    post: (frame) => put(frame, postLine),
    read: (readOptions) => readMessages(outlets, flow, readOptions),
    endInput,
    usage: ({ everyMs = defaults.usageEveryMs } = {}) =>
      defer(() => launched?.usage({ everyMs, withFiles: true }) ?? throwError(() => refusal('NOT_CONNECTED'))),
    close,
    [Symbol.asyncDispose]: async () => {
      await close();
    },
  };
}
