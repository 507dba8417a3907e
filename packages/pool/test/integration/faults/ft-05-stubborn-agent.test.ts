import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';

test.each(['setsid', 'double-fork'] as const)(
  'FT-05 an agent that ignores TERM and has %s children is gone when discard resolves, and so are they',
  async (kind) => {
    await using tracker = trackProcesses();
    const faults = [{ name: 'ignore-term' }, { name: 'ignore-eof' }, { name: 'start-child', kind }] as const;
    const shutdown = { eofGraceMs: 100, termGraceMs: 100, killGraceMs: 2_000 };
    const pool = createSessionPool({ size: 1, minIdle: 0, governor: false, session: { ...fakeCli({ faults }), shutdown } });
    for (let round = 0; round < 2; round += 1) {
      const lease = await pool.acquire();
      const turn = lease.worker.prompt('work').result();
      await turn;
      const beganMs = performance.now();
      await lease.discard();
      expect(performance.now() - beganMs).toBeLessThan(5_500);
    }
    // Two agents, and at least one of the children that they started.
    expect(tracker.seen.length).toBeGreaterThanOrEqual(3);
    expect(await tracker.leaked()).toEqual([]);
    await pool.close();
  },
  60_000,
);
