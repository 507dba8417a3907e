import { type Observable, ReplaySubject } from 'rxjs';
import { redactText } from '../errors/redact.ts';
import { createLineFramer } from '../framing/line-framer.ts';
import { createTail } from '../framing/tail.ts';

/** Stderr as lines without secrets, with the last ones kept. */
export interface StderrLines {
  readonly stderr$: Observable<string>;
  readonly tail: readonly string[];
  push(chunk: Buffer): void;
  end(): void;
}

// Longer lines are cut: stderr is for people, and one endless line must not fill the memory.
const maxStderrLineBytes = 64 * 1024;

/** Collects stderr whether or not anybody listens: a pipe that nobody drains fills up and stops the process. */
export function createStderrLines(tailLines: number): StderrLines {
  const subject = new ReplaySubject<string>(Math.max(1, tailLines));
  const tail = createTail(tailLines);
  const add = (text: string): void => {
    const line = redactText(text.trimEnd());
    if (line === '') return;
    tail.push(line);
    subject.next(line);
  };
  const framer = createLineFramer(
    { maxLineBytes: maxStderrLineBytes },
    { line: add, oversize: ({ head, bytes }) => add(`${head}… [${bytes} bytes]`) },
  );
  return {
    stderr$: subject.asObservable(),
    get tail() {
      return tail.lines();
    },
    push: (chunk) => framer.push(chunk),
    end() {
      const rest = framer.end();
      if (rest !== undefined) add(rest.text);
      subject.complete();
    },
  };
}
