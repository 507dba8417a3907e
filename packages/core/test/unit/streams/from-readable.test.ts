import { PassThrough, Readable } from 'node:stream';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { fromReadable } from '../../../src/streams/from-readable.ts';

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();

test('nothing is read before somebody subscribes, and nothing is lost that came before', async () => {
  const stream = new PassThrough();
  const chunks$ = fromReadable(stream);
  stream.write('a');
  await new Promise(setImmediate);
  expect(stream.readableLength).toBe(1);
  const all = firstValueFrom(chunks$.pipe(toArray()));
  stream.end('b');
  expect(text(await all)).toBe('ab');
});

test('what Node lets out of the pipe of a dead child before anybody subscribes is kept', async () => {
  const stream = new PassThrough();
  const chunks$ = fromReadable(stream);
  stream.end('last words');
  // As a ChildProcess does with its pipes once it has ended.
  stream.resume();
  await new Promise((resolve) => stream.once('close', resolve));
  expect(text(await firstValueFrom(chunks$.pipe(toArray())))).toBe('last words');
});

test('a stream that fails or is destroyed completes, and never throws', async () => {
  const stream = new PassThrough();
  const all = firstValueFrom(fromReadable(stream).pipe(toArray()));
  stream.destroy(new Error('reset'));
  expect(await all).toEqual([]);
});

test('a stream that decodes, or that gives plain bytes, is read like any other', async () => {
  const decoding = new PassThrough().setEncoding('utf8');
  const decoded = firstValueFrom(fromReadable(decoding).pipe(toArray()));
  decoding.end('ä\n');
  const plain = firstValueFrom(
    fromReadable(Readable.from([new TextEncoder().encode('ä'), new TextEncoder().encode('\n')])).pipe(toArray()),
  );
  expect([text(await decoded), text(await plain)]).toEqual(['ä\n', 'ä\n']);
  expect((await plain).every((chunk) => Buffer.isBuffer(chunk))).toBe(true);
});
