import { ProtocolError } from '../errors/protocol-error.ts';
import { createLineFramer } from '../framing/line-framer.ts';
import { explainLine, parseLine } from '../framing/parse-line.ts';
import type { ControlCancelRequest, ControlRequest, ControlResponse } from '../wire/control.ts';
import { type RawFrame, sortFrame } from '../wire/frame.ts';
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
  function passUnknown(raw: RawFrame, size: number): void {
    const type = raw['type'];
    const message = `A frame of the unknown type or shape ${typeof type === 'string' ? type : '(none)'} was passed on as it came.`;
    sinks.diagnostic({ code: 'UNKNOWN_FRAME', message, raw });
    sinks.message({ type: 'unknown', raw }, size);
  }

  function passMessage(raw: RawFrame, size: number): void {
    const issues = options.validate?.(raw);
    if (issues === undefined) {
      sinks.message(raw as Message, size);
      return;
    }
    const message = `A message does not fit its schema: ${issues[0] ?? 'no reason given'}`;
    sinks.diagnostic({ code: 'INVALID_FRAME', message, issues, raw });
    sinks.message({ type: 'unknown', raw }, size);
  }

  function routeFrame(raw: RawFrame, size: number): void {
    switch (sortFrame(raw)) {
      case 'message':
        return passMessage(raw, size);
      case 'unknown':
        return passUnknown(raw, size);
      case 'control_request':
        return sinks.controlRequest(raw as unknown as ControlRequest);
      case 'control_response':
        return sinks.controlResponse(raw as unknown as ControlResponse);
      case 'control_cancel_request':
        return sinks.controlCancel(raw as unknown as ControlCancelRequest);
      case 'invalid':
        return sinks.diagnostic({
          code: 'INVALID_FRAME',
          message: `The CLI sent a ${String(raw['type'])} without a request id; it was ignored.`,
          raw,
        });
    }
  }

  function reportNoFrame(text: string): void {
    const reason = explainLine(text);
    const head = text.slice(0, headLength);
    if (reason.kind === 'noise') sinks.diagnostic({ code: 'NOISE_LINE', message: 'A line on stdout is no frame.', head });
    if (reason.kind !== 'invalid') return;
    const message = `A line opens like an object and is no JSON: ${reason.reason}`;
    sinks.diagnostic({ code: 'INVALID_JSON', message, head });
    if (options.strict) sinks.fail(new ProtocolError({ code: 'INVALID_JSON', message, head }));
  }

  function routeLine(text: string, valid: boolean): void {
    if (!valid) {
      const message = 'A line held bytes that are no UTF-8; each was replaced by U+FFFD.';
      sinks.diagnostic({ code: 'INVALID_UTF8', message, head: text.slice(0, headLength) });
    }
    const frame = parseLine(text);
    if (frame === undefined) reportNoFrame(text);
    else routeFrame(frame, text.length);
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
      if (parseLine(rest.text) !== undefined || explainLine(rest.text).kind !== 'invalid') {
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
