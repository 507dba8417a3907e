import { ProtocolError } from '../errors/protocol-error.ts';
import { createPullBuffer } from '../streams/pull-buffer.ts';
import type { Message } from '../wire/messages.ts';
import type { Flow } from './flow.ts';
import type { Outlets } from './outlets.ts';
import type { ReadOptions } from './types.ts';

const defaultHighWaterMark = 64 * 1024;

/** Messages for one reader that pulls, with a bound on what waits for it. */
export function readMessages(outlets: Outlets, flow: Flow, options: ReadOptions = {}): AsyncIterableIterator<Message> {
  const { highWaterMark = defaultHighWaterMark, onOverflow = 'pause' } = options;
  const reader = {};
  const buffer = createPullBuffer<Message>({
    highWaterMark,
    onOverflow,
    onFull: (full) => flow.setFull(reader, full),
    onGap(dropped) {
      const message = `A slow reader missed ${dropped} ${dropped === 1 ? 'message' : 'messages'}; the oldest ones were dropped.`;
      outlets.diagnostics.next({ code: 'GAP', message, dropped });
    },
    overflow: () =>
      new ProtocolError({
        code: 'HELD_OVERFLOW',
        limit: highWaterMark,
        message: `A reader fell behind by more than ${highWaterMark} bytes. Read faster, raise highWaterMark, or choose another onOverflow.`,
      }),
    onDone() {
      flow.setFull(reader, false);
      subscription.unsubscribe();
    },
  });
  const subscription = outlets.messages.stream$.subscribe({
    next: (message) => buffer.push(message, outlets.messages.weight),
    error: (cause: unknown) => buffer.end({ cause }),
    complete: () => buffer.end(),
  });
  return buffer.iterator;
}
