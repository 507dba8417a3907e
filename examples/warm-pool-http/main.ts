import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createSessionPool } from '@subwire/pool';
import { fakeCli } from '@subwire/testing';
import { filter, firstValueFrom } from 'rxjs';
import { createAgentServer, shutDown } from './server.ts';

const pool = createSessionPool({ size: 2, session: { ...fakeCli(), includePartialMessages: true } });
await pool.warm();
const server = createAgentServer(pool).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

/** The events of one request, as they come. */
async function* ask(prompt: string, signal?: AbortSignal): AsyncGenerator<{ readonly event: string; readonly data: unknown }> {
  const response = await fetch(`http://127.0.0.1:${port}/?prompt=${encodeURIComponent(prompt)}`, { signal: signal ?? null });
  assert.equal(response.status, 200);
  let rest = '';
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block)!;
      yield { event, data: JSON.parse(data) };
    }
  }
}

async function textOf(events: ReturnType<typeof ask>): Promise<string> {
  let text = '';
  let last = '';
  for await (const { event, data } of events) {
    last = event;
    if (event === 'text') text += data as string;
  }
  assert.equal(last, 'done');
  return text;
}

// A warm session answers without the time that an agent takes to start, and piece by piece.
assert.equal(await textOf(ask('<<fake {"kind":"slow","text":"one two three","chunks":3,"chunkDelayMs":50}>>')), 'one two three');

// A client that goes away in the middle ends its turn: the agent would go on for ever.
const client = new AbortController();
const endless = ask('<<fake {"kind":"deltas","count":100000,"everyMs":50}>>', client.signal);
assert.equal((await endless.next()).value?.event, 'text');
assert.equal(pool.stats.leased, 1);
const lost = firstValueFrom(pool.stats$.pipe(filter(({ leased }) => leased === 0)));
client.abort();
await lost;

// Whoever is being answered at the shutdown gets the whole answer.
const open = ask('<<fake {"kind":"slow","text":"to the very end","chunks":4,"chunkDelayMs":100}>>');
const first = await open.next();
const down = shutDown(server, pool);
assert.equal(`${first.value?.data as string}${await textOf(open)}`, 'to the very end');
await down;
assert.deepEqual([pool.stats.idle, pool.stats.leased, pool.stats.starting, pool.stats.retiring], [0, 0, 0, 0]);
await assert.rejects(fetch(`http://127.0.0.1:${port}/?prompt=late`));
