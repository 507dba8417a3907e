import { asyncScheduler, Subscription } from 'rxjs';
import { MockProcess } from '../mock/mock-process.ts';
import { mockSpawner, type MockSpawner } from '../mock/mock-spawner.ts';
import { advance, createMachine, isFinished } from '../scenario/machine.ts';
import type { MachineEffect, MachineEvent, MachineState } from '../scenario/machine-types.ts';
import type { Step } from '../scenario/step.ts';
import { stepsOf, type StepsOfOptions } from './to-steps.ts';
import { TranscriptError, type TranscriptLine } from './transcript-line.ts';

/** A recorded run, played again in memory. */
export interface TranscriptReplay {
  /** Starts the replay in the place of a real process. It serves one process; the next one gets the same run from its beginning. */
  readonly spawner: MockSpawner;
  /** The steps that are played. */
  readonly steps: readonly Step[];
  /**
   * Throws unless the last process played every step: `REPLAY_MISMATCH`, with the field that differed, when the host sent something else than was recorded,
   * `REPLAY_UNFINISHED` when steps are left over or nothing was started.
   */
  assertFinished(): void;
}

const context = Object.freeze({
  sessionId: '00000000-0000-4000-8000-000000000000',
  cwd: '/workspace',
  model: 'claude-recorded',
  seed: '00000000-0000-4000-8000-000000000000',
});

function perform(child: MockProcess, effect: MachineEffect, startTimer: (token: number, ms: number) => void): void {
  switch (effect.type) {
    case 'frame':
      child.say(effect.frame);
      break;
    case 'raw':
      child.sayRaw(effect.bytes);
      break;
    case 'complain':
      child.complain(effect.line);
      break;
    case 'timer':
      startTimer(effect.token, effect.ms);
      break;
    case 'close':
      child.closePipe(effect.pipe);
      break;
    case 'exit':
      child.exit(effect.code);
      break;
    case 'die':
      child.exit(0, effect.signal);
  }
}

/** Plays steps through a mock process and tells each new state. */
function play(steps: readonly Step[], tell: (state: MachineState) => void): MockProcess {
  const child = new MockProcess();
  const timers = new Subscription();
  let state = createMachine(steps, context);
  const feed = (event: MachineEvent): void => {
    const next = advance(state, event, asyncScheduler.now());
    state = next.state;
    tell(state);
    for (const effect of next.effects) perform(child, effect, startTimer);
  };
  const startTimer = (token: number, ms: number): void => {
    timers.add(
      asyncScheduler.schedule(() => {
        feed({ type: 'timer', token });
      }, ms),
    );
  };
  child.behave({
    line: (text) => {
      // Every CLI passes over blank lines, so no step waits for one.
      if (text.trim() !== '') feed({ type: 'line', text });
    },
    // The scenario decides about the end of stdin and about signals, as the fake CLI does.
    end: () => {
      feed({ type: 'input-ended' });
      return true;
    },
    signal: (signal) => {
      feed({ type: 'signal', signal });
      return true;
    },
  });
  child.once('exit', () => {
    timers.unsubscribe();
  });
  feed({ type: 'start' });
  return child;
}

/** The field in the machine's sentence about a mismatch. */
function pathIn(sentence: string): string {
  const path = /^scenario: step \d+ of \d+: (.*?): expected /.exec(sentence)?.[1] ?? '';
  return path === 'the message' ? '' : path;
}

/**
 * Plays a recorded run again, without a process: hand `spawner` to what normally starts one. The host must send what was recorded, see {@link stepsOf} for
 * how strictly that is taken; otherwise the process ends with code 65 and says on stderr which field differed.
 *
 * @example
 * const runs = await readTranscript('session.ndjson');
 * const replay = replayTranscript(runs.get('run') ?? []);
 * // ... drive replay.spawner ...
 * replay.assertFinished();
 */
export function replayTranscript(run: readonly TranscriptLine[], options: StepsOfOptions = {}): TranscriptReplay {
  const steps = stepsOf(run, options);
  let latest: MachineState | undefined;
  const spawner = mockSpawner(() =>
    play(steps, (state) => {
      latest = state;
    }),
  );
  return {
    spawner,
    steps,
    assertFinished() {
      if (latest === undefined)
        throw new TranscriptError('REPLAY_UNFINISHED', 'The replay was never started: pass its spawner to what starts the process.');
      if (latest.mismatch !== undefined)
        throw new TranscriptError('REPLAY_MISMATCH', latest.mismatch, { at: latest.at, path: pathIn(latest.mismatch) });
      if (isFinished(latest)) return;
      const left = latest.steps.length - latest.at;
      const next = JSON.stringify(latest.steps[latest.at]).slice(0, 200);
      throw new TranscriptError(
        'REPLAY_UNFINISHED',
        `${left} of ${latest.steps.length} recorded steps were not used. The next one is ${next}`,
        { at: latest.at },
      );
    },
  };
}
