import { connect, map, merge, type OperatorFunction } from 'rxjs';
import type { Message } from '@subwire/core';
import type { Output } from '../io/io.ts';
import { answerText } from './answer-text.ts';
import type { Piece } from './piece.ts';
import { safeText } from './safe-text.ts';
import { createStyle } from './style.ts';
import { toolLines } from './tool-lines.ts';

/** What the text depends on. */
export interface TextOptions {
  readonly stdout: Pick<Output, 'isTerminal'>;
  readonly stderr: Pick<Output, 'isTerminal' | 'hasColors' | 'columns'>;
  readonly quiet: boolean;
}

/** Puts a line on stderr below an unfinished line of the answer when both are the same screen. */
function onOwnLine(sharesScreen: boolean): (piece: Piece) => Piece {
  let midLine = false;
  return (piece) => {
    if (piece.to === 'stdout') {
      if (piece.text !== '') midLine = !piece.text.endsWith('\n');
      return piece;
    }
    const gap = midLine && sharesScreen ? '\n' : '';
    if (sharesScreen) midLine = false;
    return { ...piece, text: gap + piece.text };
  };
}

/** The answer as a person reads it: text on stdout, tool calls on stderr. */
export function renderText({ stdout, stderr, quiet }: TextOptions): OperatorFunction<Message, Piece> {
  const lines = { style: createStyle(stderr), width: stderr.columns };
  const answer = answerText();
  return (source) =>
    source.pipe(
      connect((messages) => {
        const text$ = messages.pipe(
          answer,
          map((text): Piece => ({ to: 'stdout', text: stdout.isTerminal ? safeText(text) : text })),
        );
        if (quiet) return text$;
        return merge(
          text$,
          messages.pipe(
            toolLines(lines),
            map((line): Piece => ({ to: 'stderr', text: `${line}\n` })),
          ),
        );
      }),
      map(onOwnLine(stdout.isTerminal && stderr.isTerminal)),
    );
}
