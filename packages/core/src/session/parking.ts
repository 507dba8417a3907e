import type { PermissionVerdict } from '../wire/control.ts';
import type { HookMatcher } from './hooks.ts';

/** A call of a tool that waits for a person. Plain data: it can be written down and outlive every process. */
export interface ParkedRequest {
  readonly version: 1;
  /** The conversation to resume. */
  readonly sessionId: string;
  /** The call. */
  readonly toolUseId: string;
  readonly tool: string;
  readonly input: unknown;
  /** SHA-256 over the tool and its input, in hexadecimal: a decision holds for exactly this. */
  readonly digest: string;
  /** When a decision comes too late, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** A person's decision on a {@link ParkedRequest}. */
export interface ParkedDecision {
  readonly request: ParkedRequest;
  readonly verdict: PermissionVerdict;
}

/** Options for calls that wait for a person. */
export interface ParkingOptions {
  /** Which tools, as a pattern such as `Bash|mcp__shop__.*`; null for all. @defaultValue null */
  readonly matcher?: string | null;
  /**
   * Is asked before each of these calls. `'park'` ends the turn with the call put aside (the result's `stop_reason` is `tool_deferred`); the request is then in
   * `session.parked`. `'ask-as-usual'` leaves the call to the permission mode and `onToolUse`.
   */
  readonly ask: (request: ParkedRequest, context: { readonly signal: AbortSignal }) => Promise<PermissionVerdict | 'park' | 'ask-as-usual'>;
  /** How long a decision may take, in milliseconds; a later one denies. @defaultValue 86400000 (a day) */
  readonly expiresAfterMs?: number;
  /** What was decided about a call of the conversation that is resumed. Give `resume` as well. @defaultValue none */
  readonly decision?: ParkedDecision;
}

const dayMs = 86_400_000;

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

/** The digest of a call: the same for the same tool and input, whatever the order of the keys. */
export function digestOf(tool: string, input: unknown): string {
  // Loaded by those who park alone.
  return process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(JSON.stringify([tool, canonical(input)]))
    .digest('hex');
}

/** Calls that were put aside in one session, and the hook that does it. */
export interface ParkingLot {
  readonly matcher: HookMatcher;
  readonly parked: readonly ParkedRequest[];
}

function output(verdict: PermissionVerdict | 'defer'): object {
  const hookEventName = 'PreToolUse';
  if (verdict === 'defer') return { hookSpecificOutput: { hookEventName, permissionDecision: 'defer' } };
  if (verdict.behavior === 'deny')
    return { hookSpecificOutput: { hookEventName, permissionDecision: 'deny', permissionDecisionReason: verdict.message } };
  const { updatedInput } = verdict;
  return { hookSpecificOutput: { hookEventName, permissionDecision: 'allow', ...(updatedInput !== undefined && { updatedInput }) } };
}

function refuse(message: string): PermissionVerdict {
  return { behavior: 'deny', message };
}

/** Holds a decision against the call that is about to run. */
function apply({ request, verdict }: ParkedDecision, call: ParkedRequest, nowMs: number): PermissionVerdict {
  const digest = digestOf(request.tool, request.input);
  if (digest !== request.digest || digest !== call.digest)
    return refuse('The call is not the one that was decided on: its tool or its input has changed.');
  if (nowMs > request.expiresAtMs) return refuse('The decision came too late.');
  return verdict;
}

/**
 * Puts calls aside by the CLI's own means: a hook that defers ends the turn and keeps the call in the conversation, and a process that resumes it asks the hook
 * about the same call again. So nothing has to wait with an open socket, and nothing is replayed by guessing.
 */
export function createParkingLot(options: ParkingOptions, now: () => number = Date.now): ParkingLot {
  const parked: ParkedRequest[] = [];
  const expiresAfterMs = options.expiresAfterMs ?? dayMs;
  let decision = options.decision;

  async function hook(input: Readonly<Record<string, unknown>>, toolUseId: string | undefined, signal: AbortSignal): Promise<object> {
    const tool = String(input['tool_name']);
    const toolInput = input['tool_input'];
    const id = toolUseId ?? String(input['tool_use_id']);
    const call: ParkedRequest = {
      version: 1,
      sessionId: String(input['session_id']),
      toolUseId: id,
      tool,
      input: toolInput,
      digest: digestOf(tool, toolInput),
      expiresAtMs: now() + expiresAfterMs,
    };
    if (decision?.request.toolUseId === id) {
      const made = decision;
      // Once: a second call with the same id is another question.
      decision = undefined;
      return output(apply(made, call, now()));
    }
    const verdict = await options.ask(call, { signal });
    if (verdict === 'ask-as-usual') return {};
    if (verdict !== 'park') return output(verdict);
    parked.push(call);
    return output('defer');
  }

  return {
    matcher: {
      matcher: options.matcher ?? null,
      timeout: Math.ceil(expiresAfterMs / 1000),
      onFailure: 'block',
      hooks: [(input: Readonly<Record<string, unknown>>, toolUseId, { signal }) => hook(input, toolUseId, signal)],
    },
    parked,
  };
}
