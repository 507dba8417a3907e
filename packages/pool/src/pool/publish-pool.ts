import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { newAddress, publishedPlaces } from './published-place.ts';
import type { Pool, PoolSnapshot } from './types.ts';

/** A pool as somebody who looks in sees it. Plain JSON. */
export interface PublishedSnapshot {
  /** Of this shape. */
  readonly version: 1;
  /** The host's process. */
  readonly pid: number;
  /** What the host calls the pool. */
  readonly title: string;
  /** The host's directory. */
  readonly cwd: string;
  /** Since when the pool is published, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** When this was said, in milliseconds since 1970. */
  readonly atMs: number;
  readonly pool: PoolSnapshot;
  /** What the host adds: the tasks of a batch, for instance. */
  readonly details?: unknown;
}

/** Options of {@link publishPool}. */
export interface PublishOptions {
  /** What the pool is called. @defaultValue 'pool' */
  readonly title?: string;
  /** Is asked for more with each snapshot; plain JSON, without secrets. @defaultValue nothing more */
  readonly details?: () => unknown;
}

/** A pool that can be looked into. */
export interface Publication extends AsyncDisposable {
  /** The socket, or the named pipe. */
  readonly address: string;
  /** Ends it and removes the socket. Idempotent. The end of the pool does the same. */
  close(): Promise<void>;
}

const maxRequestBytes = 1_024;
const maxConnections = 32;
const idleMs = 10_000;

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      // Whoever looks in later and fails is no reason for the host to end.
      server.on('error', () => {});
      resolve();
    });
  });
}

function isRequest(line: string): boolean {
  try {
    const { get } = JSON.parse(line) as { readonly get?: unknown };
    return get === 'snapshot';
  } catch {
    return false;
  }
}

/** Answers each line that asks. Nobody is told anything unasked: on Windows strangers may open a pipe for reading, and then cannot ask. */
function serve(socket: Socket, answer: () => string): void {
  let pending = '';
  socket.setEncoding('utf8').setTimeout(idleMs, () => socket.destroy());
  socket.unref();
  socket.on('error', () => {});
  socket.on('data', (text: string) => {
    pending += text;
    for (let end = pending.indexOf('\n'); end !== -1; end = pending.indexOf('\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 1);
      // Who does not take its answers gets no further ones to pile up here.
      if (!isRequest(line) || socket.writableNeedDrain) return void socket.destroy();
      socket.write(answer());
    }
    if (pending.length > maxRequestBytes) socket.destroy();
  });
}

/**
 * Lets this user, and nobody else, look into a pool from another process: over a socket that only its owner can open, in a folder that only its owner can
 * enter; on Windows over a named pipe. Costs nothing while nobody looks, keeps no process alive, and ends with the pool.
 * @throws ConfigError `INVALID_OPTION` when no private folder can be had; the error of the operating system when the socket cannot be opened
 */
export async function publishPool(
  pool: Pick<Pool<unknown>, 'snapshot' | 'events$'>,
  { title = 'pool', details }: PublishOptions = {},
): Promise<Publication> {
  const places = publishedPlaces();
  const address = await newAddress(places);
  const startedAtMs = Date.now();
  const about = { version: 1, pid: process.pid, title, cwd: process.cwd(), startedAtMs } as const;
  const answer = (): string => {
    const snapshot: PublishedSnapshot = { ...about, atMs: Date.now(), pool: pool.snapshot(), ...(details && { details: details() }) };
    return `${JSON.stringify(snapshot)}\n`;
  };
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serve(socket, answer);
  });
  server.maxConnections = maxConnections;
  server.unref();
  await listen(server, address);
  if (!places.isPipe) await chmod(address, 0o600);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise<void>((resolve) => {
      // Node removes the file of a socket that it closes.
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
    return closing;
  };
  const watching = pool.events$.subscribe({ complete: () => void close() });
  const end = async (): Promise<void> => {
    watching.unsubscribe();
    await close();
  };
  return { address, close: end, [Symbol.asyncDispose]: end };
}
