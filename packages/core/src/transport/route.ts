import { ProtocolError } from '../errors/protocol-error.ts';
import { createLineFramer } from '../framing/line-framer.ts';
import { parseLine } from '../framing/parse-line.ts';
import type { ControlCancelRequest, ControlRequest, ControlResponse } from '../wire/control.ts';
import { toFrame } from '../wire/frame.ts';
import type { Message } from '../wire/messages.ts';
import type { Diagnostic } from './types.ts';

/** Where the router puts what it finds. */
export interface RouteSinks {
  /** `size` is the length of its line. */
  readonly message: (message: Message, size: number) => void;
  readonly controlRequest: (frame: ControlRequest) => void;
  readonly controlResponse: (frame: ControlResponse) => void;
  readonly controlCancel: (frame: ControlCancelRequest) => void;
  readonly diagnostic: (diagnostic: Diagnostic) => void;
  /** The stream cannot go on. */
  readonly fail: (error: ProtocolError) => void;
}

/** Options of {@link createRouter}. */
export interface RouterOptions {
  readonly maxLineBytes: number;
  readonly onOversizeLine: 'skip' | 'fail';
  readonly strict: boolean;
  /** Says what is wrong with a message, or undefined when it fits its schema. Absent: messages are not validated. */
  readonly validate?: (raw: Readonly<Record<string, unknown>>) => readonly string[] | undefined;
}

/** Turns the bytes of stdout into frames and gives each to its stream. */
export interface Router {
  push(chunk: Buffer): void;
  /** Ends the stream. Returns an error when its last line was cut off. */
  end(): ProtocolError | undefined;
}

const headLength = 200;

/**
 * Control frames are peeled off here, before any queue: a slow reader of messages must not delay the answer to a question, and a question that waits
 * behind unread messages never gets one.
 */
export function createRouter(options: RouterOptions, sinks: RouteSinks): Router {
  function routeObject(value: Readonly<Record<string, unknown>>, size: number): void {
    const frame = toFrame(value);
    switch (frame.kind) {
      case 'message': {
        const issues = frame.message.type === 'unknown' ? undefined : options.validate?.(value);
        if (issues !== undefined) {
          sinks.diagnostic({
            code: 'INVALID_FRAME',
            message: `A message does not fit its schema: ${issues[0] ?? 'no reason given'}`,
            issues,
            raw: value,
          });
          sinks.message({ type: 'unknown', raw: value }, size);
          return;
        }
        if (frame.message.type === 'unknown') {
          const type = value['type'];
          const message = `A frame of the unknown type or shape ${typeof type === 'string' ? type : '(none)'} was passed on as it came.`;
          sinks.diagnostic({ code: 'UNKNOWN_FRAME', message, raw: value });
        }
        sinks.message(frame.message, size);
        return;
      }
      case 'control_request':
        return sinks.controlRequest(frame.frame);
      case 'control_response':
        return sinks.controlResponse(frame.frame);
      case 'control_cancel_request':
        return sinks.controlCancel(frame.frame);
      case 'invalid':
        return sinks.diagnostic({ code: 'INVALID_FRAME', message: `The CLI sent ${frame.reason}; it was ignored.`, raw: frame.raw });
    }
  }

  function routeLine(text: string, valid: boolean): void {
    if (!valid)
      sinks.diagnostic({
        code: 'INVALID_UTF8',
        message: 'A line held bytes that are no UTF-8; each was replaced by U+FFFD.',
        head: text.slice(0, headLength),
      });
    const parsed = parseLine(text);
    switch (parsed.kind) {
      case 'object':
        return routeObject(parsed.value, text.length);
      case 'blank':
        return;
      case 'noise':
        return sinks.diagnostic({ code: 'NOISE_LINE', message: 'A line on stdout is no frame.', head: text.slice(0, headLength) });
      case 'invalid': {
        const message = `A line opens like an object and is no JSON: ${parsed.reason}`;
        const head = text.slice(0, headLength);
        sinks.diagnostic({ code: 'INVALID_JSON', message, head });
        if (options.strict) sinks.fail(new ProtocolError({ code: 'INVALID_JSON', message, head }));
      }
    }
  }

  const framer = createLineFramer(
    { maxLineBytes: options.maxLineBytes },
    {
      line: routeLine,
      oversize({ bytes, head }) {
        const message = `A line of ${bytes} bytes is longer than maxLineBytes (${options.maxLineBytes}).`;
        const short = head.slice(0, headLength);
        sinks.diagnostic({ code: 'LINE_TOO_LONG', message, bytes, head: short });
        if (options.onOversizeLine === 'fail') {
          sinks.fail(
            new ProtocolError({
              code: 'LINE_TOO_LONG',
              limit: options.maxLineBytes,
              bytes,
              head: short,
              message: `${message} Raise it, or let such lines be skipped.`,
            }),
          );
        }
      },
    },
  );

  return {
    push: (chunk) => framer.push(chunk),
    end() {
      const rest = framer.end();
      if (rest === undefined) return undefined;
      const parsed = parseLine(rest.text);
      if (parsed.kind !== 'invalid') {
        routeLine(rest.text, rest.valid);
        return undefined;
      }
      const head = rest.text.slice(0, headLength);
      const message = `The output ends in the middle of a line, after ${rest.bytes} bytes of it: what the CLI wanted to say last is lost.`;
      sinks.diagnostic({ code: 'STREAM_TRUNCATED', message, head, bytes: rest.bytes });
      return new ProtocolError({ code: 'STREAM_TRUNCATED', message, head, bytes: rest.bytes });
    },
  };
}
