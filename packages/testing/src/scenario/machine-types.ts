import type { JsonObject } from './json.ts';
import type { Bindings } from './match.ts';
import type { Step } from './step.ts';

/** What happens to a scripted process. */
export type MachineEvent =
  | { readonly type: 'start' }
  /** One line of stdin, without its line feed. */
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'input-ended' }
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals }
  /** A timer that an effect asked for has run out. */
  | { readonly type: 'timer'; readonly token: number };

/** What a scripted process does. */
export type MachineEffect =
  | { readonly type: 'frame'; readonly frame: JsonObject }
  | { readonly type: 'raw'; readonly bytes: Uint8Array }
  | { readonly type: 'complain'; readonly line: string }
  | { readonly type: 'timer'; readonly token: number; readonly ms: number }
  | { readonly type: 'close'; readonly pipe: 'stdin' | 'stdout' | 'stderr' }
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'die'; readonly signal: NodeJS.Signals };

/** What a scripted process knows. Nothing in it is ever changed in place. */
export interface MachineState {
  readonly steps: readonly Step[];
  /** The step that is being played. */
  readonly at: number;
  /** Lines that arrived and were not expected yet. */
  readonly lines: readonly unknown[];
  readonly inputEnded: boolean;
  readonly bindings: Bindings;
  /** What the current step waits for: the timer of this token, or the answer to the request of this id. */
  readonly waiting: { readonly token: number } | { readonly requestId: string } | undefined;
  /** Answers that are sent later, by token. */
  readonly late: ReadonlyMap<number, JsonObject>;
  /** How often the current `emit` has printed. */
  readonly emitted: number;
  readonly ignores: ReadonlySet<string>;
  readonly tokens: number;
  readonly uuids: number;
  readonly results: number;
  /** `over`: an exit or a death was ordered. */
  readonly life: 'running' | 'hanging' | 'over';
  /** Why the process gave up, if it did. */
  readonly mismatch: string | undefined;
  readonly context: MachineContext;
}

/** What a scripted process is told about itself. */
export interface MachineContext {
  readonly sessionId: string;
  readonly cwd: string;
  readonly model: string;
  /** A UUID from which all ids are made, so that equal seeds give equal frames. */
  readonly seed: string;
}

/** The new state, and what to do now. */
export interface Advance {
  readonly state: MachineState;
  readonly effects: readonly MachineEffect[];
}

/** The exit code after a line that a step did not expect. */
export const mismatchExitCode = 65;
