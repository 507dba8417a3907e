import { defaults } from '../policy/defaults.ts';
import { isVacant } from '../slot/slot-state.ts';
import { poolClosed } from './calls.ts';
import type { PoolCore } from './core.ts';
import type { PoolReceipt } from './types.ts';

/** How a pool ends. */
export interface Shutdown {
  drain(): Promise<void>;
  close(options?: { readonly graceMs?: number }): Promise<PoolReceipt>;
}

/**
 * open -> draining -> closed. Nothing is started and nothing handed out from the first step on: a rule that keeps a minimum of workers alive must not
 * bring back those that are being ended.
 */
export function createShutdown<W>(core: PoolCore<W>, onClosed: () => void): Shutdown {
  let rejectedWaiters = 0;
  let drained: Promise<void> | undefined;
  let closed: Promise<PoolReceipt> | undefined;

  function refuseAll(): void {
    for (const call of core.queue.all()) {
      rejectedWaiters += 1;
      call.reject(poolClosed());
    }
  }

  function begin(): void {
    if (core.phase !== 'open') return;
    core.phase = 'draining';
    core.sink.emit({ type: 'pool-draining' });
    refuseAll();
    for (const { slot } of core.places) if (slot.state.phase !== 'leased' && slot.state.phase !== 'returning') slot.retire('closing');
  }

  /** Resolves when no worker is left, those on their way in or out included. */
  async function untilEmpty(): Promise<void> {
    for (;;) {
      const busy = core.places.filter(({ slot }) => !isVacant(slot.state.phase));
      if (busy.length === 0) return;
      for (const { slot } of busy) if (slot.state.phase === 'idle') slot.retire('closing');
      await Promise.all(busy.map(({ slot }) => slot.settled()));
    }
  }

  function drain(): Promise<void> {
    begin();
    drained ??= untilEmpty();
    return drained;
  }

  async function finish(graceMs: number): Promise<PoolReceipt> {
    const empty = drain();
    const timers: (() => void)[] = [];
    const takeBack = (): void => {
      for (const { slot } of core.places) if (slot.state.phase === 'leased' || slot.state.phase === 'returning') slot.retire(poolClosed());
      const hurry = (): void => core.places.forEach(({ slot }) => slot.hurry());
      timers.push(core.clock.setTimer(Math.min(defaults.closeHurryMs, core.options.closeTimeoutMs), hurry));
      // A worker whose end never comes must not keep the caller: its place is given up, and said so.
      timers.push(core.clock.setTimer(core.options.closeTimeoutMs, () => core.places.forEach(({ slot }) => slot.giveUp())));
    };
    const isBusy = core.places.some(({ lease }) => lease !== undefined);
    if (isBusy && graceMs > 0) timers.push(core.clock.setTimer(graceMs, takeBack));
    else takeBack();
    // Whatever happens to the leases, workers that were idle are told to hurry in time.
    await empty;
    for (const cancel of timers) cancel();
    core.phase = 'closed';
    core.sink.emit({ type: 'pool-closed' });
    onClosed();
    return { receipts: [...core.receipts], rejectedWaiters };
  }

  return {
    drain,
    close(options = {}) {
      closed ??= finish(options.graceMs ?? defaults.closeGraceMs);
      return closed;
    },
  };
}
