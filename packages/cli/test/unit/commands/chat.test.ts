import type { ResultMessage } from '@subwire/core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trackProcesses } from '@subwire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/main.ts';
import { createFakeIo } from '../../support/fake-io.ts';
import { slow } from '../../support/prompts.ts';

describe('subwire chat', { timeout: 60_000 }, () => {
  let tracker: ReturnType<typeof trackProcesses>;
  beforeEach(() => {
    tracker = trackProcesses();
  });
  afterEach(async () => {
    expect(await tracker.leaked()).toEqual([]);
    await tracker[Symbol.asyncDispose]();
  });

  async function run(args: readonly string[], lines: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const io = createFakeIo({ argv: ['chat', '--agent', 'fake', ...args], lines });
    const code = await main(io);
    return { code, out: io.out, err: io.err };
  }

  it('prints the result of each turn as a line of JSON with --json', async () => {
    const { code, out } = await run(['--json', '--quiet'], ['hello', 'goodbye']);
    const results = out.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(results.map((line) => (JSON.parse(line) as ResultMessage).result)).toEqual(['hello', 'goodbye']);
  });

  it('ends when a turn takes longer than --timeout, and not when all of them do', async () => {
    const { code, out, err } = await run(['--timeout', '1s'], [slow('a b', 2, 700), slow('c d', 2, 700), slow('e f', 2, 20_000)]);
    expect(code).toBe(1);
    expect(out).toMatch(/^a b\nc d\ne ?\n$/);
    expect(err).toContain('[TIME_LIMIT]');
  });

  it('waits for work in the background when its prompts come from a pipe', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'subwire-chat-'));
    const file = path.join(folder, 'background.json');
    await writeFile(file, JSON.stringify({ faults: [{ name: 'background-task', ms: 300 }] }));
    const { code, out, err } = await run(['--', '--scenario', file], ['hello']);
    await rm(folder, { recursive: true });
    expect(code).toBe(0);
    expect(err).toContain('⏺ work in the background has ended');
    expect(out.split('\n').length).toBeGreaterThan(2);
  });
});
