import type { Observable } from 'rxjs';
import type { Io } from '../io/io.ts';
import type { Piece } from './piece.ts';

/** Prints one piece. Nothing else in the command writes to an output. */
export function printPiece(io: Pick<Io, 'stdout' | 'stderr'>, { to, text }: Piece): void {
  io[to].write(text);
}

/** Prints pieces as they come. Resolves at their end; an error of the stream ends the printing and is left to whoever waits for the result. */
export function printAll(io: Pick<Io, 'stdout' | 'stderr'>, pieces$: Observable<Piece>): Promise<void> {
  return new Promise((resolve) => {
    pieces$.subscribe({ next: (piece) => printPiece(io, piece), error: () => resolve(), complete: () => resolve() });
  });
}
