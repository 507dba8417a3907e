import { isVacant } from '../slot/slot-state.ts';
import type { PoolCore } from './core.ts';

/** What is wrong with the pool's bookkeeping, one sentence each; nothing, in a pool that works. */
export function findViolations<W>(core: PoolCore<W>): readonly string[] {
  const found: string[] = [];
  const workers = new Set<W>();
  let leased = 0;
  for (const [index, { slot, lease, waiter, hasLeave }] of core.places.entries()) {
    const { phase } = slot.state;
    const name = `place ${slot.id} (${phase})`;
    if (index >= core.size && (isVacant(phase) || phase === 'starting')) found.push(`${name} is over the size and empty or starting`);
    if ((phase === 'leased') !== (lease !== undefined)) found.push(`${name} and its lease disagree`);
    if (waiter !== undefined && phase !== 'checking') found.push(`${name} holds a call without checking a worker for it`);
    if (hasLeave && phase !== 'leased' && phase !== 'checking') found.push(`${name} keeps the governor's leave`);
    if (isVacant(phase) && slot.worker !== undefined) found.push(`${name} has a worker`);
    if (phase === 'idle' && slot.worker === undefined) found.push(`${name} has no worker`);
    if (lease !== undefined) leased += 1;
    if (slot.worker === undefined) continue;
    if (typeof slot.worker === 'object' && workers.has(slot.worker)) found.push(`${name} shares its worker with another place`);
    workers.add(slot.worker);
  }
  const byTenant = [...core.leasedBy.values()].reduce((sum, count) => sum + count, 0);
  if (byTenant !== leased) found.push(`${leased} leases, ${byTenant} by tenant`);
  if (core.queue.all().some(({ isSettled }) => isSettled)) found.push('a call that is settled still waits');
  return found;
}
