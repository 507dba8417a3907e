import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { ConfigError } from '../errors/config-error.ts';
import type { Containment, Rlimits } from '../policy/process-options.ts';
import { succeeds } from './attempt.ts';
import { createControlGroup, readOwnGroup } from './cgroup.ts';
import { runHelper } from './helper-process.ts';

/** A tier of {@link Containment} other than `auto`. */
export type ContainmentTier = Exclude<Containment, 'auto'>;

/** What works on this machine. */
export interface ContainmentReport {
  /** What `auto` takes. */
  readonly tier: ContainmentTier;
  /** Every tier, strongest first, with the reason where it does not work. */
  readonly tiers: readonly { readonly tier: ContainmentTier; readonly works: boolean; readonly why: string }[];
  /** Where the group of a tree is made. */
  readonly groupParent: string | undefined;
  readonly setpriv: string | undefined;
  readonly unshare: readonly string[] | undefined;
}

/** What the probe looks at; a test brings its own. */
export interface ContainmentHost {
  readonly platform: NodeJS.Platform;
  readonly isMainThread: boolean;
  readonly canMakeGroups: () => string | undefined;
  readonly find: (name: string) => string | undefined;
  readonly works: (file: string, args: readonly string[]) => Promise<boolean>;
}

const probeMs = 2000;
const noneOf = 'Linux only';

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  return folders
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .find((file) => succeeds(() => accessSync(file, constants.X_OK)));
}

function canMakeGroups(): string | undefined {
  const parent = readOwnGroup();
  if (parent === undefined) return undefined;
  const probe = createControlGroup(parent, `subwire-probe-${crypto.randomUUID().slice(0, 8)}`);
  return probe?.remove() === true ? parent : undefined;
}

const thisHost: ContainmentHost = {
  platform: process.platform,
  isMainThread,
  canMakeGroups,
  find: findProgram,
  works: async (file, args) => (await runHelper(file, args, { timeoutMs: probeMs })).code === 0,
};

const namespaceArgs = ['--pid', '--fork', '--kill-child=KILL'];

/** Tries every tier. Costs three short processes at most. */
export async function probeTiers(host: ContainmentHost): Promise<ContainmentReport> {
  const isLinux = host.platform === 'linux';
  const groupParent = isLinux ? host.canMakeGroups() : undefined;
  const setpriv = isLinux ? host.find('setpriv') : undefined;
  const hasSignal = setpriv !== undefined && host.isMainThread && (await host.works(setpriv, ['--pdeathsig', 'TERM', '/bin/true']));
  const unshareFile = hasSignal ? host.find('unshare') : undefined;
  let unshare: readonly string[] | undefined;
  if (unshareFile !== undefined) {
    for (const args of [namespaceArgs, ['--user', '--map-current-user', ...namespaceArgs]]) {
      if (unshare === undefined && (await host.works(unshareFile, [...args, '/bin/true']))) unshare = [unshareFile, ...args];
    }
  }
  // The kernel ties the signal to the thread that has forked: the agent would die with a worker thread, in the middle of its turn.
  const thread = host.isMainThread ? undefined : 'not on the main thread';
  const because = (works: boolean, why: string): string => (works ? 'works' : !isLinux ? noneOf : why);
  const tiers: ContainmentReport['tiers'] = [
    {
      tier: 'cgroup',
      works: groupParent !== undefined,
      why: because(groupParent !== undefined, 'no control group of version 2 may be made here'),
    },
    {
      tier: 'pid-namespace',
      works: unshare !== undefined,
      why: because(unshare !== undefined, thread ?? 'unshare or setpriv does not work here'),
    },
    { tier: 'pdeathsig', works: hasSignal, why: because(hasSignal, thread ?? 'setpriv --pdeathsig does not work here') },
    { tier: 'plain', works: true, why: 'works' },
  ];
  // A namespace gives processes other numbers inside than outside, which surprises programs: it is never chosen unasked.
  const tier = tiers.find((entry) => entry.works && entry.tier !== 'pid-namespace')?.tier ?? 'plain';
  return { tier, tiers, groupParent, setpriv: hasSignal ? setpriv : undefined, unshare };
}

let report: Promise<ContainmentReport> | undefined;

/** What keeps a tree together on this machine. Found out once per host. */
export function probeContainment(): Promise<ContainmentReport> {
  report ??= probeTiers(thisHost);
  return report;
}

/**
 * The tier for a choice.
 * @throws ConfigError `INVALID_OPTION` when the tier that was asked for does not work here
 */
export function chooseTier(choice: Containment, { tier, tiers }: Pick<ContainmentReport, 'tier' | 'tiers'>): ContainmentTier {
  if (choice === 'auto') return tier;
  const found = tiers.find((entry) => entry.tier === choice);
  if (found?.works === true) return choice;
  throw new ConfigError({
    code: 'INVALID_OPTION',
    option: 'containment',
    message: `The containment ${choice} does not work here: ${found?.why ?? 'unknown'}. Take 'auto', or one of ${tiers
      .filter((entry) => entry.works)
      .map((entry) => entry.tier)
      .join(', ')}.`,
  });
}

/**
 * Puts the programs before a command that set what its process is born with. Each of them becomes the next by `exec`, so the pid is the command's own; only
 * `unshare` stays, as the parent of the namespace's first process.
 */
export function wrapCommand(
  command: readonly [string, ...string[]],
  tier: ContainmentTier,
  { setpriv, unshare }: Pick<ContainmentReport, 'setpriv' | 'unshare'>,
  rlimitArgs: readonly string[] = [],
): readonly [string, ...string[]] {
  const limited: readonly [string, ...string[]] =
    rlimitArgs.length === 0 ? command : ([...rlimitArgs, ...command] as [string, ...string[]]);
  if (setpriv === undefined) return limited;
  if (tier === 'pdeathsig') return [setpriv, '--pdeathsig', 'TERM', ...limited];
  if (tier === 'pid-namespace') return [setpriv, '--pdeathsig', 'KILL', ...(unshare ?? []), ...limited];
  return limited;
}

/**
 * The words that put limits of the kernel on a command.
 * @throws ConfigError `INVALID_OPTION` where there is no `prlimit`
 */
export function rlimitArgs(rlimits: Rlimits, find: (name: string) => string | undefined = findProgram): readonly string[] {
  const flags = [
    ...(rlimits.cpuSeconds === undefined ? [] : [`--cpu=${Math.ceil(rlimits.cpuSeconds)}`]),
    ...(rlimits.openFiles === undefined ? [] : [`--nofile=${rlimits.openFiles}`]),
  ];
  if (flags.length === 0) return [];
  const prlimit = find('prlimit');
  if (prlimit !== undefined) return [prlimit, ...flags];
  throw new ConfigError({
    code: 'INVALID_OPTION',
    option: 'rlimits',
    message: 'rlimits need the program prlimit of util-linux. Install it, or leave them out.',
  });
}
