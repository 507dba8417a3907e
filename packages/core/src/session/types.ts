import type { Observable } from 'rxjs';
import type { CallOptions, ControlChannel } from '../control/types.ts';
import type { SessionPolicyOptions } from '../policy/session-options.ts';
import type { TransportOptions } from '../policy/options.ts';
import type { CloseReceipt } from '../ports/child-process.ts';
import type { Diagnostic, Transport } from '../transport/types.ts';
import type { InitializeResponse, PermissionMode, PermissionVerdict } from '../wire/control.ts';
import type { Message, ResultMessage } from '../wire/messages.ts';
import type { UserInput } from '../wire/outgoing.ts';

/** What a permission callback gets besides the tool and its input. */
export interface ToolUseContext {
  /** Fires when the CLI takes the question back. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  readonly toolUseId?: string;
  /** Rules that the CLI proposes to add. */
  readonly suggestions?: readonly object[];
  readonly [more: string]: unknown;
}

/** Decides on one call of a tool. A throw denies the call, and the turn goes on. */
export type OnToolUse = (tool: string, input: unknown, context: ToolUseContext) => Promise<PermissionVerdict>;

/** Options of `openSession` and `query`. */
export interface SessionOptions extends TransportOptions, SessionPolicyOptions {
  /** How long the answer to `initialize` is waited for, in milliseconds. @defaultValue 60000 */
  readonly initializeTimeoutMs?: number;
  /** Is asked before a tool runs that the permission mode does not settle. @defaultValue such calls are refused by the CLI */
  readonly onToolUse?: OnToolUse;
  /** Ends the start of the session with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** The states of a {@link Turn}. */
export type TurnState = 'queued' | 'sent' | 'running' | 'settled';

/** One prompt, and everything that belongs to its answer. */
export interface Turn {
  /** The uuid of the user's line. */
  readonly id: string;
  /** Replays the current state; completes when settled. Never errors. */
  readonly state$: Observable<TurnState>;
  /** The whole turn, replayed; completes with the result, errors as the transport's `messages$`. */
  readonly messages$: Observable<Message>;
  /** The answer's text: deltas where partial messages are on, whole blocks otherwise; never both. */
  readonly text$: Observable<string>;
  /**
   * The result that names this turn. An interrupted turn resolves with its `error_during_execution` result.
   * @throws what ended the session before a result came
   */
  result(): Promise<ResultMessage>;
  /** Interrupts this turn if it runs; resolves when the CLI has acknowledged it. */
  interrupt(): Promise<void>;
}

/** A conversation with one agent process. */
export interface Session extends AsyncDisposable {
  /** The conversation's id; undefined until the first message names it. */
  readonly id: string | undefined;
  /** What `initialize` answered. */
  readonly info: InitializeResponse;
  readonly transport: Transport;
  readonly control: ControlChannel;
  /** Every message of every turn. Errors as the transport's `messages$`. */
  readonly messages$: Observable<Message>;
  /** The transport's diagnostics and the session's own; the last 100 are replayed. Never errors. */
  readonly diagnostics$: Observable<Diagnostic>;
  /** Sends a prompt at once. Turns are answered in order. */
  prompt(input: string | UserInput): Turn;
  /** Interrupts what runs; resolves when the CLI has acknowledged it. */
  interrupt(options?: CallOptions): Promise<void>;
  /** Changes the model for later turns; null goes back to the default. */
  setModel(model: string | null, options?: CallOptions): Promise<void>;
  setPermissionMode(mode: PermissionMode, options?: CallOptions): Promise<void>;
  /** The state of the MCP servers; also the cheapest sign of life, about 0.1 ms. */
  mcpStatus(options?: CallOptions): Promise<unknown>;
  /** How full the context is. Takes about 1.5 s in the real CLI: no sign of life. */
  contextUsage(options?: CallOptions): Promise<unknown>;
  stopTask(id: string, options?: CallOptions): Promise<void>;
  rewindFiles(userMessageId: string, options?: CallOptions): Promise<void>;
  /** Ends the process: by EOF when idle, by TERM at once while a turn runs. Idempotent, bounded. */
  close(): Promise<CloseReceipt>;
}
