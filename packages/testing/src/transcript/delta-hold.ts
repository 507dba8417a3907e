import type { TranscriptLine } from './transcript-line.ts';

/** Releases lines in their order, holding back a streamed text until it is complete. */
export interface DeltaHold {
  push(line: TranscriptLine): readonly TranscriptLine[];
  /** Everything that is still held, because the process has ended in the middle of a text. */
  flush(): readonly TranscriptLine[];
}

interface StreamEvent {
  readonly type?: string;
  readonly parent_tool_use_id?: string | null;
  readonly event?: { readonly type?: string; readonly index?: number; readonly delta?: Readonly<Record<string, unknown>> };
}

const deltaFields = ['text', 'thinking', 'partial_json'] as const;

function eventIn(
  line: TranscriptLine,
): { readonly key: string; readonly type: string; readonly field?: string; readonly piece?: string } | undefined {
  if (line.dir !== 'stdout') return undefined;
  const frame = line.json as StreamEvent | null | undefined;
  if (frame?.type !== 'stream_event' || frame.event?.type === undefined) return undefined;
  const { type, index, delta } = frame.event;
  const key = `${frame.parent_tool_use_id ?? ''}:${index ?? ''}`;
  const field = deltaFields.find((name) => typeof delta?.[name] === 'string');
  return field === undefined ? { key, type } : { key, type, field, piece: String(delta?.[field]) };
}

function withPiece(line: TranscriptLine, field: string, piece: string): TranscriptLine {
  const data = line as TranscriptLine & { readonly json: StreamEvent };
  const event = { ...data.json.event, delta: { ...data.json.event?.delta, [field]: piece } };
  return { ...data, json: { ...data.json, event } };
}

/**
 * A secret may come in two deltas, neither of which shows it. So the deltas of a block wait for the block's end, and when cleaning the whole text changes
 * it, the first delta carries the clean text and the others nothing.
 */
export function createDeltaHold(clean: (text: string) => string): DeltaHold {
  let held: TranscriptLine[] = [];
  const open = new Map<string, { readonly at: number; readonly field: string; readonly piece: string }[]>();

  const settle = (key: string): void => {
    const pieces = open.get(key) ?? [];
    open.delete(key);
    const whole = pieces.map(({ piece }) => piece).join('');
    const cleaned = clean(whole);
    if (cleaned === whole) return;
    for (const [index, { at, field }] of pieces.entries()) {
      const line = held[at];
      if (line !== undefined) held[at] = withPiece(line, field, index === 0 ? cleaned : '');
    }
  };
  const release = (): readonly TranscriptLine[] => {
    if (open.size > 0) return [];
    const lines = held;
    held = [];
    return lines;
  };
  const settleAll = (): void => {
    for (const key of [...open.keys()]) settle(key);
  };

  return {
    push(line) {
      const event = eventIn(line);
      held.push(line);
      const type = (line as { readonly json?: { readonly type?: string } | null }).json?.type;
      if (event?.field !== undefined) {
        const pieces = open.get(event.key) ?? [];
        pieces.push({ at: held.length - 1, field: event.field, piece: event.piece ?? '' });
        open.set(event.key, pieces);
      } else if (event?.type === 'content_block_stop') settle(event.key);
      // An interrupted or retried stream never closes its blocks.
      else if (event?.type === 'message_start' || event?.type === 'message_stop' || type === 'result') settleAll();
      return release();
    },
    flush() {
      settleAll();
      return release();
    },
  };
}
