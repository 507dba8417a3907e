import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { errorBody } from './api-error.ts';
import { createReplyChooser } from './choose-reply.ts';
import { environmentFor, madeUpKey } from './environment.ts';
import { composeMessage, estimateTokens } from './message.ts';
import { parseBody, plainHeaders, purposeOf, readBody, type ApiRequest } from './request.ts';
import { respond, sendJson } from './respond.ts';
import type { ApiScript } from './script.ts';

/** A Messages API on loopback that says what a script tells it to. */
export interface FakeApi extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; the port is one that was free. */
  readonly url: string;
  /**
   * The environment that makes a real Claude Code talk to this server and to nobody else: the address, a made-up key, everything switched off that would call
   * out, and a configuration folder of its own, so that the user's login and settings stay out of the test. The folder is removed by {@link close}.
   */
  readonly env: Readonly<Record<string, string>>;
  /** Every request so far, in the order of arrival; new ones are added while the server runs. */
  readonly requests: readonly ApiRequest[];
  /** The requests that were turns of a conversation: without warm-up calls, token counts and look-ups. */
  readonly turns: readonly ApiRequest[];
  /** Cuts what is open, frees the port and removes the configuration folder. Calling it again does nothing. */
  close(): Promise<void>;
}

type Recorded = { -readonly [Field in keyof ApiRequest]: ApiRequest[Field] };

/**
 * Starts a fake Messages API on 127.0.0.1. It answers `POST /v1/messages`, streamed and whole, `POST /v1/messages/count_tokens`, `GET /v1/models` and
 * `HEAD /`; anything else gets the API's own 404. Rejects with {@link FakeApiError} when the script is wrong.
 */
export async function startFakeApi(script: ApiScript = {}): Promise<FakeApi> {
  const choose = createReplyChooser(script);
  const requests: Recorded[] = [];
  const closing = new AbortController();
  const startedAt = performance.now();
  const prefix = randomBytes(4).toString('hex');
  let ids = 0;
  const nextId = (kind: string): string => `${kind}fake_${prefix}_${String(++ids).padStart(4, '0')}`;

  const answerModel = async (recorded: Recorded, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const { body = {} } = recorded;
    const reply = choose(recorded);
    recorded.reply = reply.kind;
    const message = composeMessage(reply, { model: body.model ?? 'claude-fake', inputTokens: estimateTokens(body), nextId });
    const sink = {
      response,
      stream: body.stream === true,
      requestId: nextId('req_'),
      signal: AbortSignal.any([gone.signal, closing.signal]),
    };
    recorded.outcome = await respond(sink, reply, message);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const atMs = performance.now() - startedAt;
    const url = request.url ?? '/';
    const pathname = url.split('?', 1)[0] ?? '/';
    const method = request.method ?? 'GET';
    const text = await readBody(request);
    const body = parseBody(text);
    const recorded: Recorded = {
      index: requests.length,
      atMs,
      method,
      path: pathname,
      url,
      headers: plainHeaders(request.headers, madeUpKey),
      purpose: purposeOf(method, pathname, body),
      body,
      reply: undefined,
      outcome: 'open',
    };
    requests.push(recorded);
    try {
      switch (recorded.purpose) {
        case 'turn':
        case 'warm-up':
          if (body === undefined) sendJson(response, 400, errorBody(400, { message: 'The body is not a JSON object.' }));
          else await answerModel(recorded, response);
          break;
        case 'count-tokens':
          sendJson(response, 200, { input_tokens: estimateTokens(body ?? {}) });
          break;
        case 'other':
          if (method === 'HEAD') response.writeHead(200).end();
          else if (method === 'GET' && pathname.endsWith('/v1/models'))
            sendJson(response, 200, { data: [], has_more: false, first_id: null, last_id: null });
          else sendJson(response, 404, errorBody(404, { message: `The fake API has no ${method} ${pathname}` }));
      }
      if (recorded.outcome === 'open') recorded.outcome = 'answered';
    } catch (cause) {
      if (!(cause instanceof Error && cause.name === 'AbortError')) throw cause;
      recorded.outcome = closing.signal.aborted ? 'cut' : 'client-gone';
      response.destroy();
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((cause: unknown) => {
      // A script that throws must fail the request that it was asked about, not the test's whole process.
      if (response.headersSent || response.destroyed) response.destroy();
      else sendJson(response, 500, errorBody(500, { message: `The fake API failed: ${String(cause)}` }), { 'x-should-retry': 'false' });
    });
  });
  const configDir = await mkdtemp(path.join(tmpdir(), 'subwire-fake-api-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      closing.abort();
      const ended = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await ended;
      await rm(configDir, { recursive: true, force: true, maxRetries: 3 });
    })());

  return {
    url,
    env: Object.freeze({ ...environmentFor(url, configDir), ...script.env }),
    requests,
    get turns() {
      return requests.filter(({ purpose }) => purpose === 'turn');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
