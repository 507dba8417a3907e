import { Observable } from 'rxjs';
import type { Readable } from 'node:stream';

/**
 * The chunks of a readable, as they come. Completes at its end, also when it is destroyed without one: a pipe whose other side was killed
 * reports an error that says nothing that the process's exit does not say better, and an unheard `error` event would end the host.
 */
export function fromReadable(readable: Readable): Observable<Buffer> {
  return new Observable<Buffer>((subscriber) => {
    const onData = (chunk: Buffer): void => subscriber.next(chunk);
    const onEnd = (): void => subscriber.complete();
    readable.on('data', onData);
    readable.once('end', onEnd);
    readable.once('close', onEnd);
    readable.on('error', onEnd);
    return () => {
      readable.off('data', onData);
      readable.off('end', onEnd);
      readable.off('close', onEnd);
      // The error listener stays: the stream may still fail after nobody listens.
    };
  });
}
