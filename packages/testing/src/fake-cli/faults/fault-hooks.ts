import type { JsonObject } from '../../scenario/json.ts';
import type { Reply } from '../../scenario/reply.ts';
import type { AgentState } from '../agent-state.ts';
import type { Host } from '../host.ts';

/** What the agent lets a fault decide about its turns. */
export interface TurnHooks {
  /** Other replies than the scenario's. */
  replies?(prompt: string): readonly Reply[] | undefined;
  /** `system/init` was printed. */
  began?(state: AgentState): void;
  /** The turn does everything but print its result; only an interruption ends it. */
  readonly withholdsResult?: boolean;
  /** The result was printed. */
  ended?(): void;
}

/** Where a fault can step in. Every `next` goes on to the other faults and in the end to the real thing; not calling it swallows. */
export interface FaultHooks extends TurnHooks {
  /** Before anything else; the process begins with `next`. */
  start?(next: () => void): void;
  /** An outgoing frame. */
  frame?(frame: JsonObject, next: (frame: JsonObject) => void): void;
  /** An outgoing line as bytes, line feed included. */
  bytes?(bytes: Uint8Array, next: (bytes: Uint8Array) => void): void;
  /** A line of stdin. */
  line?(text: string, next: (text: string) => void): void;
  /** The end of stdin. */
  end?(next: () => void): void;
  signal?(signal: NodeJS.Signals, next: (signal: NodeJS.Signals) => void): void;
  exit?(code: number, next: (code: number) => void): void;
}

/** What a fault can do by itself. */
export interface FaultContext {
  readonly host: Host;
  /** Prints a frame that passes no frame hooks, but all byte hooks. */
  print(frame: JsonObject): void;
  /** Prints bytes that pass no hooks. */
  printRaw(bytes: Uint8Array): void;
  /** Lets nothing more out and nothing more in, but stays alive; signals and, unless `deaf`, EOF still end it. */
  freeze(deaf: boolean): void;
}

export type FaultFactory = (fault: Readonly<Record<string, unknown>>, context: FaultContext) => FaultHooks;

/** A number of a fault, or its default. */
export function numberOf(fault: Readonly<Record<string, unknown>>, key: string, fallback: number): number {
  const value = fault[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
}

export function textOf(fault: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = fault[key];
  return typeof value === 'string' ? value : undefined;
}
