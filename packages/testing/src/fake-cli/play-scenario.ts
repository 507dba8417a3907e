import type { MockProcess } from '../mock/mock-process.ts';
import { parseScenario } from '../scenario/parse-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Step } from '../scenario/step.ts';
import { createBehavior, type PlayedScenario } from './behavior.ts';
import { createMockHost, type MockHostOptions } from './mock-host.ts';

/** A scenario that a mock process plays. */
export interface ScenarioPlay extends PlayedScenario {
  /** Throws when steps were left over or something came that no step expected. */
  assertFinished(): void;
}

/**
 * Lets a mock process behave as the fake CLI does with this scenario, in memory and in whatever time is current. Faults that need an operating system
 * (`leak-memory`, `burn-cpu`, `open-files`, `start-child`, `rewrite-config`) are refused.
 *
 * @example
 * const child = new MockProcess();
 * const play = playScenario(child, [{ expect: 'user' }, { assistant: 'hello' }, { result: 'hello' }]);
 */
export function playScenario(child: MockProcess, scenario: Scenario | readonly Step[], options: MockHostOptions = {}): ScenarioPlay {
  const behavior = createBehavior(createMockHost(child, options), parseScenario(scenario));
  child.behave({
    line: (line) => behavior.line(line),
    end: () => {
      behavior.end();
      return true;
    },
    signal: (signal) => {
      behavior.signal(signal);
      return true;
    },
  });
  child.once('spawn', () => behavior.start());
  return {
    get finished() {
      return behavior.played.finished;
    },
    get mismatch() {
      return behavior.played.mismatch;
    },
    assertFinished() {
      const { finished, mismatch } = behavior.played;
      if (mismatch !== undefined) throw new Error(mismatch);
      if (!finished) throw new Error('The scenario has steps that were not played. Let the host go on, or remove them.');
    },
  };
}
