/** The numbered places of those at work: the lowest that is free is taken, so that a display has one line for each. */
export interface Lanes {
  readonly taken: number;
  take(): number;
  leave(lane: number): void;
}

export function createLanes(): Lanes {
  const lanes: boolean[] = [];
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    take() {
      const free = lanes.indexOf(false);
      const lane = free === -1 ? lanes.length : free;
      lanes[lane] = true;
      taken += 1;
      return lane;
    },
    leave(lane) {
      if (lanes[lane] !== true) return;
      lanes[lane] = false;
      taken -= 1;
    },
  };
}
