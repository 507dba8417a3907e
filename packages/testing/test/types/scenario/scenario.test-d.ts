import { expectTypeOf } from 'vitest';
import type { fakeCli } from '../../../src/fake-cli/fake-cli.ts';
import type { playScenario } from '../../../src/fake-cli/play-scenario.ts';
import type { Fault, FaultName, FaultOptions } from '../../../src/scenario/fault.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Step } from '../../../src/scenario/step.ts';

expectTypeOf<FaultName>().toEqualTypeOf<keyof FaultOptions>();
// A fault may be named by a variable, whatever its fields.
expectTypeOf<{ name: FaultName; bytes: number; anything: string }>().toExtend<Fault>();
expectTypeOf<{ name: 'gremlin' }>().not.toExtend<Fault>();
expectTypeOf<{ name: 'chunk'; bytes: '7' }>().not.toExtend<Fault>();

expectTypeOf<{ expect: 'user' }>().toExtend<Step>();
expectTypeOf<{ wait: '5' }>().not.toExtend<Step>();
expectTypeOf<{ shout: 1 }>().not.toExtend<Step>();
expectTypeOf<Parameters<typeof fakeCli>[0]>().toEqualTypeOf<Scenario | readonly Step[] | undefined>();
expectTypeOf<Parameters<typeof playScenario>[1]>().toEqualTypeOf<Scenario | readonly Step[]>();
expectTypeOf<ReturnType<typeof fakeCli>>().toExtend<{
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}>();
