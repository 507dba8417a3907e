import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** Everything that a process printed, as text. */
export interface Communicated {
  readonly stdout: string;
  readonly stderr: string;
}

/** Ends stdin with `input` and collects both outputs until the process has closed. A process that does not read is no error; one that cannot start is. */
export async function communicateWith(
  child: EventEmitter & { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable },
  closed: boolean,
  input: string | undefined,
): Promise<Communicated> {
  const collect = (stream: Readable): (() => string) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer | string) => chunks.push(Buffer.from(chunk as string)));
    return () => Buffer.concat(chunks).toString();
  };
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => {});
  const done = closed
    ? Promise.resolve()
    : new Promise<void>((resolve, reject) => {
        child.once('close', () => resolve());
        child.once('error', reject);
      });
  if (!child.stdin.writableEnded && !child.stdin.destroyed) child.stdin.end(input);
  await done;
  return { stdout: stdout(), stderr: stderr() };
}
