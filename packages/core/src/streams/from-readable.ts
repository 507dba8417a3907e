import type { Readable } from 'node:stream';
import { Observable, type Subscriber } from 'rxjs';

/**
 * The chunks of a readable, as they come, for one subscriber. Completes at its end, also when it is destroyed without one: a pipe whose other side was killed
 * reports an error that says nothing that the process's exit does not say better, and an unheard `error` event would end the host.
 *
 * It listens from the call on, and reads from the subscription on. Node empties the pipes of a child that has ended into nowhere if nobody listens by then,
 * and a child can end before its start has been looked after: its last words would be lost.
 */
export function fromReadable(readable: Readable): Observable<Buffer> {
  const held: Buffer[] = [];
  let reader: Subscriber<Buffer> | undefined;
  let ended = false;

  const onData = (data: Buffer | Uint8Array | string): void => {
    // The stream of a double, or of a process elsewhere, may decode what it gives, or give plain bytes.
    const chunk = Buffer.isBuffer(data) ? data : Buffer.from(data as Uint8Array);
    if (reader === undefined) held.push(chunk);
    else reader.next(chunk);
  };
  const onEnd = (): void => {
    ended = true;
    reader?.complete();
  };
  readable.on('data', onData);
  readable.pause();
  readable.once('end', onEnd);
  readable.once('close', onEnd);
  // Stays for good: the stream may still fail after nobody listens.
  readable.on('error', onEnd);

  return new Observable<Buffer>((subscriber) => {
    reader = subscriber;
    for (const chunk of held.splice(0)) subscriber.next(chunk);
    if (ended) subscriber.complete();
    else readable.resume();
    return () => {
      readable.off('data', onData);
      readable.off('end', onEnd);
      readable.off('close', onEnd);
    };
  });
}
