import { measurePoolAcquire } from './pool-acquire.mjs';
import { measurePoolBookkeeping } from './pool-bookkeeping.mjs';
import { measurePoolFaults } from './pool-faults.mjs';

/** The measurements of `@subwire/pool`, by name. */
export const poolMeasurements = {
  'pool-bookkeeping': measurePoolBookkeeping,
  'pool-acquire': measurePoolAcquire,
  'pool-faults': measurePoolFaults,
};
