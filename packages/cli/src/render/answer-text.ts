import { Observable, type OperatorFunction, Subject } from 'rxjs';
import type { Message, ResultMessage } from '@subwire/core';
import { textOf } from '@subwire/core/operators';

/** Tells where a new paragraph begins. */
function createBlockReader(): (message: Message) => boolean {
  let streaming: string | undefined;
  return (message) => {
    // The `assistant` line of a message that comes in pieces stands in the midst of those.
    if (message.type === 'assistant') return streaming === undefined || message.message.id !== streaming;
    if (message.type !== 'stream_event') return false;
    if (message.event.type === 'message_start') {
      const start = message.event['message'] as { readonly id?: string } | undefined;
      streaming = start?.id;
      return true;
    }
    return message.event.type === 'content_block_start';
  };
}

/**
 * The answer's text as it comes. What was said before and after a tool call are paragraphs of their own: glued together, one sentence would run into
 * the next. Where an answer comes in the result only, as that of a local command does, it is taken from there. Ends with a line feed if there was any text.
 */
export function answerText(): OperatorFunction<Message, string> {
  return (source) =>
    new Observable((subscriber) => {
      const messages = new Subject<Message>();
      const opensBlock = createBlockReader();
      let written = '';
      let newBlock = false;
      let saidInTurn = false;
      const say = (text: string): void => {
        const gap = newBlock && written !== '' ? '\n\n'.slice(/\n*$/.exec(written)?.[0].length ?? 0) : '';
        newBlock = false;
        saidInTurn = true;
        // Two characters are enough to know how many line feeds the end has.
        written = (written + gap + text).slice(-2);
        subscriber.next(gap + text);
      };
      const takeResult = (message: ResultMessage): void => {
        if (!saidInTurn && !message.is_error && message.result !== undefined && message.result !== '') say(message.result);
        saidInTurn = false;
        newBlock = true;
      };
      const finish = (): void => {
        if (written !== '' && !written.endsWith('\n')) subscriber.next('\n');
      };
      const reading = messages.pipe(textOf()).subscribe(say);
      reading.add(
        source.subscribe({
          next(message) {
            newBlock ||= opensBlock(message);
            messages.next(message);
            if (message.type === 'result') takeResult(message);
          },
          error: (cause: unknown) => {
            finish();
            subscriber.error(cause);
          },
          complete() {
            finish();
            subscriber.complete();
          },
        }),
      );
      return reading;
    });
}
