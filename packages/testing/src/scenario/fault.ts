/** Fields that every fault may have, though not every one looks at them. */
export interface FaultFields {
  /** How many bytes. */
  readonly bytes?: number;
  /** How many lines. */
  readonly lines?: number;
  /** How long, in milliseconds. */
  readonly ms?: number;
  /** When it strikes: after this many printed lines, 0 being the start. */
  readonly at?: number;
  /** The exit code. */
  readonly code?: number;
  /** For `start-child`. */
  readonly kind?: 'plain' | 'setsid' | 'double-fork' | 'ignore-term' | 'hold-stdout';
}

/** Every fault, with the fields that it knows beside those of {@link FaultFields}. */
export interface FaultOptions {
  /** Splits every line: into pieces of `bytes` (7), or in two at byte `at`. `ms` passes between pieces: none, or 2 with `at`. Pieces of one moment may arrive as one. */
  readonly chunk: object;
  /** Prints line `at` (the first result) without its line feed and exits with `code` (0). */
  readonly 'no-final-lf': object;
  /** Prints only `bytes` (half) of line `at` (the first result) and exits with `code` (0). */
  readonly 'truncated-last-line': object;
  /** Ends every line with CR LF. */
  readonly crlf: object;
  /** Begins with a byte order mark. */
  readonly bom: object;
  /** Puts U+2028, U+2029 and U+0085, unescaped, into every text. */
  readonly 'line-separators': object;
  /** Puts bytes that are not UTF-8 into the text of the first `lines` (1) assistant messages. */
  readonly 'invalid-utf8': object;
  /** Prints `lines` (1) lines that are not JSON before every frame. */
  readonly noise: { readonly text?: string };
  /** Prints one line of `bytes` (64 MiB and 1) before line `at` (the first assistant message or result); with `json: false` it is no JSON. */
  readonly 'oversize-line': { readonly json?: boolean };
  /** Prints nothing after `at` (1) lines, for `ms` (for ever), but lives and reads. */
  readonly stall: object;
  /** Never answers `initialize`. */
  readonly 'never-init': object;
  /** Answers but never prints the `result`; the turn stays open until it is interrupted. */
  readonly 'never-result': object;
  /** Falls silent after the first result and ignores the end of stdin. SIGTERM ends it. */
  readonly 'result-then-hang': object;
  /** Exits with `code` (0) where the first result should come. */
  readonly 'eof-without-result': object;
  /** From the first user message on prints `keep_alive` every `ms` (100) and nothing else. */
  readonly 'hang-with-heartbeat': object;
  /** Exits with `code` (1), or dies of `signal`, after `at` (0) lines; `stderr` is its last line there. */
  readonly 'exit-at': { readonly signal?: NodeJS.Signals; readonly stderr?: string };
  /** The end of stdin does not end it. */
  readonly 'ignore-eof': object;
  /** SIGTERM, SIGINT and SIGHUP do not end it. */
  readonly 'ignore-term': object;
  /** Does not react to the control request `interrupt`, nor answer it. */
  readonly 'ignore-interrupt': object;
  /** Writes `bytes` (4 MiB) to stderr before it reads anything, blocking while nobody drains it. */
  readonly 'flood-stderr': object;
  /** Writes `bytes` (4 MiB) of frames to stdout before it reads anything, blocking while nobody drains it. */
  readonly 'flood-stdout': object;
  /** Takes `ms` (2000) to start; until then nothing is read and signals kill. */
  readonly 'slow-init': object;
  /** Keeps `bytes` (50 MiB) more every second, growing every `ms` (50), up to `limit` bytes (4 GiB). */
  readonly 'leak-memory': { readonly limit?: number };
  /** Keeps `threads` (1) cores busy for `ms` (for ever) while it still answers. */
  readonly 'burn-cpu': { readonly threads?: number };
  /** Opens `count` (1000) files and says on stderr when it may not. */
  readonly 'open-files': { readonly count?: number };
  /** Starts `count` (1) processes that live for `ms` (60 000); `report` prints their pids on stderr. See {@link FaultFields.kind}, default `plain`. */
  readonly 'start-child': { readonly count?: number; readonly report?: boolean };
  /** Rewrites `file` (`.claude.json` in CLAUDE_CONFIG_DIR or HOME) `times` (20) times, every `ms` (5), with `bytes` (16 384), not atomically; says on stderr when what it read was no JSON. */
  readonly 'rewrite-config': { readonly file?: string; readonly times?: number };
  /** Lets `limit` (3) turns run at once over all processes that name the same `file`; any more get `rate_limit_event` and a 429, which resets after `ms` (1000). */
  readonly 'rate-limit': { readonly file?: string; readonly limit?: number };
  /** Exits with `code` (1), or dies of `signal`, at a user message that contains `text` (any). `file` counts over processes, `times` (always) limits. */
  readonly 'crash-on-input': { readonly text?: string; readonly file?: string; readonly times?: number; readonly signal?: NodeJS.Signals };
  /** Every result costs `usd` (0.10) more. */
  readonly 'report-cost': { readonly usd?: number };
  /** Exits with `code` (1) unless every one of `flags` and none of `without` is among the arguments. */
  readonly refuse: { readonly flags?: readonly string[]; readonly without?: readonly string[] };
  /** Prints an empty result of other origin before the real one. */
  readonly 'stray-result': object;
  /** Prints `lines` (1) frames of an unknown type, and as many of an unknown `system` subtype, before every assistant message. */
  readonly 'unknown-frame': object;
  /** Starts background work in the first turn, of `taskType` (`local_bash`), which ends with `code` (0) after `ms` (3000) and then starts a turn that nobody asked for. */
  readonly 'background-task': { readonly description?: string; readonly taskType?: string };
  /** Answers control requests, other than `initialize`, of `subtype` (any) only after `ms` (1000). */
  readonly 'late-control': { readonly subtype?: string };
  /** Prints every result twice. */
  readonly 'double-result': object;
}

/** The ways in which a fake CLI can misbehave. */
export type FaultName = keyof FaultOptions;

/** One way to misbehave, and how much of it. See {@link FaultOptions} for what each reads. */
export interface Fault extends FaultFields {
  readonly name: FaultName;
  readonly [more: string]: unknown;
}
