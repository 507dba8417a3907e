import type { Observable } from 'rxjs';
import type { CallOptions, ControlChannel } from '../control/types.ts';
import type { CloseReceipt } from '../ports/child-process.ts';
import type { Diagnostic, Transport } from '../transport/types.ts';
import type { InitializeResponse, PermissionMode } from '../wire/control.ts';
import type { ContextUsage, McpServerStatus, RewindResponse } from '../wire/control-outgoing.ts';
import type { Message, ResultMessage } from '../wire/messages.ts';
import type { UserInput } from '../wire/outgoing.ts';
import type { SessionOptions } from './options.ts';
import type { ParkedRequest } from './parking.ts';
import type { RecoveryMode } from './recovery.ts';
import type { UsageLedger } from './usage.ts';

/** The states of a {@link Turn}. */
export type TurnState = 'queued' | 'sent' | 'running' | 'settled';

/** One prompt, and everything that belongs to its answer. */
export interface Turn {
  /** The uuid of the user's line. */
  readonly id: string;
  /** Replays the current state; completes when settled. Never errors. */
  readonly state$: Observable<TurnState>;
  /** The whole turn, replayed; completes with the result, errors as the session's `messages$`. */
  readonly messages$: Observable<Message>;
  /** The answer's text: deltas where partial messages are on, whole blocks otherwise; never both. */
  readonly text$: Observable<string>;
  /**
   * The result that names this turn. An interrupted turn resolves with its `error_during_execution` result.
   * @throws what ended the session before a result came; `CONTROL_CANCELED` for a prompt that was taken back before the agent began with it
   */
  result(): Promise<ResultMessage>;
  /** Interrupts this turn if it runs, takes it back if it waits; resolves when the CLI has acknowledged it. Nothing happens once it is settled. */
  interrupt(): Promise<void>;
}

/** A repeated call of the agent to its API. */
export interface Retrying {
  readonly attempt: number;
  readonly maxRetries: number | null;
  readonly delayMs: number | null;
  /** HTTP status of the failed call; null when there was none. */
  readonly status: number | null;
  /** The kind of failure, such as `overloaded`. */
  readonly error: string | null;
}

/** How long the phases of a session took, in milliseconds. What has not happened yet is undefined. */
export interface SessionTimings {
  /** From the call of `openSession` to the moment at which the operating system had started the process. */
  readonly spawnMs: number;
  /** From there to the answer to `initialize`. */
  readonly handshakeMs: number;
  /** From there to the first sign that no MCP server is `pending` any more: a `system/init`, or an answer to `mcpStatus()`. */
  readonly mcpReadyMs: number | undefined;
  /** From the writing of a prompt to the first piece of its answer; of the last turn that has one. Time spent waiting for an earlier turn does not count. */
  readonly firstTokenMs: number | undefined;
}

/** A conversation with one agent process. */
export interface Session extends AsyncDisposable {
  /** The conversation's id: the one of `sessionId` or `resume`, otherwise undefined until the first message names it. Stays after the end. */
  readonly id: string | undefined;
  /** What `initialize` answered. */
  readonly info: InitializeResponse;
  readonly transport: Transport;
  readonly control: ControlChannel;
  /** Every message of every turn. Errors as the transport's `messages$`, or with the clock that ran out. */
  readonly messages$: Observable<Message>;
  /** Messages of turns that nobody here asked for, such as one that a finished background task has started. Completes with `messages$`; never errors. */
  readonly stray$: Observable<Message>;
  /** The agent's repeated calls to its API. Completes with `messages$`; never errors. */
  readonly retries$: Observable<Retrying>;
  /** What was used, as raw totals and as what each turn added: the current ledger, then each change. Never errors. */
  readonly usage$: Observable<UsageLedger>;
  readonly usage: UsageLedger;
  /** How long each phase took: what is known now, then each change. Completes with `messages$`; never errors. */
  readonly timings$: Observable<SessionTimings>;
  readonly timings: SessionTimings;
  /** The transport's diagnostics and the session's own; the last 100 are replayed. Never errors. */
  readonly diagnostics$: Observable<Diagnostic>;
  /** Ids of background tasks that are under way. */
  readonly tasks: readonly string[];
  /** Calls of tools that had no result when the process ended: empty while it lives, and after an orderly end. */
  readonly dirty: readonly string[];
  /** Calls that were put aside for a person's decision. */
  readonly parked: readonly ParkedRequest[];
  /** With `parking.decision`: the turn in which the agent goes on with the call that was put aside. */
  readonly continued: Turn | undefined;
  /** Sends a prompt at once. Turns are answered in order. */
  prompt(input: string | UserInput): Turn;
  /** Interrupts what runs; resolves when the CLI has acknowledged it. */
  interrupt(options?: CallOptions): Promise<void>;
  /** Changes the model for later turns; null goes back to the default. */
  setModel(model: string | null, options?: CallOptions): Promise<void>;
  setPermissionMode(mode: PermissionMode, options?: CallOptions): Promise<void>;
  /** The state of the MCP servers; also the cheapest sign of life, about 0.1 ms. */
  mcpStatus(options?: CallOptions): Promise<{ readonly mcpServers: readonly McpServerStatus[] }>;
  mcpReconnect(server: string, options?: CallOptions): Promise<void>;
  mcpToggle(server: string, enabled: boolean, options?: CallOptions): Promise<void>;
  /** How full the context is. Takes about 1.5 s in the real CLI: no sign of life. */
  contextUsage(options?: CallOptions): Promise<ContextUsage>;
  /** Stops a background task; a `task_notification` with the status `stopped` follows. */
  stopTask(id: string, options?: CallOptions): Promise<void>;
  /** Puts files back to how they were before a prompt; needs `fileCheckpointing`. */
  rewindFiles(userMessageId: string, options?: CallOptions & { readonly dryRun?: boolean }): Promise<RewindResponse | undefined>;
  /**
   * Resolves when nothing goes on: no turn, no background task, no turn that one has started.
   * @throws ResultError `UNFINISHED_BACKGROUND_WORK` when the session ended with tasks open; what ended it otherwise
   */
  whenQuiescent(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Says that no more prompts come: stdin ends as soon as nothing needs it, and the process is gone when this resolves.
   * @throws LimitError `TIME_LIMIT`; ResultError `UNFINISHED_BACKGROUND_WORK`; what ended the session otherwise
   */
  end(): Promise<CloseReceipt>;
  /**
   * Stops whatever goes on: interrupt, and a wait for its acknowledgement and for the turn to settle; then EOF, TERM, KILL. Each rung is bounded; the receipt's
   * last rung is the one that worked. Prompts that were not written yet are never sent. The session's id stays.
   */
  stop(options?: StopOptions): Promise<CloseReceipt>;
  /** Ends the process: by EOF when idle, by TERM at once while something runs. Idempotent, bounded. */
  close(): Promise<CloseReceipt>;
  /**
   * Options to go on with after this process, to be spread into those of the next session. Nothing is sent by itself: what a killed agent was doing is done
   * again only when a prompt says so.
   * @throws ConfigError `INVALID_OPTION` when the conversation has no id yet
   */
  recover(mode: RecoveryMode): Pick<SessionOptions, 'resume' | 'forkSession'>;
}

/** Options of {@link Session.stop}. */
export interface StopOptions {
  /** How long each rung may take, in milliseconds. @defaultValue 2000 */
  readonly rungMs?: number;
}
