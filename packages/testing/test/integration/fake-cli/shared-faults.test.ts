import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { trackProcesses } from '../../../src/guard/track-processes.ts';
import { answerTo, control, isResult, isType, pause, startFake, user, type Running } from './start-fake.ts';

const guard = trackProcesses();
const folder = mkdtempSync(path.join(tmpdir(), 'fake-faults-'));

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await guard.assertNoneLeaked();
  await guard[Symbol.asyncDispose]();
});

describe('faults that several processes share', () => {
  it('rewrite-config: many at once on one file read half of it sooner or later; each on its own never', async () => {
    const start = (file: string): Running => startFake({ faults: [{ name: 'rewrite-config', file, times: 60, ms: 1, bytes: 200_000 }] });
    const broken = async (files: readonly string[]): Promise<number> => {
      const fakes = files.map(start);
      await Promise.all(fakes.map((fake) => fake.frame(() => true).catch(() => undefined)).map(() => pause(0)));
      for (const fake of fakes) fake.send(user('hello'));
      await Promise.all(fakes.map((fake) => fake.frame(isResult)));
      await expect
        .poll(() => files.every((file) => Number((/"starts":(\d+)/u.exec(readFileSync(file, 'utf8')) ?? [])[1]) >= 1), { timeout: 10_000 })
        .toBe(true);
      await pause(700);
      for (const fake of fakes) fake.end();
      await Promise.all(fakes.map((fake) => fake.exit));
      return fakes.reduce((sum, fake) => sum + (fake.stderr().match(/Invalid JSON/gu)?.length ?? 0), 0);
    };
    const own = [0, 1, 2].map((index) => path.join(folder, `own-${index}.json`));
    expect(await broken(own)).toBe(0);
    const shared = path.join(folder, 'shared.json');
    // A race is lost sooner or later, not each time.
    let found = 0;
    for (let attempt = 0; attempt < 6 && found === 0; attempt++) found = await broken([shared, shared, shared]);
    expect(found).toBeGreaterThan(0);
  });

  it('rate-limit: over all processes only so many turns run at once', async () => {
    const file = path.join(folder, 'limit');
    const scenario = {
      turns: [{ kind: 'slow', text: 'ab', chunks: 2, chunkDelayMs: 1500 }],
      faults: [{ name: 'rate-limit', file, limit: 2 }],
    } as const;
    const fakes = [0, 1, 2, 3].map(() => startFake(scenario));
    for (const fake of fakes) {
      fake.send(control('initialize'));
      await fake.frame(answerTo('initialize'));
    }
    for (const fake of fakes) fake.send(user('hello'));
    const results = await Promise.all(fakes.map((fake) => fake.frame(isResult)));
    expect(results.filter((result) => result['is_error'] === false)).toHaveLength(2);
    expect(results.filter((result) => result['api_error_status'] === 429)).toHaveLength(2);
    const limited = fakes.find((fake) => fake.frames().some((frame) => frame['api_error_status'] === 429))!;
    expect(limited.frames().find(isType('rate_limit_event'))).toMatchObject({ rate_limit_info: { status: 'rejected' } });
    limited.send(user('again'));
    expect(await limited.frame((frame) => isResult(frame) && frame['is_error'] === false)).toBeDefined();
    for (const fake of fakes) fake.end();
    await Promise.all(fakes.map((fake) => fake.exit));
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(5);
    expect(readdirSync(folder).filter((name) => name.startsWith('limit.place'))).toEqual([]);
  });

  it('rate-limit: a place that a killed process held is free again', async () => {
    const file = path.join(folder, 'killed');
    const faults = [{ name: 'rate-limit', file, limit: 1 }] as const;
    await using holder = startFake({ turns: [{ kind: 'hang' }], faults });
    holder.send(user('hello'));
    await holder.frame((frame) => frame['subtype'] === 'init');
    await expect.poll(() => readdirSync(folder).includes('killed.place-0')).toBe(true);
    holder.child.kill('SIGKILL');
    await holder.exit;
    await using next = startFake({ faults });
    next.send(user('hello'));
    expect(await next.frame(isResult)).toMatchObject({ is_error: false });
  });

  it('crash-on-input: counted over processes, so that a third attempt succeeds', async () => {
    const file = path.join(folder, 'crashes');
    const codes: (number | null)[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await using fake = startFake({ faults: [{ name: 'crash-on-input', file, times: 2 }] });
      fake.send(user('hello'));
      fake.end();
      codes.push((await fake.exit).code);
    }
    expect(codes).toEqual([1, 1, 0]);
  });
});
