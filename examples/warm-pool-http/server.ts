import { createServer, type Server, type ServerResponse } from 'node:http';
import { type Session, SubwireError } from '@subwire/core';
import type { SessionPool } from '@subwire/pool';
import { concat, defer, map, type Observable } from 'rxjs';

interface ServerSentEvent {
  readonly event: 'text' | 'done' | 'failed';
  readonly data: unknown;
}

function answer(session: Session, prompt: string): Observable<ServerSentEvent> {
  return defer(() => {
    const turn = session.prompt(prompt);
    const text$ = turn.text$.pipe(map((text) => ({ event: 'text', data: text }) as const));
    const end$ = defer(() => turn.result()).pipe(
      map((result) => ({ event: result.is_error ? 'failed' : 'done', data: { subtype: result.subtype } }) as const),
    );
    return concat(text$, end$);
  });
}

// A connection that is kept for a next request would keep a server that closes from its end.
const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' };

function write(response: ServerResponse, { event, data }: ServerSentEvent): void {
  if (!response.headersSent) response.writeHead(200, headers);
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function refuse(response: ServerResponse, cause: unknown): void {
  const code = SubwireError.is(cause) ? cause.code : 'INTERNAL';
  if (response.headersSent) write(response, { event: 'failed', data: { code } });
  else response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' }).write(JSON.stringify({ code }));
  response.end();
}

/** Answers `GET /?prompt=…` with a warm session of the pool, as server-sent events. */
export function createAgentServer(pool: SessionPool): Server {
  return createServer((request, response) => {
    const prompt = new URL(request.url ?? '/', 'http://localhost').searchParams.get('prompt');
    if (prompt === null) {
      response.writeHead(400).end();
      return;
    }
    const subscription = pool
      .use((session) => answer(session, prompt), { timeoutMs: 10_000 })
      .subscribe({
        next: (event) => write(response, event),
        error: (cause: unknown) => refuse(response, cause),
        complete: () => response.end(),
      });
    // Closes also when the client has gone: nobody reads any more, so the turn ends, and its session is replaced.
    response.once('close', () => subscription.unsubscribe());
  });
}

/** Accepts nothing more, lets the answers that are under way come to their end, and ends the sessions. */
export async function shutDown(server: Server, pool: SessionPool): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  await pool.drain();
  // The last bytes of an answer get a moment. Clients also keep connections on which they have asked nothing yet, for as long as they like.
  const cut = setTimeout(() => server.closeAllConnections(), 500);
  await closed;
  clearTimeout(cut);
}
