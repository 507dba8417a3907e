import { describe, expect, test } from 'vitest';
import { chooseTier, type ContainmentHost, probeTiers, rlimitArgs, wrapCommand } from '../../../src/process/containment.ts';

const everything: ContainmentHost = {
  platform: 'linux',
  isMainThread: true,
  canMakeGroups: () => '/sys/fs/cgroup/own',
  find: (name) => `/usr/bin/${name}`,
  works: async () => true,
};
const without = (...names: readonly string[]): Pick<ContainmentHost, 'find'> => ({
  find: (name) => (names.includes(name) ? undefined : `/usr/bin/${name}`),
});

describe('the probe', () => {
  test.each<[name: string, host: Partial<ContainmentHost>, tier: string, works: readonly string[]]>([
    ['everything there', {}, 'cgroup', ['cgroup', 'pid-namespace', 'pdeathsig', 'plain']],
    ['no group may be made', { canMakeGroups: () => undefined }, 'pdeathsig', ['pid-namespace', 'pdeathsig', 'plain']],
    ['no setpriv', without('setpriv'), 'cgroup', ['cgroup', 'plain']],
    ['no unshare', without('unshare'), 'cgroup', ['cgroup', 'pdeathsig', 'plain']],
    ['a setpriv that fails', { works: async (file) => !file.endsWith('setpriv') }, 'cgroup', ['cgroup', 'plain']],
    ['nothing but a kernel', { canMakeGroups: () => undefined, ...without('setpriv', 'unshare') }, 'plain', ['plain']],
    ['a worker thread', { canMakeGroups: () => undefined, isMainThread: false }, 'plain', ['plain']],
    ['a worker thread with groups', { isMainThread: false }, 'cgroup', ['cgroup', 'plain']],
    ['macOS', { platform: 'darwin' }, 'plain', ['plain']],
    ['Windows', { platform: 'win32' }, 'plain', ['plain']],
  ])('%s', async (_, host, tier, works) => {
    const report = await probeTiers({ ...everything, ...host });
    expect(report.tier).toBe(tier);
    expect(report.tiers.filter((entry) => entry.works).map((entry) => entry.tier)).toEqual(works);
    for (const entry of report.tiers) expect(entry.why).not.toBe('');
  });

  test('a user without rights gets a namespace through one of users', async () => {
    const report = await probeTiers({ ...everything, works: async (_, args) => !args.includes('--pid') || args.includes('--user') });
    expect(report.unshare).toContain('--map-current-user');
  });

  test('on other platforms nothing is run', async () => {
    let calls = 0;
    const count = (): undefined => void (calls += 1);
    await probeTiers({ ...everything, platform: 'darwin', canMakeGroups: count, find: count, works: async () => (count(), true) });
    expect(calls).toBe(0);
  });
});

describe('the choice', () => {
  test('a tier that does not work is refused with the reason and with those that do', async () => {
    const report = await probeTiers({ ...everything, canMakeGroups: () => undefined });
    expect(chooseTier('auto', report)).toBe('pdeathsig');
    expect(chooseTier('pid-namespace', report)).toBe('pid-namespace');
    expect(() => chooseTier('cgroup', report)).toThrow(/no control group of version 2 .*pid-namespace, pdeathsig, plain/);
  });

  test('pids differ inside a namespace: it is never chosen unasked', async () => {
    const report = await probeTiers({ ...everything, canMakeGroups: () => undefined, ...without() });
    expect(chooseTier('auto', { ...report, tiers: report.tiers })).not.toBe('pid-namespace');
  });
});

describe('the command', () => {
  const command = ['claude', '-p'] as const;
  const found = { setpriv: '/usr/bin/setpriv', unshare: ['/usr/bin/unshare', '--pid'] };
  test.each([
    ['cgroup', ['claude', '-p']],
    ['plain', ['claude', '-p']],
    ['pdeathsig', ['/usr/bin/setpriv', '--pdeathsig', 'TERM', 'claude', '-p']],
    ['pid-namespace', ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '/usr/bin/unshare', '--pid', 'claude', '-p']],
  ] as const)('of %s', (tier, expected) => {
    expect(wrapCommand(command, tier, found)).toEqual(expected);
  });

  test('limits of the kernel stand next to the command', () => {
    const args = rlimitArgs({ cpuSeconds: 1.5, openFiles: 512 }, () => '/usr/bin/prlimit');
    expect(args).toEqual(['/usr/bin/prlimit', '--cpu=2', '--nofile=512']);
    expect(wrapCommand(command, 'pdeathsig', found, args)).toEqual([
      ...found.setpriv.split(' '),
      '--pdeathsig',
      'TERM',
      ...args,
      'claude',
      '-p',
    ]);
    expect(rlimitArgs({}, () => undefined)).toEqual([]);
    expect(() => rlimitArgs({ openFiles: 512 }, () => undefined)).toThrow(/prlimit of util-linux/);
  });
});
