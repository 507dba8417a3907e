import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { afterAll, expect, test } from 'vitest';
import { createTransport, openControl } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const pad = 'x'.repeat(9970);
/** Says `count` messages of 10,000 bytes as fast as the pipe takes them; answers control requests in between. */
const flood = (count: number) => ({
  command: [
    'node',
    '-e',
    `let i = 0; const pad = '${pad}'; process.stdin.on('data', (c) => { for (const l of String(c).split('\\n')) if (l.includes('control_request')) process.stdout.write(JSON.stringify({ type: 'control_response', response: { subtype: 'success', request_id: JSON.parse(l).request_id } }) + '\\n') });
     process.stdin.on('end', () => process.exit(0));
     (function next() { for (; i < ${count}; ) if (!process.stdout.write('{"type":"keep_alive","i":' + i++ + ',"p":"' + pad + '"}\\n')) return process.stdout.once('drain', next); })()`,
  ] as const,
});
const count = (message: unknown): number => (message as { i: number }).i;

test('P34 a slow reader holds the process back, a fast sibling gets everything, and memory stays bounded', async () => {
  const total = 20_000;
  const transport = createTransport(flood(total));
  let fast = 0;
  transport.messages$.subscribe(() => fast++);
  const reader = transport.read({ highWaterMark: 1 << 20 });
  await transport.connect();
  const before = process.memoryUsage().rss;
  let seen = 0;
  for await (const message of reader) {
    expect(count(message)).toBe(seen++);
    if (seen % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    // The sibling is a push stream: it is ahead of the slow reader by what the buffer holds, no more.
    if (seen % 1000 === 0) expect(fast - seen).toBeLessThan(300);
    if (seen === total) break;
  }
  expect(fast).toBe(total);
  // 200 MB went by, which would take more than that to hold; the collector's own habits move this by tens of megabytes.
  expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  await transport.close();
});

test('P34 drop-oldest keeps the newest, and says how many were missed before the next one is read', async () => {
  const transport = createTransport(flood(2000));
  const gaps = lastValueFrom(
    transport.diagnostics$.pipe(
      filter((diagnostic) => diagnostic.code === 'GAP'),
      toArray(),
    ),
  );
  const reader = transport.read({ highWaterMark: 100_000, onOverflow: 'drop-oldest' });
  await transport.connect();
  expect(count((await reader.next()).value)).toBe(0);
  await firstValueFrom(transport.messages$.pipe(filter((message) => count(message) === 1999)));
  const second = count((await reader.next()).value);
  expect(second).toBeGreaterThan(1980);
  await reader.return!();
  await transport.close();
  const [gap] = await gaps;
  expect(gap?.dropped).toBe(second - 1);
});

test('P34 fail ends the slow reader with HELD_OVERFLOW; the stream and the process go on', async () => {
  await using transport = createTransport(flood(2000));
  const reader = transport.read({ highWaterMark: 100_000, onOverflow: 'fail' });
  await transport.connect();
  await firstValueFrom(transport.messages$.pipe(filter((message) => count(message) === 1999)));
  await expect(reader.next()).rejects.toMatchObject({ code: 'HELD_OVERFLOW', limit: 100_000 });
  expect(await reader.next()).toEqual({ done: true, value: undefined });
  expect(transport.isConnected).toBe(true);
});

test('a control request that a reader awaits in the midst of a flood is answered although its buffer is full', async () => {
  await using transport = createTransport(flood(10_000));
  const control = openControl(transport);
  const reader = transport.read({ highWaterMark: 100_000 });
  await transport.connect();
  let answered = 0;
  for await (const message of reader) {
    if (count(message) % 2000 !== 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 30));
    await control.request('mcp_status', {}, { timeoutMs: 5000 });
    if (++answered === 4) break;
  }
  expect(answered).toBe(4);
});

test('closing does not wait for a reader that reads no more, and what it had buffered can still be read', async () => {
  const transport = createTransport(flood(5000));
  const reader = transport.read({ highWaterMark: 100_000 });
  await transport.connect();
  expect(count((await reader.next()).value)).toBe(0);
  const startedAt = performance.now();
  const receipt = await transport.close();
  expect(receipt.survivors).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(4000);
  expect(count((await reader.next()).value)).toBe(1);
});

test('a reader that begins before the start gets the first message, and one that begins late gets what comes then', async () => {
  const transport = createTransport({
    command: ['node', '-e', 'console.log(\'{"type":"keep_alive","i":0}\\n{"type":"keep_alive","i":1}\')'],
  });
  const reader = transport.read();
  await transport.connect();
  const seen: number[] = [];
  for await (const message of reader) seen.push(count(message));
  expect(seen).toEqual([0, 1]);
  const late = transport.read();
  expect(await late.next()).toEqual({ done: true, value: undefined });
});
