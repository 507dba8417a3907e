import fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';
import { timer } from 'rxjs';
import { expect, it } from 'vitest';
import { MockProcess } from '../../../src/mock/mock-process.ts';

type Act =
  | { readonly do: 'print'; readonly text: string; readonly chunk: number }
  | { readonly do: 'complain' | 'exit' | 'end' | 'hold' | 'release' | 'pause' | 'resume' | 'close-stdout' }
  | { readonly do: 'kill'; readonly signal: NodeJS.Signals };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('print' as const), text: fc.string({ unit: 'grapheme' }), chunk: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constantFrom('complain', 'exit', 'end', 'hold', 'release', 'pause', 'resume', 'close-stdout') }),
  fc.record({
    do: fc.constant('kill' as const),
    signal: fc.constantFrom<NodeJS.Signals>('SIGTERM', 'SIGINT', 'SIGKILL', 'SIGSTOP', 'SIGCONT', 'SIGWINCH'),
  }),
);

/** What may be printed for certain: up to the death, and after it only while somebody holds the pipe. */
function perform(child: MockProcess, step: Act): void {
  if (step.do === 'print') child.sayRaw(step.text, { chunkBytes: step.chunk });
  else if (step.do === 'complain') child.complain('x');
  else if (step.do === 'exit') child.exit(3);
  else if (step.do === 'end') child.stdin.end();
  else if (step.do === 'hold') child.holdOutput();
  else if (step.do === 'release') child.releaseOutput();
  else if (step.do === 'pause') child.stdout.pause();
  else if (step.do === 'resume') child.stdout.resume();
  else if (step.do === 'kill') child.kill(step.signal);
  else child.closePipe('stdout');
}

it('whatever happens to it: spawn comes first and once, exit at most once and before close, data never after close, one end', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(act, fc.integer({ min: 0, max: 3 })), { maxLength: 20 }), (acts) => {
      const events: string[] = [];
      new TestScheduler(() => {}).run(({ flush }) => {
        const child = new MockProcess();
        for (const event of ['spawn', 'exit', 'close']) child.on(event, () => events.push(event));
        child.stdout.on('data', () => events.push('data'));
        child.stderr.on('data', () => events.push('data'));
        child.stdin.on('error', () => {});
        let at = 0;
        for (const [step, wait] of acts) timer((at += wait)).subscribe(() => perform(child, step));
        timer(at + 1).subscribe(() => child.kill('SIGCONT'));
        timer(at + 2).subscribe(() => child.releaseOutput());
        timer(at + 3).subscribe(() => child.kill('SIGKILL'));
        flush();
        expect(child.poll() === null ? child.signalCode !== null : true).toBe(true);
      });
      expect(events[0]).toBe('spawn');
      expect(events.filter((event) => event === 'spawn')).toHaveLength(1);
      expect(events.filter((event) => event === 'exit')).toHaveLength(1);
      const close = events.indexOf('close');
      if (close !== -1) expect(events.slice(close + 1)).toEqual([]);
      if (close !== -1) expect(events.indexOf('exit')).toBeLessThan(close);
    }),
    { numRuns: 300 },
  );
});

it('prints exactly the bytes that it was given, in order, whatever the chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 50 }))), (parts) => {
      const received: Buffer[] = [];
      new TestScheduler(() => {}).run(({ flush }) => {
        const child = new MockProcess();
        child.stdout.on('data', (chunk: Buffer) => received.push(chunk));
        child.stderr.resume();
        for (const [bytes, chunkBytes] of parts) child.sayRaw(bytes, { chunkBytes });
        child.exit(0);
        flush();
      });
      expect(Buffer.concat(received)).toEqual(Buffer.concat(parts.map(([bytes]) => bytes)));
      const sizes = parts.flatMap(([bytes, chunkBytes]) =>
        Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) => Math.min(chunkBytes, bytes.length - index * chunkBytes)),
      );
      expect(received.map((chunk) => chunk.length)).toEqual(sizes);
    }),
  );
});

it('hears the same lines, however they were written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ' '))),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        let written: readonly string[] = [];
        new TestScheduler(() => {}).run(() => {
          const child = new MockProcess();
          // Written through the stream's own machinery, one piece at a time, without waiting for a tick.
          const pieces: Buffer[] = [];
          for (let start = 0, index = 0; start < bytes.length; index += 1) {
            const size = cuts[index % cuts.length]!;
            pieces.push(bytes.subarray(start, start + size));
            start += size;
          }
          for (const piece of pieces) child.stdin._write(piece, 'utf8', () => {});
          written = child.written;
        });
        expect(written).toEqual(lines);
      },
    ),
  );
});
