import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorBody } from './api-error.ts';
import { encodeEvent, eventsOf, type ApiEvent } from './events.ts';
import { wholeMessage, type ApiMessage } from './message.ts';
import type { ApiReply } from './script.ts';

/** Where an answer goes. */
export interface ReplySink {
  readonly response: ServerResponse;
  /** Whether the client asked for server-sent events. */
  readonly stream: boolean;
  readonly requestId: string;
  /** Aborted when the client has gone or the server closes: nothing is written after that. */
  readonly signal: AbortSignal;
}

/** Resolves when the text has left this process, so that a slow reader does not make the server hold a huge answer, and a cut takes nothing back. */
async function write(sink: ReplySink, text: string): Promise<void> {
  sink.signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onGone = (): void => {
      reject(sink.signal.reason as Error);
    };
    sink.signal.addEventListener('abort', onGone, { once: true });
    sink.response.write(text, () => {
      sink.signal.removeEventListener('abort', onGone);
      resolve();
    });
  });
}

async function pause(sink: ReplySink, ms: number): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: sink.signal });
}

function usualHeaders(sink: ReplySink, reply: ApiReply): Record<string, string> {
  return { 'request-id': sink.requestId, ...reply.headers };
}

/** Sends an object as a whole answer. */
export function sendJson(response: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers }).end(bytes);
}

function sendError(sink: ReplySink, reply: ApiReply): void {
  const status = reply.status ?? 500;
  const retry: Record<string, string> = reply.retryAfter === undefined ? {} : { 'retry-after': String(reply.retryAfter) };
  sendJson(sink.response, status, errorBody(status, reply, sink.requestId), { ...retry, ...usualHeaders(sink, reply) });
}

/** Ends a connection in mid-answer. */
async function cut(sink: ReplySink, mode: ApiReply['mode'] = 'drop'): Promise<void> {
  const { response } = sink;
  if (mode === 'end') {
    // A whole message has announced its length, so only the connection can say that nothing more comes.
    if (sink.stream) response.end();
    else response.destroy();
  } else if (mode === 'drop') response.destroy();
  else {
    // A reset makes the receiver throw away what it has not read yet: give it a moment for the part that it should see.
    await pause(sink, 50);
    response.socket?.resetAndDestroy();
  }
}

/** The events of a message that ends before its text block does. */
function* unfinished(message: ApiMessage): Generator<ApiEvent> {
  for (const event of eventsOf(message)) {
    if (event.data.type === 'content_block_stop' || event.data.type === 'message_delta') return;
    yield event;
  }
}

async function sendEvents(sink: ReplySink, reply: ApiReply, message: ApiMessage): Promise<'answered' | 'cut'> {
  const failing = reply.kind === 'disconnect' || reply.kind === 'sse_error';
  sink.response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...usualHeaders(sink, reply),
  });
  for (const event of failing ? unfinished(message) : eventsOf(message)) {
    await pause(sink, event.pacedMs);
    await write(sink, encodeEvent(event.data));
  }
  if (reply.kind === 'disconnect') {
    await cut(sink, reply.mode);
    return 'cut';
  }
  if (reply.kind === 'sse_error') {
    await write(sink, encodeEvent({ type: 'error', ...errorBody(reply.status ?? 529, reply) }));
  }
  sink.response.end();
  return failing ? 'cut' : 'answered';
}

async function sendWhole(sink: ReplySink, reply: ApiReply, message: ApiMessage): Promise<'answered' | 'cut'> {
  // A message that is not streamed comes all at once, after as long as the stream of it would have taken.
  let tookMs = 0;
  for (const event of eventsOf(message)) tookMs += event.pacedMs;
  await pause(sink, tookMs);
  if (reply.kind === 'sse_error') {
    sendError(sink, { status: 529, ...reply });
    return 'answered';
  }
  const body = JSON.stringify(wholeMessage(message));
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...usualHeaders(sink, reply) };
  sink.response.writeHead(200, headers);
  if (reply.kind === 'disconnect') {
    await write(sink, body.slice(0, Math.floor(body.length / 2)));
    await cut(sink, reply.mode);
    return 'cut';
  }
  sink.response.end(body);
  return 'answered';
}

/** Answers one model request. Rejects with an AbortError when the client goes, or the server closes, before the end. */
export async function respond(sink: ReplySink, reply: ApiReply, message: ApiMessage): Promise<'answered' | 'cut'> {
  if (reply.kind === 'hang') {
    // No timer stands for "for ever": the client's patience or the server's close ends the wait.
    if (reply.delayMs !== undefined) await pause(sink, reply.delayMs);
    else if (!sink.signal.aborted) await once(sink.signal, 'abort');
    sink.signal.throwIfAborted();
    sink.response.destroy();
    return 'cut';
  }
  await pause(sink, reply.delayMs ?? 0);
  if (reply.kind === 'error') {
    sendError(sink, reply);
    return 'answered';
  }
  return sink.stream ? await sendEvents(sink, reply, message) : await sendWhole(sink, reply, message);
}
