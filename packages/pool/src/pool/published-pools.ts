import { readdir, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ControlError, type CallOptions } from '@subwire/core';
import { PoolError } from '../policy/pool-error.ts';
import { isPrivateFolder, pidOfAddress, publishedPlaces, type PublishedPlaces } from './published-place.ts';
import type { PublishedSnapshot } from './publish-pool.ts';

/** A pool that can be looked into. */
export interface PublishedPool {
  readonly address: string;
  /** The host's process, as the name of the socket says. */
  readonly pid: number;
}

const defaultTimeoutMs = 2_000;
const maxAnswerBytes = 64 * 1024 * 1024;
// Between its making and its first moment a socket refuses as one does whose host is dead.
const youngMs = 5_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // A process that we may not signal is one all the same.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether somebody listens. */
function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const settle = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(defaultTimeoutMs, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => settle(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

/** Removes what a host that was killed has left behind. The number of a dead process may be another one's by now, so age counts as well. */
async function isLive(address: string, pid: number): Promise<boolean> {
  if (await answers(address)) return true;
  const made = await stat(address).catch(() => undefined);
  if (made !== undefined && (!isAlive(pid) || Date.now() - made.mtimeMs > youngMs)) await unlink(address).catch(() => {});
  return false;
}

async function listFolder(folder: string, places: PublishedPlaces): Promise<readonly PublishedPool[]> {
  if (!places.isPipe && !(await isPrivateFolder(folder))) return [];
  const names = await readdir(folder).catch(() => []);
  const found = names.flatMap((name) => {
    const address = places.isPipe ? `${folder}${name}` : join(folder, name);
    const pid = pidOfAddress(address, places);
    return pid === undefined ? [] : [{ address, pid }];
  });
  if (places.isPipe) return found;
  const live = await Promise.all(found.map(({ address, pid }) => isLive(address, pid)));
  return found.filter((_, index) => live[index]);
}

/** The pools of this user that can be looked into, by pid. Removes sockets whose hosts are dead; never rejects. */
export async function listPublishedPools(): Promise<readonly PublishedPool[]> {
  const places = publishedPlaces();
  const found = await Promise.all(places.folders.map((folder) => listFolder(folder, places)));
  return found.flat().sort((one, other) => one.pid - other.pid || one.address.localeCompare(other.address));
}

/**
 * Looks into a pool of this user once. `timeoutMs` is 2000 unless it is given.
 * @throws PoolError `POOL_CLOSED` when it has ended; ControlError `CONTROL_TIMEOUT` when its host does not answer; the signal's reason
 */
export function readPublishedPool(address: string, { timeoutMs = defaultTimeoutMs, signal }: CallOptions = {}): Promise<PublishedSnapshot> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const socket = connect(address);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (run: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      run();
    };
    const onAbort = (): void => settle(() => reject(signal?.reason));
    const ended = (cause?: unknown): void =>
      settle(() =>
        reject(
          new PoolError({
            code: 'POOL_CLOSED',
            message: 'The pool has ended, or its host has: there is nothing to look into any more.',
            cause,
          }),
        ),
      );
    const timer = setTimeout(() => {
      const message = `The host of the pool did not answer within ${timeoutMs} ms. It may be stopped, or busy.`;
      settle(() => reject(new ControlError({ code: 'CONTROL_TIMEOUT', subtype: 'snapshot', timeoutMs, message })));
    }, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', ended);
    socket.once('close', () => ended());
    socket.once('connect', () => socket.write('{"get":"snapshot"}\n'));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      const end = chunk.indexOf(0x0a);
      if (end === -1) return bytes > maxAnswerBytes ? ended() : undefined;
      const line = Buffer.concat(chunks).subarray(0, bytes - chunk.length + end);
      settle(() => {
        try {
          resolve(JSON.parse(line.toString('utf8')) as PublishedSnapshot);
        } catch (cause) {
          reject(new PoolError({ code: 'POOL_CLOSED', message: 'What answers at the address is no pool.', cause }));
        }
      });
    });
  });
}
