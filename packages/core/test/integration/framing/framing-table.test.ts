import { afterAll, describe, expect, test } from 'vitest';
import { lastValueFrom, toArray } from 'rxjs';
import { createTransport, type Diagnostic, type Message } from '@subwire/core';
import { MockProcess, mockSpawner, trackProcesses } from '@subwire/testing';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

interface Heard {
  readonly messages: readonly unknown[];
  readonly codes: readonly string[];
}

type Speak = (bytes: Buffer, chunkBytes?: number) => Promise<Heard>;

async function hear(options: Parameters<typeof createTransport>[0], started: () => void): Promise<Heard> {
  const transport = createTransport({ ...options, stderrTailLines: 5 });
  const messages = lastValueFrom(transport.messages$.pipe(toArray()));
  const diagnostics = lastValueFrom(transport.diagnostics$.pipe(toArray()));
  await transport.connect();
  started();
  const raw = (message: Message): unknown => (message.type === 'unknown' ? message.raw : message);
  return {
    messages: (await messages).map(raw),
    codes: (await diagnostics).map((diagnostic: Diagnostic) => diagnostic.code).filter((code) => code !== 'UNKNOWN_FRAME'),
  };
}

const throughMock: Speak = (bytes, chunkBytes) => {
  const mock = new MockProcess();
  return hear({ command: 'claude', spawner: mockSpawner(() => mock) }, () => {
    mock.sayRaw(bytes, chunkBytes === undefined ? {} : { chunkBytes });
    mock.exit(0);
  });
};

const throughChild: Speak = (bytes, chunkBytes = bytes.length) => {
  const program = `const b = Buffer.from(process.argv[1], 'base64'); let at = 0;
    (function next() { if (at < b.length) process.stdout.write(b.subarray(at, at += ${chunkBytes}), () => setImmediate(next)); })()`;
  return hear({ command: ['node', '-e', program, bytes.toString('base64')] }, () => undefined);
};

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
const a = { a: 1 };
const b = { b: 2 };
const deep = `${'{"d":'.repeat(3000)}1${'}'.repeat(3000)}`;

const table: readonly (readonly [name: string, input: Buffer, messages: readonly unknown[], codes: readonly string[]])[] = [
  ['CRLF', bytes('{"a":1}\r\n{"b":2}\r\n'), [a, b], []],
  ['a lone CR between two objects', bytes('{"a":1}\r{"b":2}\n{"a":1}\n'), [a], ['INVALID_JSON']],
  ['raw U+2028, U+2029 and U+0085 in a string', utf8('{"s":"x\u2028y\u2029z\u0085"}\n{"a":1}\n'), [{ s: 'x\u2028y\u2029z\u0085' }, a], []],
  ['a byte order mark', Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes('{"a":1}\n{"b":2}\n')]), [a, b], []],
  ['a log line that holds an object', bytes('[dbg] {"a":1}\n{"b":2}\n'), [b], ['NOISE_LINE']],
  ['JSON that is no object', bytes('[1,2]\n42\n"s"\nnull\n{"a":1}\n'), [a], ['NOISE_LINE', 'NOISE_LINE', 'NOISE_LINE', 'NOISE_LINE']],
  ['white space around an object', bytes('   {"a":1}   \n'), [a], []],
  ['blank lines', bytes('\n  \n\r\n{"a":1}\n\n'), [a], []],
  [
    'a byte that is no UTF-8',
    Buffer.concat([bytes('{"a":1}\n{"b":"'), Buffer.of(0xff), bytes('"}\n{"b":2}\n')]),
    [a, { b: '\uFFFD' }, b],
    ['INVALID_UTF8'],
  ],
  ['a replacement character that was meant', utf8('{"b":"\uFFFD"}\n'), [{ b: '\uFFFD' }], []],
  ['NUL bytes', bytes('\x00\x00{"a":1}\n{"b":2}\n'), [b], ['NOISE_LINE']],
  ['objects nested 3000 deep', bytes(`${deep}\n{"a":1}\n`), [JSON.parse(deep), a], []],
  ['several objects on one line: reported, none guessed', bytes('{"a":1}{"b":2}\n{"a":1}\n'), [a], ['INVALID_JSON']],
  ['an object over three lines: reported, not joined', bytes('{\n"a":1\n}\n{"b":2}\n'), [b], ['INVALID_JSON', 'NOISE_LINE', 'NOISE_LINE']],
  ['an object with something behind it', bytes('{"a":1} trailing\n{"b":2}\n'), [b], ['INVALID_JSON']],
  ['a raw TAB in a string', bytes('{"a":"\t"}\n{"b":2}\n'), [b], ['INVALID_JSON']],
  ['no LF at the end', bytes('{"a":1}\n{"b":2}'), [a, b], []],
];

for (const [kind, speak] of [
  ['the mock', throughMock],
  ['a real child', throughChild],
] as const) {
  describe(`the framing table through ${kind}`, () => {
    test.each(table)('%s', async (_, input, messages, codes) => {
      const spoken = await speak(input);
      expect(spoken.codes).toEqual(codes);
      // As text: the comparison of two objects that are 3000 deep overflows the stack now and then.
      expect(spoken.messages.map((message) => JSON.stringify(message))).toEqual(messages.map((message) => JSON.stringify(message)));
    });

    test('P30 a multi-byte character, an escape and a surrogate pair split at every byte give identical messages', async () => {
      const input = utf8('{"s":"é☕😀\\u00e9\\ud83d\\ude00\u0085\u2028 日本\\n"}\r\n{"a":1}\n');
      const whole = await speak(input);
      expect(whole.messages).toHaveLength(2);
      expect(whole.codes).toEqual([]);
      expect(await speak(input, 1)).toEqual(whole);
      expect(await speak(input, 7)).toEqual(whole);
    });
  });
}

test('P30 every way to cut a line of many scripts in two gives the same message', async () => {
  const input = utf8('{"s":"é☕😀\\u00e9\u2028日"}\n');
  const outcomes = await Promise.all(
    Array.from({ length: input.length }, async (_, at) => {
      const mock = new MockProcess();
      return hear({ command: 'claude', spawner: mockSpawner(() => mock) }, () => {
        mock.sayRaw(input.subarray(0, at)).sayRaw(input.subarray(at));
        mock.exit(0);
      });
    }),
  );
  for (const outcome of outcomes) expect(outcome).toEqual({ messages: [{ s: 'é☕😀\u00e9\u2028日' }], codes: [] });
});

test('P13 a 50 MiB line is one message, a 200 MiB line is skipped with one diagnostic, and the next line arrives', async () => {
  const program = `const w = (s) => new Promise((r) => process.stdout.write(s, r)); (async () => {
    await w('{"type":"keep_alive","s":"'); for (let i = 0; i < 50; i++) await w('x'.repeat(1 << 20)); await w('"}\\n');
    await w('{"type":"keep_alive","s":"'); for (let i = 0; i < 200; i++) await w('y'.repeat(1 << 20)); await w('"}\\n');
    await w('{"type":"keep_alive","last":true}\\n') })()`;
  const transport = createTransport({ command: ['node', '-e', program] });
  const messages = lastValueFrom(transport.messages$.pipe(toArray()));
  const diagnostics = lastValueFrom(transport.diagnostics$.pipe(toArray()));
  let peak = 0;
  const before = process.memoryUsage().rss;
  const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  await transport.connect();
  const heard = (await messages) as { s?: string; last?: boolean }[];
  clearInterval(sampler);
  expect(heard.map((message) => message.s?.length ?? message.last)).toEqual([50 * (1 << 20), true]);
  expect(await diagnostics).toMatchObject([
    { code: 'LINE_TOO_LONG', bytes: 200 * (1 << 20) + 28, head: expect.stringMatching(/^\{"type":"keep_alive","s":"yyy/) },
  ]);
  // The cap is 64 MiB: the bytes of one line, their text, and what the collector has not looked at yet; without the cap there would be 200 MiB twice.
  expect(peak - before).toBeLessThan(320 * (1 << 20));
});

test('onOversizeLine: fail ends messages$ with LINE_TOO_LONG and the process with it', async () => {
  const transport = createTransport({
    command: ['node', '-e', `console.log('{"s":"' + 'x'.repeat(5000) + '"}'); setInterval(() => {}, 1000)`],
    maxLineBytes: 1000,
    onOversizeLine: 'fail',
  });
  const outcome = lastValueFrom(transport.messages$).catch((cause: unknown) => cause);
  await transport.connect();
  expect(await outcome).toMatchObject({ code: 'LINE_TOO_LONG', limit: 1000, bytes: 5008 });
  expect((await transport.close()).survivors).toEqual([]);
});

test('strict: true ends messages$ at the first line that opens like an object and is none', async () => {
  const transport = createTransport({ command: ['node', '-e', `console.log('{"a":1}\\n{broken\\n{"b":2}')`], strict: true });
  const seen: unknown[] = [];
  const outcome = new Promise((resolve) => transport.messages$.subscribe({ next: (message) => seen.push(message), error: resolve }));
  await transport.connect();
  expect(await outcome).toMatchObject({ code: 'INVALID_JSON', head: '{broken' });
  expect(seen).toEqual([{ type: 'unknown', raw: a }]);
});
