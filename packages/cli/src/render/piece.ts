/** Something to print, and where. Results go to stdout, everything else to stderr. */
export interface Piece {
  readonly to: 'stdout' | 'stderr';
  readonly text: string;
}
