/** Everything on which the life of stdin depends. */
export interface InputLifetime {
  /** Prompts without a result. */
  readonly turns: number;
  /** Whether a turn runs, or is about to: also one that nobody asked for. */
  readonly running: boolean;
  /** Background tasks that were reported and have not ended. */
  readonly tasks: number;
  /** Control requests of ours without an answer. */
  readonly sent: number;
  /** Questions of the CLI without an answer. */
  readonly asked: number;
  /** Whether the caller has nothing more to say. */
  readonly callerEnded: boolean;
  /** Whether stdin was ended. */
  readonly ended: boolean;
}

/** What can change it: each says how things stand now. */
export type InputEvent =
  | { readonly kind: 'turns'; readonly open: number }
  | { readonly kind: 'activity'; readonly running: boolean; readonly tasks: number }
  | { readonly kind: 'control'; readonly sent: number; readonly asked: number }
  | { readonly kind: 'caller-ended' };

/** Nothing is under way, and the caller may still say something. */
export const freshInput: InputLifetime = Object.freeze({
  turns: 0,
  running: false,
  tasks: 0,
  sent: 0,
  asked: 0,
  callerEnded: false,
  ended: false,
});

function apply(state: InputLifetime, event: InputEvent): InputLifetime {
  switch (event.kind) {
    case 'turns':
      return { ...state, turns: event.open };
    case 'activity':
      return { ...state, running: event.running, tasks: event.tasks };
    case 'control':
      return { ...state, sent: event.sent, asked: event.asked };
    case 'caller-ended':
      return { ...state, callerEnded: true };
  }
}

/** Whether something is under way that still needs stdin: an answer that cannot be written is an answer lost. */
export function needsInput({ turns, running, tasks, sent, asked }: InputLifetime): boolean {
  return turns > 0 || running || tasks > 0 || sent > 0 || asked > 0;
}

/**
 * The next state. Stdin ends (`ended` becomes true, once) only when the caller has ended and nothing is pending either way: ended after the first result, or
 * with the caller's input, permission replies, hooks and in-process MCP answers would fail while the CLI is alive and waits for them.
 */
export function stepInput(state: InputLifetime, event: InputEvent): InputLifetime {
  const next = apply(state, event);
  return !next.ended && next.callerEnded && !needsInput(next) ? { ...next, ended: true } : next;
}
