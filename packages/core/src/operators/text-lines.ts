import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Whole lines out of pieces of text, cut at LF with one CR before it dropped; what is left at the end is a line of its own. For `detectPatterns`, whose
 * matches may lie across two pieces.
 */
export function textLines(): OperatorFunction<string, string> {
  return (source) =>
    new Observable((subscriber) => {
      let pieces: string[] = [];
      const emit = (): void => {
        const line = pieces.join('');
        pieces = [];
        subscriber.next(line.endsWith('\r') ? line.slice(0, -1) : line);
      };
      return source.subscribe({
        next(text) {
          let start = 0;
          for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
            pieces.push(text.slice(start, end));
            emit();
            start = end + 1;
          }
          if (start < text.length) pieces.push(text.slice(start));
        },
        error: (cause) => subscriber.error(cause),
        complete() {
          if (pieces.length > 0) emit();
          subscriber.complete();
        },
      });
    });
}
