import type { CommandSpec } from './command-spec.ts';
import { batchSpec } from './specs/batch.ts';
import { chatSpec } from './specs/chat.ts';
import { completionsSpec } from './specs/completions.ts';
import { doctorSpec } from './specs/doctor.ts';
import { fakeSpec } from './specs/fake.ts';
import { recordSpec } from './specs/record.ts';
import { replaySpec } from './specs/replay.ts';
import { runSpec } from './specs/run.ts';
import { topSpec } from './specs/top.ts';

/** Every command, in the order of the help. */
export const commandSpecs: readonly CommandSpec[] = [
  runSpec,
  chatSpec,
  batchSpec,
  topSpec,
  recordSpec,
  replaySpec,
  fakeSpec,
  doctorSpec,
  completionsSpec,
];
