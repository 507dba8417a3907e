import { constants } from 'node:os';
import type { MockProcessBehavior } from './mock-options.ts';

/** What a process does about a signal that it neither handles nor ignores. */
export type DefaultAction = 'die' | 'stop' | 'continue' | 'nothing';

const actions: Readonly<Partial<Record<NodeJS.Signals, DefaultAction>>> = Object.freeze({
  SIGSTOP: 'stop',
  SIGTSTP: 'stop',
  SIGTTIN: 'stop',
  SIGTTOU: 'stop',
  SIGCONT: 'continue',
  SIGCHLD: 'nothing',
  SIGURG: 'nothing',
  SIGWINCH: 'nothing',
});

/** What a signal does to a process that ignores and handles these; nobody ignores or handles SIGKILL and SIGSTOP. */
export function reactionTo(signal: NodeJS.Signals, ignores: ReadonlySet<string>, behaviors: readonly MockProcessBehavior[]): DefaultAction {
  const catchable = signal !== 'SIGKILL' && signal !== 'SIGSTOP';
  if (catchable && (ignores.has(signal) || behaviors.some((behavior) => behavior.signal?.(signal) === true))) return 'nothing';
  return actions[signal] ?? 'die';
}

/** Turns what `kill()` was given into a name; undefined for 0, which only asks whether the process exists. Throws as Node does for any other. */
export function resolveSignal(signal: NodeJS.Signals | number): NodeJS.Signals | undefined {
  if (signal === 0) return undefined;
  const found = Object.entries(constants.signals).find(([name, number]) => name === signal || number === signal);
  if (found === undefined) throw Object.assign(new TypeError(`Unknown signal: ${signal}`), { code: 'ERR_UNKNOWN_SIGNAL' });
  return found[0] as NodeJS.Signals;
}
