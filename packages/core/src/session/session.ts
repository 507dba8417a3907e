import { filter, firstValueFrom, merge, switchMap, takeUntil, timer } from 'rxjs';
import type { CallOptions } from '../control/types.ts';
import { channels } from '../diagnostics/channels.ts';
import { ClosedError } from '../errors/closed-error.ts';
import type { CloseReceipt } from '../ports/child-process.ts';
import { abortable } from '../streams/abortable.ts';
import type { UserInput } from '../wire/outgoing.ts';
import { timeLimit } from './clocks.ts';
import { controlActions } from './control-actions.ts';
import { stoppedByCaller, unfinishedWork } from './end-cause.ts';
import { recoveryOptions } from './recovery.ts';
import { sessionDefaults } from './session-defaults.ts';
import { followSession, type SessionParts } from './session-life.ts';
import { stopSession } from './stop.ts';
import { createTimings } from './timings.ts';
import { createTurn, type OpenTurn } from './turn.ts';
import { takenBack } from './turn-ledger.ts';
import { createTurnQueue } from './turn-queue.ts';
import type { Session, StopOptions, Turn } from './types.ts';

/** A session over a process that has answered `initialize`. */
export function createSession(parts: SessionParts): Session {
  const { transport, control, options } = parts;
  const { decision } = options.parking ?? {};
  const continued = decision === undefined ? undefined : createTurn(decision.request.toolUseId, interruptTurn);
  const life = followSession(parts, continued);
  const { ledger, tracker, gone$, event, endNow, failTurn, fail } = life;
  const timings = createTimings(parts.opening);
  life.messages$.subscribe({ next: timings.take, error: timings.complete, complete: timings.complete });
  const actions = controlActions(control);
  /** Background tasks that were under way when the caller left. */
  let dropped: readonly string[] | undefined;
  const queue = createTurnQueue(transport, options, {
    sent({ turn }) {
      timings.sent(turn);
      channels.turnSent.publish(() => ({ ...event(), turnId: turn.id }));
    },
    failed: failTurn,
  });

  function open(turnId: string): OpenTurn {
    return createTurn(turnId, interruptTurn);
  }

  function prompt(input: string | UserInput): Turn {
    const entry = open((typeof input === 'string' ? undefined : input.uuid) ?? crypto.randomUUID());
    if (life.over || life.leaving !== undefined) {
      const message = 'The prompt was not sent: the session is ending. Open another one, with recover() for the same conversation.';
      entry.fail(new ClosedError({ code: 'CLOSED', state: transport.state, message }));
      return entry.turn;
    }
    ledger.add(entry);
    queue.add(input, entry);
    return entry.turn;
  }

  async function interrupt(callOptions?: CallOptions): Promise<void> {
    await control.request('interrupt', {}, callOptions);
  }

  async function interruptTurn(entry: OpenTurn): Promise<void> {
    if (entry.state === 'settled') return;
    if (entry.state === 'queued') {
      failTurn(entry, takenBack());
      return;
    }
    if (entry.state === 'sent') {
      // An interrupt would reach the turn before it, or nothing at all.
      const answer = await control.request('cancel_async_message', { message_uuid: entry.turn.id }).catch(() => undefined);
      if (answer?.cancelled === true) {
        failTurn(entry, takenBack());
        return;
      }
    }
    await interrupt();
  }

  async function closed(receipt: Promise<CloseReceipt>): Promise<CloseReceipt> {
    const settled = await receipt;
    channels.sessionClosed.publish(() => ({ ...event(), receipt: settled }));
    return settled;
  }

  function leave(): void {
    life.leaving = 'stopping';
    dropped ??= [...tracker.activity.tasks.keys()];
    queue.stop();
    for (const entry of ledger.open.filter(({ state }) => state === 'queued')) failTurn(entry, stoppedByCaller());
  }

  function stop({ rungMs = sessionDefaults.rungMs }: StopOptions = {}): Promise<CloseReceipt> {
    leave();
    return closed(stopSession({ transport, control, tracker, rungMs }));
  }

  function close(): Promise<CloseReceipt> {
    // EOF alone is no stop: the CLI would finish the turn first, and with a tool running it would never end.
    const from = tracker.isQuiet ? 'eof' : 'term';
    leave();
    return closed(transport.close({ from }));
  }

  async function whenQuiescent({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const quiet = firstValueFrom(merge(tracker.quiet$.pipe(filter(Boolean)), gone$));
    const outcome = await abortable(quiet, signal);
    // Work that a stop of ours has ended is not done, although nothing goes on any more.
    const taskIds = dropped ?? (outcome === true ? [] : [...tracker.activity.tasks.keys()]);
    if (taskIds.length > 0) throw unfinishedWork({ ...endNow(), taskIds });
    if (outcome === true) return;
    if (outcome !== undefined) throw outcome.cause;
    if (life.leaving === 'stopping') throw stoppedByCaller();
  }

  async function end(): Promise<CloseReceipt> {
    life.leaving ??= 'ending';
    if (options.completion === 'result') {
      await Promise.allSettled(ledger.open.map(({ turn }) => turn.result()));
      // What goes on in the background was not asked for: stdin alone would wait for it.
      if (!tracker.isQuiet && !life.over) return await close();
    }
    const { lingerMs } = parts.clocks;
    const linger$ = tracker.inputEnded$.pipe(
      switchMap(() => timer(Math.min(lingerMs, 2_147_483_647))),
      takeUntil(gone$),
    );
    linger$.subscribe(() => fail(timeLimit('linger', lingerMs, 'The process did not end after its input')));
    tracker.callerEnded();
    const outcome = await firstValueFrom(gone$);
    const receipt = await closed(transport.close());
    if (outcome !== undefined) throw outcome.cause;
    return receipt;
  }

  return {
    get id() {
      return life.id;
    },
    info: parts.info,
    transport,
    control,
    messages$: life.messages$,
    stray$: life.stray$,
    retries$: life.retries$,
    usage$: life.usage.asObservable(),
    get usage() {
      return life.usage.value;
    },
    timings$: timings.timings$,
    get timings() {
      return timings.current;
    },
    diagnostics$: transport.diagnostics$,
    get tasks() {
      return [...tracker.activity.tasks.keys()];
    },
    get dirty() {
      return life.dirty;
    },
    get parked() {
      return parts.parking?.parked ?? [];
    },
    continued: continued?.turn,
    prompt,
    interrupt,
    ...actions,
    async mcpStatus(callOptions) {
      const answer = await actions.mcpStatus(callOptions);
      timings.servers(answer.mcpServers);
      return answer;
    },
    whenQuiescent,
    end,
    stop,
    close,
    recover: (mode) => recoveryOptions(life.id, mode),
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}
