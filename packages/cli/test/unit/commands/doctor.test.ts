import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/main.ts';
import type { Check } from '../../../src/render/report.ts';
import { createFakeIo, type FakeIoOptions } from '../../support/fake-io.ts';

interface Report {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly checks: readonly Check[];
}

describe('subwire doctor', { timeout: 60_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'subwire-doctor-'));
    await writeFile(path.join(folder, 'claude'), '#!/bin/sh\n');
    await chmod(path.join(folder, 'claude'), 0o755);
    await writeFile(path.join(folder, '.credentials.json'), '{}');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function examine(
    args: readonly string[],
    options: FakeIoOptions = {},
  ): Promise<Report & { readonly find: (name: string) => Check }> {
    const io = createFakeIo({ argv: ['doctor', '--json', ...args], env: { PATH: '/nowhere', HOME: '/nowhere' }, ...options });
    const code = await main(io);
    const report = JSON.parse(io.out) as Report;
    expect(report.exitCode).toBe(code);
    expect(io.err).toBe('');
    return { ...report, find: (name) => report.checks.find((check) => check.name === name)! };
  }

  it('ends with 0 when nothing is wrong, and times the fake agent', async () => {
    const report = await examine(['--agent', 'fake']);
    expect(report).toMatchObject({ ok: true, exitCode: 0 });
    const { tier, tiers } = report.find('containment').facts as { tier: string; tiers: readonly { tier: string; works: boolean }[] };
    expect(tiers).toContainEqual(expect.objectContaining({ tier, works: true }));
    expect(report.find('fake agent').facts!['warmUpMs']).toBeGreaterThan(0);
  });

  it('ends with 3 when the CLI is missing, with every place and why', async () => {
    const report = await examine(['--no-start']);
    expect(report.exitCode).toBe(3);
    expect(report.find('cli')).toMatchObject({ verdict: 'problem', advice: expect.stringContaining('npm install -g') as string });
    expect(report.find('cli').facts!['rejected']).toContainEqual({ path: '/nowhere/claude', why: 'no such file' });
  });

  it('finds the CLI on the path, and its version', async () => {
    const report = await examine(['--no-start'], { env: { PATH: folder, HOME: '/nowhere' } });
    expect(report.exitCode).toBe(0);
    expect(report.find('cli').summary).toBe(path.join(folder, 'claude'));
    expect(report.find('version')).toMatchObject({ verdict: 'ok', facts: { version: '2.1.329' } });
  });

  it.each([
    ['2.1.331 (Claude Code)\n', 0, 'warning', 0],
    ['3.0.0\n', 0, 'warning', 0],
    ['2.1.265\n', 0, 'ok', 0],
    ['2.1.264\n', 0, 'problem', 3],
    ['1.0.128 (Claude Code)\n', 0, 'problem', 3],
    ['garbage\n', 0, 'problem', 1],
    ['', 1, 'problem', 1],
    ['', undefined, 'problem', 1],
  ] as const)('P40 judges the version %j (exit %s) a %s', async (stdout, code, verdict, exitCode) => {
    const capture = (): Promise<{ code: number | undefined; stdout: string; stderr: string }> =>
      Promise.resolve({ code, stdout, stderr: '' });
    const report = await examine(['--no-start'], { env: { PATH: folder }, capture });
    expect([report.find('version').verdict, report.exitCode]).toEqual([verdict, exitCode]);
  });

  it('names where the credential comes from and never shows it', async () => {
    const env = { PATH: folder, ANTHROPIC_API_KEY: 'sk-ant-made-up-0123456789', CLAUDE_CONFIG_DIR: folder, CLAUDECODE: 'made-up-marker' };
    const report = await examine(['--no-start'], { env });
    expect(report.find('credential')).toMatchObject({
      verdict: 'ok',
      facts: { variables: ['ANTHROPIC_API_KEY'], file: path.join(folder, '.credentials.json') },
    });
    expect(JSON.stringify(report)).not.toMatch(/sk-ant-made-up|made-up-marker/);
    expect(report.find('environment').facts!['keptBack']).toEqual(['CLAUDECODE']);
    const two = await examine(['--no-start'], { env: { ...env, ANTHROPIC_AUTH_TOKEN: 'x' } });
    expect(two.find('credential')).toMatchObject({ verdict: 'warning', advice: expect.stringContaining('unset all but one') as string });
    expect((await examine(['--no-start'])).find('credential').verdict).toBe('warning');
  });

  it('warns of few open files and an old Node', async () => {
    const report = await examine(['--agent', 'fake', '--no-start'], { runtime: { openFiles: 256, nodeVersion: '18.20.0' } });
    expect(report.find('limits')).toMatchObject({ verdict: 'warning', advice: expect.stringContaining('ulimit -n 4096') as string });
    expect(report.find('node').verdict).toBe('problem');
    expect(report.exitCode).toBe(1);
  });

  it('says for people what it says for programs', async () => {
    const io = createFakeIo({ argv: ['doctor', '--no-start'], env: { PATH: '/nowhere', HOME: '/nowhere' } });
    expect(await main(io)).toBe(3);
    expect(io.out).toMatch(/^✓ node: Node 20\.19\.0 on linux x64\n/);
    expect(io.out).toMatch(/^✗ cli: Claude Code was not found/m);
    expect(io.out).toContain('    /nowhere/claude: no such file\n');
  });
});
