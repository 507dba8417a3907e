import type { Scenario } from '../scenario/scenario.ts';
import { createAgent } from './agent.ts';
import { applyFaults } from './faults/apply-faults.ts';
import type { Host } from './host.ts';
import { createStepPlayer } from './step-player.ts';

/** A fake process as seen from outside: it begins, hears lines, the end of stdin and signals, and speaks through its {@link Host}. */
export interface Behavior {
  start(): void;
  line(text: string): void;
  end(): void;
  signal(signal: NodeJS.Signals): void;
}

/** A scripted behaviour tells how far it has come. */
export interface PlayedScenario {
  /** Every step was played. Always true without steps. */
  readonly finished: boolean;
  /** The sentence about a line that no step expected. */
  readonly mismatch: string | undefined;
}

/** What a scenario does on a host: its steps or else the agent, and its faults around them. */
export function createBehavior(host: Host, scenario: Scenario): Behavior & { readonly played: PlayedScenario } {
  const { steps } = scenario;
  let played: PlayedScenario = { finished: true, mismatch: undefined };
  const behavior = applyFaults(host, scenario.faults ?? [], (inner, hooks) => {
    if (steps === undefined) return createAgent(inner, scenario, hooks);
    const player = createStepPlayer(inner, scenario, steps);
    played = player;
    return player;
  });
  return {
    start: () => behavior.start(),
    line: (text) => behavior.line(text),
    end: () => behavior.end(),
    signal: (signal) => behavior.signal(signal),
    get played() {
      return played;
    },
  };
}
