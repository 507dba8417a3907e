import type { Containment, Rlimits } from '../policy/process-options.ts';
import { type ControlGroup, createControlGroup } from './cgroup.ts';
import { chooseTier, type ContainmentTier, probeContainment, rlimitArgs, wrapCommand } from './containment.ts';
import { pause } from './kill-tree.ts';

/** What keeps one tree together. */
export interface Containing {
  readonly tier: ContainmentTier;
  /** The command with the programs before it that the tier needs. */
  readonly command: readonly [string, ...string[]];
  readonly group: ControlGroup | undefined;
  /** Whether the started process only holds a namespace for the real one. */
  readonly rootIsWrapper: boolean;
  /** Removes what was made for the tree. */
  dispose(): Promise<void>;
}

const removeAttempts = 25;

/** The members of a group are gone a moment after they were ended; only then can it be removed. */
async function removeGroup(group: ControlGroup): Promise<void> {
  for (let left = removeAttempts; left > 0 && !group.remove(); left--) await pause(4);
}

/**
 * Prepares the tier that was chosen for a tree.
 * @throws ConfigError `INVALID_OPTION` when it does not work here
 */
export async function contain(
  command: readonly [string, ...string[]],
  options: { readonly containment: Containment; readonly rlimits: Rlimits },
  marker: string,
): Promise<Containing> {
  const report = await probeContainment();
  const limits = rlimitArgs(options.rlimits);
  let tier = chooseTier(options.containment, report);
  let group: ControlGroup | undefined;
  if (tier === 'cgroup' && report.groupParent !== undefined) {
    group = createControlGroup(report.groupParent, `subwire-${marker}`);
    // What worked a moment ago need not work for ever: the host may have been moved to another group.
    if (group === undefined && options.containment === 'auto') tier = report.setpriv === undefined ? 'plain' : 'pdeathsig';
  }
  return {
    tier,
    command: wrapCommand(command, tier, report, limits),
    group,
    rootIsWrapper: tier === 'pid-namespace',
    dispose: async () => (group === undefined ? undefined : removeGroup(group)),
  };
}
