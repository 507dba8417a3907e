import { cliFacts } from '../scenario/cli-facts.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { MachineEvent } from '../scenario/machine-types.ts';
import { advance, createMachine, isFinished } from '../scenario/machine.ts';
import type { Step } from '../scenario/step.ts';
import type { Behavior, PlayedScenario } from './behavior.ts';
import { parseFlags } from './flags.ts';
import type { Host } from './host.ts';

/** Plays steps on a host: feeds the pure machine and does what it says. */
export function createStepPlayer(host: Host, scenario: Scenario, steps: readonly Step[]): Behavior & PlayedScenario {
  const flags = parseFlags(host.argv);
  const seed = host.uuid();
  const sessionId = flags.value('session-id') ?? flags.value('resume') ?? host.uuid();
  let state = createMachine(steps, { seed, sessionId, cwd: host.cwd, model: scenario.model ?? flags.value('model') ?? cliFacts.model });
  const handle = (event: MachineEvent): void => {
    const next = advance(state, event, host.nowMs());
    state = next.state;
    for (const effect of next.effects) {
      if (effect.type === 'frame') host.write(effect.frame);
      else if (effect.type === 'raw') host.writeRaw(effect.bytes);
      else if (effect.type === 'complain') host.complain(effect.line);
      else if (effect.type === 'timer') host.after(effect.ms, () => handle({ type: 'timer', token: effect.token }));
      else if (effect.type === 'close') host.close(effect.pipe);
      else if (effect.type === 'exit') host.exit(effect.code);
      else host.die(effect.signal);
    }
  };
  return {
    start: () => handle({ type: 'start' }),
    line: (text) => {
      if (text.trim() !== '') handle({ type: 'line', text });
    },
    end: () => handle({ type: 'input-ended' }),
    signal: (signal) => handle({ type: 'signal', signal }),
    get finished() {
      return isFinished(state);
    },
    get mismatch() {
      return state.mismatch;
    },
  };
}
