import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { startProcess } from '../../../src/process/handle.ts';
import { nodeSpawner } from '../../../src/process/node-spawner.ts';

test('P24 the last words of a process that has ended before anybody listens are not lost', async () => {
  const script = 'echo out; echo "I am here" >&2; exit 9';
  const handle = await startProcess(nodeSpawner, { file: '/bin/sh', args: ['-c', script], cwd: '/', env: {}, detached: true });
  expect(await firstValueFrom(handle.exit$)).toEqual({ code: 9, signal: null });
  // Node empties the pipes in the tick after the end.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const [out, complaint] = await Promise.all([handle.stdout$, handle.stderr$].map((chunk$) => firstValueFrom(chunk$.pipe(toArray()))));
  expect(Buffer.concat(out!).toString()).toBe('out\n');
  expect(Buffer.concat(complaint!).toString()).toBe('I am here\n');
  await handle.release();
});
