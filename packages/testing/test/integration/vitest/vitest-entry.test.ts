import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../../src/index.ts';
import { processMatchers, useFakeApi, useProcessGuard } from '../../../src/vitest.ts';

describe('matchers about processes', () => {
  let child: ChildProcess;
  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('tell a living process from one that has gone', async () => {
    child = spawn('sleep', ['81']);
    const identity = identityOf(child.pid!)!;
    expect(child.pid).toBeAlive();
    expect(child).toBeAlive();
    expect(identity).toBeAlive();
    expect(child.pid).not.toBeGone();
    await expect(child.pid).not.toBeGoneWithin(20);
    child.kill('SIGKILL');
    await expect(child).toBeGoneWithin(10_000);
    expect(identity).toBeGone();
    expect(child.pid).not.toBeAlive();
  });

  it('name the process when they fail', async () => {
    child = spawn('sleep', ['82']);
    expect(() => {
      expect(child.pid).toBeGone();
    }).toThrow(/expected the process to be gone, but it lives: pid \d+ \(.*\): sleep 82/);
    await expect(expect(child).toBeGoneWithin(10)).rejects.toThrow(/gone within 10 ms, but it lives: .*sleep 82/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => {
      expect(child.pid).toBeAlive();
    }).toThrow(/expected the process to be alive, but it has gone: pid \d+/);
  });

  it('take a child that never started for gone, and refuse what is no process', async () => {
    child = spawn('/nowhere/at/all');
    await once(child, 'error');
    expect(child).toBeGone();
    expect(processMatchers.toBeGone(child).message()).toContain('a child that never started');
    expect(() => {
      expect('sleep').toBeGone();
    }).toThrow(/Expected a pid/);
  });
});

describe('useProcessGuard', () => {
  const tracker = useProcessGuard({ graceMs: 10_000 });
  let before: string | undefined;

  it('watches the test that runs', async () => {
    before = tracker().marker;
    const child = spawn('sleep', ['0.05']);
    expect(await tracker().leaked()).toEqual([]);
    expect(tracker().seen.map(({ pid }) => pid)).toEqual([child.pid]);
  });

  it('watches each test by itself', () => {
    expect(tracker().marker).not.toBe(before);
    expect(tracker().seen).toEqual([]);
  });
});

describe('useFakeApi', () => {
  const api = useFakeApi(() => ({
    steps: [
      { kind: 'text', text: 'fresh' },
      { kind: 'text', text: 'second' },
    ],
  }));

  it.each([1, 2])('serves test %i from the beginning of its script', async () => {
    const response = await fetch(`${api().url}/v1/messages`, { method: 'POST', body: '{}' });
    expect(await response.json()).toMatchObject({ content: [{ text: 'fresh' }] });
    expect(api().turns).toHaveLength(1);
  });
});

describe('outside of a test', () => {
  const tracker = useProcessGuard();
  const api = useFakeApi();
  const early = [tracker, api].map((get) => {
    try {
      get();
      return 'nothing';
    } catch (error) {
      return (error as Error).message;
    }
  });

  it('the hooks say how to use them', () => {
    expect(early).toEqual([expect.stringContaining('useProcessGuard'), expect.stringContaining('useFakeApi')]);
  });
});
