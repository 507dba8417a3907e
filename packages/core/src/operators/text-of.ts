import { Observable, type OperatorFunction } from 'rxjs';
import type { ContentBlock } from '../wire/content.ts';
import type { Message } from '../wire/messages.ts';

/** Turns messages into pieces of the answer's text, statefully: one reader per stream. */
export interface TextReader {
  /** The text that this message adds, in order; usually none or one piece. */
  read(message: Message): readonly string[];
}

const nothing: readonly string[] = [];

function textOfBlocks(blocks: readonly ContentBlock[]): readonly string[] {
  return blocks.flatMap((block) =>
    block.type === 'text' && typeof block['text'] === 'string' && block['text'] !== '' ? [block['text']] : nothing,
  );
}

/**
 * The CLI says an answer's text up to three times: in deltas, in `assistant` and in `result`. This takes the deltas of messages that come in pieces and the
 * whole blocks of the others. Lines of subagents and the prose of API failures are not part of the answer.
 */
function createTextReader(): TextReader {
  let streaming: string | undefined;
  return {
    read(message) {
      if (message.type === 'stream_event') {
        if (message.parent_tool_use_id != null) return nothing;
        const { event } = message;
        if (event.type === 'message_start') {
          const start = event['message'] as { readonly id?: string } | undefined;
          streaming = start?.id ?? '';
        }
        const text = event.type === 'content_block_delta' && event.delta?.type === 'text_delta' ? event.delta.text : undefined;
        return text === undefined || text === '' ? nothing : [text];
      }
      if (message.type !== 'assistant' || message.parent_tool_use_id != null || message.error !== undefined) return nothing;
      // Each block's `assistant` line comes in the midst of the deltas of its own message.
      if (streaming !== undefined && (message.message.id ?? '') === streaming) return nothing;
      return textOfBlocks(message.message.content);
    },
  };
}

/** The text of an answer as it comes: deltas where partial messages are on, whole blocks otherwise; never both. */
export function textOf(): OperatorFunction<Message, string> {
  return (source) =>
    new Observable((subscriber) => {
      const reader = createTextReader();
      return source.subscribe({
        next: (message) => {
          for (const text of reader.read(message)) subscriber.next(text);
        },
        error: (cause) => subscriber.error(cause),
        complete: () => subscriber.complete(),
      });
    });
}
