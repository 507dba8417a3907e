import { filter, firstValueFrom, merge, timer } from 'rxjs';
import type { ControlChannel } from '../control/types.ts';
import type { CloseReceipt } from '../ports/child-process.ts';
import type { Transport } from '../transport/types.ts';
import type { Tracker } from './tracker.ts';

/** What {@link stopSession} works on. */
export interface StopRequest {
  readonly transport: Transport;
  readonly control: ControlChannel;
  readonly tracker: Tracker;
  /** How long each rung may take, in milliseconds. */
  readonly rungMs: number;
}

/**
 * Asks the agent to stop and gives it until the end of the rung to settle its turn: a tool that is killed in the middle leaves a call without a result in the
 * conversation. Whatever happens, the ladder goes on.
 */
async function interrupt({ control, tracker, rungMs }: StopRequest): Promise<void> {
  const deadline = performance.now() + rungMs;
  try {
    await control.request('interrupt', { cancel_queued: true }, { timeoutMs: rungMs });
    const settled$ = tracker.phase$.pipe(filter(({ state }) => state === 'idle' || state === 'background'));
    await firstValueFrom(merge(settled$, timer(Math.max(0, deadline - performance.now()))), { defaultValue: undefined });
  } catch {
    // Not acknowledged, or the process has gone: the next rung says which.
  }
}

/** Interrupt, EOF, TERM, KILL. */
export async function stopSession(request: StopRequest): Promise<CloseReceipt> {
  const { transport, tracker, rungMs } = request;
  const startedAt = performance.now();
  if (tracker.isQuiet || !transport.isConnected) return await transport.close({ from: 'eof', rungMs });
  await interrupt(request);
  const receipt = await transport.close({ from: 'eof', rungMs });
  return { ...receipt, rungs: ['interrupt', ...receipt.rungs], durationMs: performance.now() - startedAt };
}
