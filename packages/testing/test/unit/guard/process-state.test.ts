import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardSupport, identityOf, isAlive, readProcess, describeProcess } from '../../../src/index.ts';
import { requireGuardSupport, type GuardHost } from '../../../src/guard/guard-support.ts';
import { parseStat } from '../../../src/guard/process-state.ts';

const fields = 'S 1 42 40 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200';

describe('parseStat', () => {
  it.each(['node', 'a b', 'evil) S 7 (x', '(((', ')))'])('reads the fields after a process named %j', (name) => {
    expect(parseStat(`42 (${name}) ${fields}\n`)).toEqual({
      pid: 42,
      startTime: '987654',
      parent: 1,
      processGroup: 42,
      session: 40,
      state: 'S',
      name,
    });
  });

  it.each(['', 'nothing', '42 (node', '42 (node) S 1'])('has nothing to say about %j', (text) => {
    expect(parseStat(text)).toBeUndefined();
  });
});

describe('this process', () => {
  it('is alive, and a newer one with its pid would not be it', () => {
    const identity = identityOf(process.pid)!;
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startTime: `${identity.startTime}0` })).toBe(false);
  });

  it('is described in one line', () => {
    const state = readProcess(process.pid)!;
    expect(state.parent).toBe(process.ppid);
    expect(describeProcess({ ...state, commandLine: 'x'.repeat(300) })).toMatch(
      new RegExp(`^pid ${process.pid} \\([A-Z], parent ${process.ppid}, session \\d+\\): x{200}…$`),
    );
  });

  it('is not the process with an impossible pid', () => {
    expect(readProcess(-1)).toBeUndefined();
    expect(isAlive(0)).toBe(false);
  });
});

describe('guardSupport', () => {
  it('is there on Linux with /proc', () => {
    expect(guardSupport()).toEqual({ supported: true });
  });

  const unreadable = (): string => {
    throw new Error('EACCES');
  };

  const hosts: readonly { readonly host: GuardHost; readonly reason: RegExp }[] = [
    { host: { platform: 'darwin', read: () => 'unused' }, reason: /which darwin does not have/ },
    { host: { platform: 'linux', read: unreadable }, reason: /mount \/proc/ },
  ];
  it.each(hosts)('says why not on $host.platform', ({ host, reason }) => {
    const support = guardSupport(host);
    expect(support).toMatchObject({ supported: false, platform: host.platform, reason: expect.stringMatching(reason) });
    expect(() => {
      requireGuardSupport(support);
    }).toThrow(expect.objectContaining({ code: 'GUARD_UNSUPPORTED' }));
  });
});

describe('a tracker where processes cannot be watched', () => {
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    vi.resetModules();
  });

  it('rejects instead of reporting that nothing leaked', async () => {
    vi.resetModules();
    Object.defineProperty(process, 'platform', { value: 'win32' });
    const { trackProcesses, untilGone } = await import('../../../src/index.ts');
    const tracker = trackProcesses();
    const unsupported = expect.objectContaining({ code: 'GUARD_UNSUPPORTED' });
    expect(tracker.support).toMatchObject({ supported: false, platform: 'win32' });
    await expect(tracker.leaked()).rejects.toEqual(unsupported);
    await expect(tracker.assertNoneLeaked()).rejects.toEqual(unsupported);
    await expect(tracker[Symbol.asyncDispose]()).rejects.toEqual(unsupported);
    await expect(untilGone(process.pid)).rejects.toEqual(unsupported);
    await expect(trackProcesses({ whenUnsupported: 'pass' })[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});
