import type { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { expectTypeOf } from 'vitest';
import { mockSpawner } from '../../../src/mock/mock-spawner.ts';
import { MockProcess } from '../../../src/mock/mock-process.ts';

/** What our own code asks of a child, written down once more: a real child and a mock both fit without a cast. */
interface Port extends EventEmitter {
  readonly pid?: number | undefined;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly exitCode: number | null;
  readonly signalCode: NodeJS.Signals | null;
  kill(signal?: NodeJS.Signals): boolean;
}

expectTypeOf<MockProcess>().toExtend<Port>();
expectTypeOf<ChildProcess>().toExtend<Port>();
expectTypeOf(mockSpawner(() => new MockProcess())).toExtend<(spec: { readonly file: string }) => Port>();
expectTypeOf(new MockProcess().say({}).sayRaw('').complain('')).toEqualTypeOf<MockProcess>();
// @ts-expect-error a failure that no operating system reports
new MockProcess().failToSpawn('EBANANA');
