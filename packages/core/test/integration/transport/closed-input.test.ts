import { lastValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { createTransport, openControl } from '@subwire/core';

test('a process that has closed its input and lives on: the next request says so, without waiting for its deadline', async () => {
  const script = `process.stdin.destroy(); require('node:fs').closeSync(0); console.log('{"type":"keep_alive"}'); setInterval(() => {}, 1000);`;
  await using transport = createTransport({ command: [process.execPath, '-e', script] });
  const control = openControl(transport);
  const spoken = new Promise((resolve) => transport.messages$.subscribe({ next: resolve, error: resolve }));
  await transport.connect();
  await spoken;
  const started = performance.now();
  await expect(control.request('interrupt', {}, { timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'INPUT_ENDED' });
  await expect(control.request('interrupt', {})).rejects.toMatchObject({ code: 'INPUT_ENDED' });
  await expect(transport.send('hello')).rejects.toMatchObject({ code: 'INPUT_ENDED' });
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(transport.isConnected).toBe(true);
  // It cannot see the end of an input that it has closed.
  await transport.close({ from: 'term' });
  expect(await lastValueFrom(transport.inputFailure$)).toMatchObject({ code: 'INPUT_ENDED' });
});

test('post refuses what send refuses, at once', async () => {
  await using transport = createTransport({ command: [process.execPath, '-e', 'process.stdin.resume()'] });
  expect(() => transport.post({ type: 'keep_alive' })).toThrow(expect.objectContaining({ code: 'NOT_CONNECTED' }));
  await transport.connect();
  expect(() => transport.post({ type: 'user' })).toThrow(expect.objectContaining({ code: 'INVALID_OUTGOING' }));
  transport.post({ type: 'keep_alive' });
  await transport.endInput();
  expect(() => transport.post({ type: 'keep_alive' })).toThrow(expect.objectContaining({ code: 'INPUT_ENDED' }));
  await transport.close();
  expect(() => transport.post({ type: 'keep_alive' })).toThrow(expect.objectContaining({ code: 'CLOSED' }));
});
