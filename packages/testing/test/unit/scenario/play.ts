import { advance, createMachine } from '../../../src/scenario/machine.ts';
import type { MachineEffect, MachineEvent, MachineState } from '../../../src/scenario/machine-types.ts';
import type { Step } from '../../../src/scenario/step.ts';

const context = { sessionId: 'session-1', cwd: '/workspace', model: 'model-1', seed: '11111111-2222-4333-8444-555555555555' };
const now = Date.parse('2026-01-02T03:04:05.678Z');

/** Feeds events and gives what the machine did about each. */
export function play(
  steps: readonly Step[],
  events: readonly MachineEvent[],
): { readonly done: readonly (readonly MachineEffect[])[]; readonly state: MachineState } {
  let state = createMachine(steps, context);
  const done = [{ type: 'start' } as const, ...events].map((event) => {
    const next = advance(state, event, now);
    state = next.state;
    return next.effects;
  });
  return { done, state };
}

export const line = (value: unknown): MachineEvent => ({ type: 'line', text: typeof value === 'string' ? value : JSON.stringify(value) });
export const timer = (token: number): MachineEvent => ({ type: 'timer', token });
