import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { slow } from '../support/prompts.ts';
import { shell, startSubwire, subwire } from '../support/subwire.ts';
import { useWorkFolder } from '../support/work-folder.ts';

describe('the program subwire run', { timeout: 60_000 }, () => {
  const work = useWorkFolder();

  async function script(name: string, text: string): Promise<string> {
    const file = path.join(work.folder, name);
    await writeFile(file, text);
    await chmod(file, 0o755);
    return file;
  }

  it('answers a prompt from a pipe', async () => {
    const { code, stdout, stderr } = await subwire(['run', '--agent', 'fake'], { input: 'hello\n' });
    expect([code, stdout]).toEqual([0, 'hello\n']);
    expect(stderr).toMatch(/^done · [^\u001b]*\n$/);
  });

  it('answers a prompt from the command line while stdin stays open', async () => {
    const { code, stdout } = await subwire(['run', '--agent', 'fake', 'hello'], {});
    expect([code, stdout]).toEqual([0, 'hello\n']);
  });

  it('prints text before the answer is complete', async () => {
    const started = startSubwire(['run', '--agent', 'fake', slow('first second', 2, 600)], { input: '' });
    await started.until('first');
    expect(started.stdout).not.toContain('second');
    expect((await started.outcome).stdout).toBe('first second\n');
  });

  it('uses no escape codes in a pipe unless it is told to', async () => {
    expect((await subwire(['run', '--agent', 'fake', 'hello'])).stderr).not.toContain('\u001b');
    const forced = await subwire(['run', '--agent', 'fake', 'hello'], { input: '', env: { FORCE_COLOR: '1' } });
    expect(forced.stderr).toMatch(/^\u001b\[2mdone/);
    expect(forced.stdout).toBe('hello\n');
  });

  it.each([
    ['a missing binary', ['--agent', '/no/such/agent', 'hi'], 3, /\[CLI_NOT_FOUND\]\n$/],
    [
      'a missing directory',
      ['--agent', 'fake', '--cwd', '/no/such/directory', 'hi'],
      2,
      /directory \/no\/such\/directory does not exist.*\[CWD_NOT_FOUND\]\n$/,
    ],
    ['no prompt at all', ['--agent', 'fake'], 2, /prompt from stdin is empty.*\[USAGE\]\n$/],
    ['a CLI that is not there', ['hi'], 3, /Claude Code was not found.*npm install -g @anthropic-ai\/claude-code.*\[CLI_NOT_FOUND\]\n$/],
  ])('names %s', async (_what, args, wanted, message) => {
    const { code, stdout, stderr } = await subwire(['run', ...args], { input: '', env: { PATH: '/nowhere', HOME: work.folder } });
    expect([code, stdout]).toEqual([wanted, '']);
    expect(stderr).toMatch(message);
  });

  it('names a CLI that exits at once, with its last words', async () => {
    const agent = await script('dies.sh', '#!/bin/sh\necho one >&2\necho "no credit left" >&2\nexit 7\n');
    const { code, stdout, stderr } = await subwire(['run', '--agent', agent, 'hi']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/exited with code 7.*one \| no credit left.*\[EXIT_EARLY\]\n$/);
  });

  it('finds an agent by a path that counts from our own directory, not from the one it works in', async () => {
    await script('here.sh', '#!/bin/sh\necho "I am here" >&2\nexit 9\n');
    const { stderr } = await subwire(['run', '--agent', './here.sh', '--cwd', '/', 'hi'], { input: '', cwd: work.folder });
    expect(stderr).toContain('I am here');
  });

  it.each([
    ['SIGTERM', 143, 'TERMINATED'],
    ['SIGHUP', 129, 'HUNG_UP'],
  ] as const)('ends the agent at %s', async (signal, wanted, label) => {
    const started = startSubwire(['run', '--agent', 'fake', slow('one two', 2, 20_000)], { input: '' });
    await started.until('one');
    started.child.kill(signal);
    const { code, stdout, stderr } = await started.outcome;
    expect(code).toBe(wanted);
    expect(stdout).toMatch(/^one ?\n$/);
    expect(stderr).toContain(`[${label}]`);
  });

  it('interrupts the turn at the first Ctrl-C', async () => {
    const started = startSubwire(['run', '--agent', 'fake', slow('one two', 2, 20_000)], { input: '' });
    await started.until('one');
    started.child.kill('SIGINT');
    const { code, stderr } = await started.outcome;
    expect(code).toBe(130);
    expect(stderr).toMatch(/^interrupted · .*\n$/);
  });

  it('ends an agent that ignores the interrupt at the second Ctrl-C, long before it would be killed otherwise', async () => {
    const scenario = JSON.stringify({ faults: [{ name: 'ignore-interrupt' }, { name: 'ignore-term' }] });
    const file = path.join(work.folder, 'deaf.json');
    await writeFile(file, scenario);
    const started = startSubwire(['run', '--agent', 'fake', slow('one two', 2, 20_000), '--', '--scenario', file], { input: '' });
    await started.until('one');
    started.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 150));
    const secondAt = performance.now();
    started.child.kill('SIGINT');
    const { code, stderr } = await started.outcome;
    expect(code).toBe(130);
    expect(stderr).toContain('[INTERRUPTED]');
    expect(performance.now() - secondAt).toBeLessThan(4000);
  });

  it('P31 gives a slow reader every byte of 5 MiB', async () => {
    const prompt = `x <<fake ${JSON.stringify({ kind: 'huge', bytes: 5 * 1024 * 1024 })}>>`;
    const { stdout: text } = await shell(`subwire run --agent fake --quiet --output json '${prompt}' | (sleep 1; cat)`);
    expect(text.endsWith('}\n')).toBe(true);
    expect((JSON.parse(text) as { result: string }).result.length).toBe(5 * 1024 * 1024);
  });

  it('ends quietly, and ends the agent, when the reader has had enough', async () => {
    const prompt = `x <<fake ${JSON.stringify({ kind: 'deltas', count: 20_000, size: 64 })}>>`;
    const { stdout, stderr } = await shell(`subwire run --agent fake '${prompt}' | head -c 100 | wc -c; echo "\${PIPESTATUS[0]}"`);
    expect(stdout.trim().split(/\s+/)).toEqual(['100', '0']);
    expect(stderr).toBe('');
  });
});
