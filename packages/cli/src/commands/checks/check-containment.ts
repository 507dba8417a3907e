import { probeContainment } from '@subwire/core';
import type { Check } from '../../render/report.ts';

/** What keeps an agent and everything that it starts together on this machine, so that nothing outlives it. */
export async function checkContainment(): Promise<Check> {
  const { tier, tiers } = await probeContainment();
  return {
    name: 'containment',
    verdict: 'ok',
    summary: `the tree of an agent is held together by the tier ${tier}`,
    notes: tiers.map(({ tier: name, why }) => `${name}: ${why}`),
    facts: { tier, tiers },
  };
}
