import { constants } from 'node:os';

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

export function defaultAction(signal: NodeJS.Signals): DefaultAction {
  return actions[signal] ?? 'die';
}

/** Turns what `kill()` was given into a name; undefined for 0, which only asks whether the process exists. Throws as Node does for any other. */
export function resolveSignal(signal: NodeJS.Signals | number): NodeJS.Signals | undefined {
  if (signal === 0) return undefined;
  const found = Object.entries(constants.signals).find(([name, number]) => name === signal || number === signal);
  if (found === undefined) throw Object.assign(new TypeError(`Unknown signal: ${signal}`), { code: 'ERR_UNKNOWN_SIGNAL' });
  return found[0] as NodeJS.Signals;
}
