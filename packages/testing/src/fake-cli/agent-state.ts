import type { FrameContext } from '../scenario/frames.ts';
import type { JsonObject } from '../scenario/json.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TokenLedger } from '../scenario/usage.ts';
import type { Effect } from './coroutine.ts';
import type { TurnHooks } from './faults/fault-hooks.ts';
import type { Flags } from './flags.ts';
import type { Host } from './host.ts';

/** How the host answered a control request of ours. */
export type Answer =
  | { readonly kind: 'success'; readonly response: JsonObject }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'closed' };

/** One matcher of one event, as `initialize` registered it. */
export interface HookMatcher {
  readonly matcher: string | undefined;
  readonly callbackIds: readonly string[];
  readonly timeoutMs: number | undefined;
  readonly blocks: boolean;
}

/** A message of the user that waits for its turn or has one. */
export interface UserMessage {
  readonly uuid: string | undefined;
  readonly content: unknown;
  readonly text: string;
  readonly queries: boolean;
  readonly priority: string;
}

/** Work that goes on after its turn. */
export interface BackgroundTask {
  readonly id: string;
  readonly runId: string;
  readonly toolUseId: string;
  readonly description: string;
  readonly type: string;
  stop(): void;
}

/** An in-process MCP server of the host. */
export interface McpClient {
  readonly name: string;
  status: 'pending' | 'connected' | 'failed';
  serverInfo: JsonObject | undefined;
  /** Names of its tools. */
  tools: readonly string[];
  nextId: number;
  /** Times a connection was tried. */
  attempts: number;
  /** Resolves the waiters once it is connected or has failed. */
  readonly waiting: (() => void)[];
}

/** Everything that the fake CLI knows about its session. The one mutable thing in it. */
export interface AgentState extends FrameContext {
  readonly host: Host;
  readonly scenario: Scenario;
  readonly flags: Flags;
  readonly turnHooks: TurnHooks;
  sessionId: string;
  model: string;
  permissionMode: string;
  readonly defaultModel: string;
  readonly startedMs: number;
  initialized: boolean;
  inputEnded: boolean;
  /** A user message was taken. */
  begun: boolean;
  turns: number;
  results: number;
  apiRequests: number;
  lastFailed: boolean;
  total: TokenLedger;
  since: TokenLedger;
  readonly queue: UserMessage[];
  readonly hooks: Map<string, readonly HookMatcher[]>;
  readonly mcp: Map<string, McpClient>;
  readonly tasks: Map<string, BackgroundTask>;
  /** Ends of background work that the model has yet to be told of. */
  readonly notices: { readonly text: string; readonly runId: string }[];
  /** Tools that the user allowed for the session. */
  readonly allowed: Set<string>;
  say(frame: JsonObject): void;
  /** Sends a control request to the host. Calling it off, or its time running out, withdraws it: with a `control_cancel_request`, or as `withdraw` says. */
  ask(request: JsonObject, options?: { readonly timeoutMs?: number; readonly withdraw?: () => void }): Effect<Answer>;
  /** Something ended that may have kept the process from going on or leaving. */
  wake(): void;
}

/** Waits in the agent's own time. */
export function wait(state: AgentState, ms: number): Effect<undefined> {
  return (resume) => state.host.after(ms, () => resume(undefined));
}
