/** The ways in which a fake CLI can misbehave. */
export type FaultName =
  | 'chunk'
  | 'no-final-lf'
  | 'crlf'
  | 'bom'
  | 'line-separators'
  | 'invalid-utf8'
  | 'noise'
  | 'oversize-line'
  | 'stall'
  | 'never-init'
  | 'never-result'
  | 'result-then-hang'
  | 'eof-without-result'
  | 'hang-with-heartbeat'
  | 'exit-at'
  | 'truncated-last-line'
  | 'ignore-eof'
  | 'ignore-term'
  | 'ignore-interrupt'
  | 'flood-stderr'
  | 'flood-stdout'
  | 'slow-init'
  | 'leak-memory'
  | 'burn-cpu'
  | 'open-files'
  | 'start-child'
  | 'rewrite-config'
  | 'rate-limit'
  | 'crash-on-input'
  | 'report-cost'
  | 'refuse'
  | 'stray-result'
  | 'unknown-frame'
  | 'background-task'
  | 'late-control'
  | 'double-result';

/** One way to misbehave, and how much of it. */
export interface Fault {
  readonly name: FaultName;
  readonly bytes?: number;
  readonly lines?: number;
  readonly ms?: number;
  readonly at?: number;
  readonly code?: number;
  readonly kind?: 'plain' | 'setsid' | 'double-fork' | 'ignore-term' | 'hold-stdout';
  readonly [more: string]: unknown;
}
