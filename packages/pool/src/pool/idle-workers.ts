import { conversationOf, stickyLane, type Place, type PoolCore } from './core.ts';

/** The lane that an idle worker serves; undefined for one that is busy or to go. */
function laneOfIdle<W>(place: Place<W>): string | undefined {
  const { phase, key, doomed } = place.slot.state;
  if (phase !== 'idle' || doomed !== undefined) return undefined;
  const conversation = conversationOf(place);
  return conversation === undefined ? key : stickyLane(conversation);
}

/** Whether a worker has served another tenant, in a pool that keeps them apart. */
export function isOfAnother<W>({ options }: PoolCore<W>, place: Place<W>, tenant: string): boolean {
  return options.isolateTenants && place.tenant !== undefined && place.tenant !== tenant;
}

/** The lanes of the queue that some idle worker could serve, but for those of keys that are held. */
export function idleLanes<W>({ places }: PoolCore<W>, held: ReadonlySet<string>): ReadonlySet<string> {
  const lanes = new Set<string>();
  for (const place of places) {
    const lane = laneOfIdle(place);
    if (lane !== undefined && !held.has(place.slot.state.key)) lanes.add(lane);
  }
  return lanes;
}

/**
 * The idle worker of a lane that was used last: the others can then grow old enough to be given up. One that has served another tenant only when there is no
 * other, to be replaced.
 */
export function pickIdle<W>(core: PoolCore<W>, lane: string, tenant: string): Place<W> | undefined {
  let best: Place<W> | undefined;
  let isForeign = true;
  for (const place of core.places) {
    if (laneOfIdle(place) !== lane) continue;
    const foreign = isOfAnother(core, place, tenant);
    if (best === undefined || (isForeign && !foreign)) [best, isForeign] = [place, foreign];
    else if (foreign === isForeign && place.slot.state.idleAtMs > best.slot.state.idleAtMs) best = place;
  }
  return best;
}
