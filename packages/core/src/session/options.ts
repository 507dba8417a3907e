import type { SessionPolicyOptions } from '../policy/session-options.ts';
import type { TransportOptions } from '../policy/options.ts';
import type { ClockOptions } from './clocks.ts';
import type { DialogCallbacks } from './dialogs.ts';
import type { Hooks } from './hooks.ts';
import type { SdkMcpServer } from './mcp-types.ts';
import type { ParkingOptions } from './parking.ts';
import type { OnToolUse } from './tool-use.ts';

/** How long callbacks may take, in milliseconds, each call by itself. A hook has the `timeout` of its matcher. */
export interface CallbackTimeouts {
  /** A decision of `onToolUse`; the call is denied then. @defaultValue no limit of its own: `clocks.silenceMs.human` holds */
  readonly toolUseMs?: number;
  /** A call of an in-process MCP server. @defaultValue no limit of its own: the CLI has one */
  readonly mcpMs?: number;
}

/** Options of `openSession` and `query`. */
export interface SessionOptions extends TransportOptions, SessionPolicyOptions, DialogCallbacks {
  /** How long the answer to `initialize` is waited for, in milliseconds. @defaultValue 60000 */
  readonly initializeTimeoutMs?: number;
  /**
   * Is asked before a tool runs that the permission mode does not settle. Without `permissionMode`, an agent that reads no settings is started in the mode
   * `default`; otherwise a mode that passes the callback over is reported as `CALLBACK_SHADOWED`.
   * @defaultValue such calls are refused by the CLI
   */
  readonly onToolUse?: OnToolUse;
  /** Callbacks at certain moments, by event. @defaultValue none */
  readonly hooks?: Hooks;
  /** MCP servers in this process, by name. The same server may be given to several sessions. @defaultValue none */
  readonly sdkMcpServers?: Readonly<Record<string, SdkMcpServer>>;
  /** Time limits of callbacks. */
  readonly timeouts?: CallbackTimeouts;
  /** Time limits of the session; each ends in `TIME_LIMIT` that names its clock. */
  readonly clocks?: ClockOptions;
  /**
   * When a run is done: once nothing goes on any more, background work and the turns it starts included, or with the last prompt's result. What is dropped in
   * the first case is reported as `UNFINISHED_BACKGROUND_WORK`, never as success.
   * @defaultValue 'quiescent'
   */
  readonly completion?: 'quiescent' | 'result';
  /** Text put before the first prompt, once. @defaultValue nothing */
  readonly framework?: string;
  /** Changes the text of each prompt before it is sent; a throw fails that turn only. @defaultValue the text as it is */
  readonly beforeSend?: (text: string) => string | Promise<string>;
  /** Lets calls of tools be put aside until a person has decided, across the end of this process. @defaultValue none */
  readonly parking?: ParkingOptions;
  /** Ends the start of the session with the signal's own reason, whatever the start is at, once the process is gone. */
  readonly signal?: AbortSignal;
}
