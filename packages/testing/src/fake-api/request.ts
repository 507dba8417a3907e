import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What a request wants, judged by what it says. */
export type ApiPurpose =
  /** A turn of a conversation: this is what steps answer. */
  | 'turn'
  /** A model request that asks for one token: a CLI's check of the quota or of the key. */
  | 'warm-up'
  | 'count-tokens'
  /** Anything else: a look at the models, a probe for the server. */
  | 'other';

/** The part of a Messages API body that scripts look at; the rest is there as it came. */
export interface ApiRequestBody {
  readonly model?: string;
  readonly max_tokens?: number;
  readonly stream?: boolean;
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
  readonly tools?: readonly { readonly name?: string }[];
  readonly system?: unknown;
  readonly [field: string]: unknown;
}

/** One request that reached the fake API. */
export interface ApiRequest {
  /** Counts up from 0. */
  readonly index: number;
  /** Milliseconds since the server started. */
  readonly atMs: number;
  readonly method: string;
  /** The path without its query. */
  readonly path: string;
  /** The path with its query, as it was asked for. */
  readonly url: string;
  /** Credentials are blanked unless they are the made-up one of {@link FakeApi.env}. */
  readonly headers: Readonly<Record<string, string>>;
  readonly purpose: ApiPurpose;
  /** The parsed body; undefined when there was none or it was not JSON. */
  readonly body: ApiRequestBody | undefined;
  /** The kind of reply that was chosen; undefined for what no script answers. */
  readonly reply: string | undefined;
  /** `client-gone`: the client closed the connection before the answer was complete, as an interrupt does. */
  readonly outcome: 'open' | 'answered' | 'cut' | 'client-gone';
}

const credentialHeaders = ['authorization', 'x-api-key', 'proxy-authorization', 'cookie'];

/** Headers as plain text, with every credential blanked that is not the made-up one: a test report must not carry a real key. */
export function plainHeaders(headers: IncomingHttpHeaders, madeUpKey: string): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    plain[name] = credentialHeaders.includes(name) && !text.endsWith(madeUpKey) ? '[redacted]' : text;
  }
  return plain;
}

/** Reads a body to its end, unpacked. Rejects when the client goes before that. */
export async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  switch (message.headers['content-encoding']) {
    case 'gzip':
      return gunzipSync(bytes).toString('utf8');
    case 'deflate':
      return inflateSync(bytes).toString('utf8');
    case 'br':
      return brotliDecompressSync(bytes).toString('utf8');
    default:
      return bytes.toString('utf8');
  }
}

/** The object in a body, or undefined when there is none. */
export function parseBody(text: string): ApiRequestBody | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ApiRequestBody) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Tells turns from what a CLI asks on its own. A check of the quota asks for a single token; a script that counted it as a turn would answer the prompt with
 * the wrong step.
 */
export function purposeOf(method: string, path: string, body: ApiRequestBody | undefined): ApiPurpose {
  if (method !== 'POST') return 'other';
  if (path.endsWith('/v1/messages/count_tokens')) return 'count-tokens';
  if (!path.endsWith('/v1/messages')) return 'other';
  return body?.max_tokens === 1 ? 'warm-up' : 'turn';
}
