import { stickyLane, type Place, type PoolCore } from './core.ts';

/** The lane that an idle worker serves; undefined for one that is busy or to go. */
function laneOfIdle<W>({ slot, sticky }: Place<W>): string | undefined {
  const { phase, key, doomed } = slot.state;
  if (phase !== 'idle' || doomed !== undefined) return undefined;
  return sticky === undefined ? key : stickyLane(key, sticky);
}

/** The lanes of the queue that some idle worker could serve. */
export function idleLanes<W>({ places }: PoolCore<W>): ReadonlySet<string> {
  const lanes = new Set<string>();
  for (const place of places) {
    const lane = laneOfIdle(place);
    if (lane !== undefined) lanes.add(lane);
  }
  return lanes;
}

/** The idle worker of a lane that was used last: the others can then grow old enough to be given up. */
export function pickIdle<W>({ places }: PoolCore<W>, lane: string): Place<W> | undefined {
  let best: Place<W> | undefined;
  for (const place of places) {
    if (laneOfIdle(place) !== lane) continue;
    if (best === undefined || place.slot.state.idleAtMs > best.slot.state.idleAtMs) best = place;
  }
  return best;
}
