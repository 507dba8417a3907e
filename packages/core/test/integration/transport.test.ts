import { filter, firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import { afterAll, expect, test } from 'vitest';
import { createTransport, type Message, SubwireError } from '@subwire/core';
import { fakeCli, identityOf, isAlive, trackProcesses } from '@subwire/testing';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const streamJson = ['--output-format=stream-json', '--verbose', '--input-format=stream-json'];
const agent = (scenario?: Parameters<typeof fakeCli>[0]) => ({ ...fakeCli(scenario), args: streamJson });
const script = (code: string) => ({ command: ['node', '-e', code] as const });

test('a prompt goes in, the answer comes out, EOF ends it, and the receipt says so', async () => {
  const transport = createTransport(agent({ reply: 'good morning' }));
  const states = lastValueFrom(transport.state$.pipe(toArray()));
  const exit = firstValueFrom(transport.exit$);
  await transport.connect();
  expect(transport.isConnected).toBe(true);
  const result = firstValueFrom(
    transport.messages$.pipe(filter((message): message is Extract<Message, { type: 'result' }> => message.type === 'result')),
  );
  await transport.send('hello');
  expect(await result).toMatchObject({ subtype: 'success', is_error: false, result: 'good morning' });
  const receipt = await transport.close();
  expect(receipt).toMatchObject({ exit: { code: 0, signal: null }, rungs: ['eof'], killed: [], survivors: [] });
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(await states).toEqual(['idle', 'starting', 'open', 'closing', 'closed']);
  expect(transport.isConnected).toBe(false);
  expect(await transport.close()).toBe(receipt);
});

test('control frames never reach messages$, and an answer reaches controlResponses$', async () => {
  await using transport = createTransport(agent());
  const seen: Message[] = [];
  transport.messages$.subscribe((message) => seen.push(message));
  await transport.connect();
  const answer = firstValueFrom(transport.controlResponses$);
  await transport.send({ type: 'control_request', request_id: 'req_1', request: { subtype: 'initialize', hooks: null } });
  expect(await answer).toMatchObject({ response: { subtype: 'success', request_id: 'req_1' } });
  expect(seen.filter((message) => String(message.type).startsWith('control'))).toEqual([]);
});

/** Says five messages, and a while later, when they were read for certain, a line on stderr. */
const fiveThenDone = `for (let i = 0; i < 5; i++) console.log(JSON.stringify({ type: 'keep_alive', i }));
  process.stdin.resume(); setTimeout(() => console.error('done'), 200)`;

test('messages that come before anybody subscribes are held for the first subscriber', async () => {
  await using transport = createTransport(script(fiveThenDone));
  await transport.connect();
  await firstValueFrom(transport.stderr$);
  const messages = await firstValueFrom(transport.messages$.pipe(take(5), toArray()));
  expect(messages.map((message) => (message as { i?: number }).i)).toEqual([0, 1, 2, 3, 4]);
});

test('more than maxHeldMessages without a subscriber end messages$ with HELD_OVERFLOW, once somebody asks', async () => {
  await using transport = createTransport({
    ...script(fiveThenDone),
    maxHeldMessages: 3,
  });
  await transport.connect();
  await firstValueFrom(transport.stderr$);
  await expect(lastValueFrom(transport.messages$)).rejects.toMatchObject({ code: 'HELD_OVERFLOW', limit: 3 });
});

test('a process that dies fails messages$ alone, with its code and its last words; the other streams complete', async () => {
  const transport = createTransport(
    script('console.log(JSON.stringify({ type: "keep_alive" })); console.error("out of luck"); process.exitCode = 7'),
  );
  const others = [
    transport.state$,
    transport.stderr$,
    transport.diagnostics$,
    transport.exit$,
    transport.controlRequests$,
    transport.controlResponses$,
  ];
  const completed = Promise.all(others.map((stream) => lastValueFrom(stream as typeof transport.stderr$, { defaultValue: '' })));
  const outcome = lastValueFrom(transport.messages$).catch((cause: unknown) => cause);
  await transport.connect();
  expect(await outcome).toMatchObject({ code: 'EXIT_NONZERO', exitCode: 7, stderrTail: ['out of luck'] });
  await completed;
  expect(transport.state).toBe('failed');
  await expect(transport.send('late')).rejects.toMatchObject({ code: 'EXIT_NONZERO' });
});

test('the end of the output in the middle of a line is STREAM_TRUNCATED, whatever the exit code', async () => {
  const transport = createTransport(script('process.stdout.write(JSON.stringify({ type: "keep_alive" }) + "\\n{\\"type\\":\\"resu")'));
  const outcome = lastValueFrom(transport.messages$).catch((cause: unknown) => cause);
  await transport.connect();
  expect(await outcome).toMatchObject({ code: 'STREAM_TRUNCATED', head: '{"type":"resu', bytes: 13 });
  expect(await firstValueFrom(transport.exit$)).toEqual({ code: 0, signal: null });
});

test('a last line without LF that parses is delivered', async () => {
  const transport = createTransport(script('process.stdout.write("{\\"type\\":\\"keep_alive\\",\\"last\\":true}")'));
  const messages = lastValueFrom(transport.messages$.pipe(toArray()));
  await transport.connect();
  expect(await messages).toEqual([{ type: 'keep_alive', last: true }]);
});

test('noise, broken JSON and bad bytes are diagnostics; the messages around them arrive', async () => {
  const transport = createTransport(
    script(`const w = (b) => process.stdout.write(b);
      w('[debug] {"a":1}\\n{"type":"keep_alive","n":1}\\n{broken\\n42\\n'); w(Buffer.from([0x7b,0x22,0x62,0x22,0x3a,0x22,0xff,0x22,0x7d,0x0a])); w('{"type":"keep_alive","n":2}\\r\\n')`),
  );
  const messages = lastValueFrom(transport.messages$.pipe(toArray()));
  const diagnostics = lastValueFrom(transport.diagnostics$.pipe(toArray()));
  await transport.connect();
  expect(await messages).toEqual([
    { type: 'keep_alive', n: 1 },
    { type: 'unknown', raw: { b: '\uFFFD' } },
    { type: 'keep_alive', n: 2 },
  ]);
  expect((await diagnostics).map((diagnostic) => diagnostic.code)).toEqual([
    'NOISE_LINE',
    'INVALID_JSON',
    'NOISE_LINE',
    'INVALID_UTF8',
    'UNKNOWN_FRAME',
  ]);
});

test('a CLI that ignores EOF and TERM is killed, its child with it, and the receipt names both', async () => {
  const transport = createTransport({
    ...script(`process.on('SIGTERM', () => {}); const { spawn } = require('child_process');
      const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); console.log(1); setInterval(() => {}, 1000)'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
      child.stdout.once('data', () => console.log(JSON.stringify({ type: 'keep_alive', child: child.pid }))); setInterval(() => {}, 1000)`),
    shutdown: { eofGraceMs: 50, termGraceMs: 100, killGraceMs: 2000 },
  });
  await transport.connect();
  const message = await firstValueFrom(transport.messages$);
  const child = (message as { child?: number }).child!;
  const identity = await identityOf(child);
  const receipt = await transport.close();
  expect(receipt.rungs).toEqual(['eof', 'term', 'kill', 'descendants']);
  expect(receipt.killed).toEqual([
    { pid: transport.pid, rung: 'kill' },
    { pid: child, rung: 'descendants' },
  ]);
  expect(receipt.survivors).toEqual([]);
  expect(receipt.exit).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await isAlive(identity!)).toBe(false);
});

test('an aborted close does not wait for the graces', async () => {
  const transport = createTransport({ ...script('process.on("SIGTERM", () => {}); console.log("{}"); setInterval(() => {}, 1000)') });
  await transport.connect();
  await firstValueFrom(transport.messages$);
  const startedAt = performance.now();
  const receipt = await transport.close({ signal: AbortSignal.timeout(50) });
  expect(receipt.rungs).toEqual(['eof', 'term', 'kill']);
  expect(performance.now() - startedAt).toBeLessThan(1500);
});

test('what would end the CLI is refused before it is written', async () => {
  await using transport = createTransport(agent());
  await expect(transport.send('too early')).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
  await transport.connect();
  const bad = [
    null,
    [],
    42,
    { type: 'user' },
    { type: 'user', message: { role: 'assistant', content: '' } },
    { type: 'control_request', request_id: 'a' },
  ];
  for (const frame of bad) await expect(transport.send(frame as object)).rejects.toMatchObject({ code: 'INVALID_OUTGOING' });
  await expect(transport.connect()).rejects.toMatchObject({ code: 'ALREADY_CONNECTED' });
  await transport.endInput();
  await expect(transport.send('too late')).rejects.toSatisfy((error) => SubwireError.is(error));
});

test('a transport that was never connected closes with an empty receipt', async () => {
  const transport = createTransport();
  expect(await transport.close()).toMatchObject({ rungs: [], killed: [], survivors: [] });
  expect(transport.state).toBe('closed');
  await expect(transport.connect()).rejects.toMatchObject({ code: 'CLOSED' });
});
