import { isObject, type JsonObject } from '../../scenario/json.ts';
import { numberOf, type FaultFactory } from './fault-hooks.ts';

const lineFeed = 10;

function isResult(frame: JsonObject): boolean {
  return frame['type'] === 'result';
}

/** Whether a line is the one at which a fault strikes: number `at`, or without it the first result. */
function strikes(at: number, line: number, bytes: Uint8Array): boolean {
  return at >= 0 ? line === at : Buffer.from(bytes).includes('"type":"result"');
}

const chunk: FaultFactory = (fault, { host }) => {
  const at = numberOf(fault, 'at', -1);
  const size = Math.max(1, numberOf(fault, 'bytes', 7));
  const pauseMs = numberOf(fault, 'ms', at >= 0 ? 2 : 0);
  const pending: Uint8Array[] = [];
  let busy = false;
  return {
    bytes(bytes, next) {
      const cuts =
        at >= 0
          ? [Math.min(at, bytes.length)]
          : Array.from({ length: Math.ceil(bytes.length / size) - 1 }, (_, index) => (index + 1) * size);
      let start = 0;
      for (const cut of [...cuts, bytes.length]) {
        if (cut > start) pending.push(bytes.subarray(start, cut));
        start = cut;
      }
      if (pauseMs <= 0) {
        for (const piece of pending.splice(0)) next(piece);
        return;
      }
      const pump = (): void => {
        const piece = pending.shift();
        busy = piece !== undefined;
        if (piece === undefined) return;
        next(piece);
        host.after(pauseMs, pump);
      };
      if (!busy) pump();
    },
    exit(code, next) {
      const leave = (): void => {
        if (busy) host.after(pauseMs, leave);
        else next(code);
      };
      leave();
    },
  };
};

/** Prints the first `take` bytes of one line and leaves. */
function cutAt(take: (bytes: Uint8Array) => Uint8Array): FaultFactory {
  return (fault, { host, freeze }) => {
    const at = numberOf(fault, 'at', -1);
    let line = 0;
    return {
      bytes(bytes, next) {
        if (!strikes(at, line++, bytes)) {
          next(bytes);
          return;
        }
        next(take(bytes));
        freeze(true);
        host.exit(numberOf(fault, 'code', 0));
      },
    };
  };
}

const noFinalLineFeed = cutAt((bytes) => bytes.subarray(0, bytes.at(-1) === lineFeed ? -1 : undefined));

const truncatedLastLine: FaultFactory = (fault, context) =>
  cutAt((bytes) => bytes.subarray(0, Math.min(numberOf(fault, 'bytes', Math.floor(bytes.length / 2)), bytes.length - 2)))(fault, context);

const crlf: FaultFactory = () => ({
  bytes: (bytes, next) => next(bytes.at(-1) === lineFeed ? Buffer.concat([bytes.subarray(0, -1), Buffer.from('\r\n')]) : bytes),
});

const byteOrderMark: FaultFactory = () => {
  let first = true;
  return {
    bytes(bytes, next) {
      next(first ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]) : bytes);
      first = false;
    },
  };
};

/** Stands in a text for bytes that no JavaScript string can hold. */
const placeholder = '\uE0FF';

const invalidUtf8: FaultFactory = (fault) => {
  const times = numberOf(fault, 'lines', 1);
  let done = 0;
  return {
    frame(frame, next) {
      const message = frame['message'];
      if (done >= times || frame['type'] !== 'assistant' || !isObject(message) || !Array.isArray(message['content'])) {
        next(frame);
        return;
      }
      done += 1;
      const content = (message['content'] as unknown[]).map((block) =>
        isObject(block) && typeof block['text'] === 'string' ? { ...block, text: block['text'] + placeholder } : block,
      );
      next({ ...frame, message: { ...message, content } });
    },
    bytes(bytes, next) {
      const buffer = Buffer.from(bytes);
      const mark = Buffer.from(placeholder);
      const index = buffer.indexOf(mark);
      next(
        index === -1
          ? bytes
          : Buffer.concat([buffer.subarray(0, index), Buffer.from([0xff, 0xc3, 0x28]), buffer.subarray(index + mark.length)]),
      );
    },
  };
};

const noise: FaultFactory = (fault) => {
  const text = typeof fault['text'] === 'string' ? fault['text'] : '[debug] shell manager: 2 listeners attached';
  const count = numberOf(fault, 'lines', 1);
  return {
    bytes(bytes, next) {
      for (let index = 0; index < count; index += 1) next(Buffer.from(`${text}\n`));
      next(bytes);
    },
  };
};

const oversizeLine: FaultFactory = (fault) => {
  const size = numberOf(fault, 'bytes', 64 * 1024 * 1024 + 1);
  const at = numberOf(fault, 'at', -1);
  const head = fault['json'] === false ? '' : '{"type":"system","subtype":"informational","content":"';
  const tail = fault['json'] === false ? '' : '"}';
  let printed = 0;
  let done = false;
  return {
    bytes(bytes, next) {
      if (!done && (at >= 0 ? printed === at : /"type":"(?:assistant|result)"/u.test(Buffer.from(bytes).toString('latin1')))) {
        done = true;
        next(
          Buffer.concat([Buffer.from(head), Buffer.alloc(Math.max(0, size - head.length - tail.length), 'x'), Buffer.from(`${tail}\n`)]),
        );
      }
      printed += 1;
      next(bytes);
    },
  };
};

const separators = '\u2028\u2029\u0085';

const lineSeparators: FaultFactory = () => {
  let delta: JsonObject | undefined;
  return {
    frame(frame, next) {
      const event = frame['event'];
      if (isObject(event) && isObject(event['delta']) && event['delta']['type'] === 'text_delta')
        delta = { ...frame, event: { ...event, delta: { ...event['delta'], text: separators } } };
      const message = frame['message'];
      if (frame['type'] === 'assistant' && isObject(message) && Array.isArray(message['content'])) {
        const content = (message['content'] as unknown[]).map((block) =>
          isObject(block) && typeof block['text'] === 'string' ? { ...block, text: block['text'] + separators } : block,
        );
        if (delta !== undefined) next(delta);
        delta = undefined;
        next({ ...frame, message: { ...message, content } });
      } else if (isResult(frame) && typeof frame['result'] === 'string') next({ ...frame, result: frame['result'] + separators });
      else next(frame);
    },
  };
};

/** Faults of what is printed, byte by byte, innermost first. */
export const byteFaults: Readonly<Record<string, FaultFactory>> = {
  'line-separators': lineSeparators,
  'invalid-utf8': invalidUtf8,
  noise,
  'oversize-line': oversizeLine,
  'no-final-lf': noFinalLineFeed,
  'truncated-last-line': truncatedLastLine,
  crlf,
  bom: byteOrderMark,
  chunk,
};
