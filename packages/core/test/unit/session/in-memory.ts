import { afterEach } from 'vitest';
import { openSession, type Session, type SessionOptions, type SpawnSpec } from '@subwire/core';
import { MockProcess, playScenario, type Scenario, type Step } from '@subwire/testing';

/** What came over the wire, or was thrown: looked into freely by tests. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Wire = any;

const open: Session[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((session) => session.close()));
});

/** Options for a session over a fake CLI in memory, and the processes that were started. */
export function inMemory(scenario: Scenario | readonly Step[] = {}) {
  const spawned: MockProcess[] = [];
  const specs: SpawnSpec[] = [];
  const options: SessionOptions = {
    command: 'claude',
    spawner(spec) {
      const child = new MockProcess();
      playScenario(child, scenario, { args: [...spec.args], env: spec.env });
      spawned.push(child);
      specs.push(spec);
      return child;
    },
  };
  const sent = (call = 0) => spawned[call]!.written.map((line) => JSON.parse(line) as Readonly<Record<string, Wire>>);
  return {
    options,
    spawned,
    specs,
    sent,
    initialize: () => sent().find((frame) => frame['request']?.subtype === 'initialize')!['request'],
  };
}

/** A session over a fake CLI in memory; is closed after the test. */
export async function openInMemory(scenario: Scenario | readonly Step[] = {}, options: SessionOptions = {}) {
  const fake = inMemory(scenario);
  const session = await openSession({ ...fake.options, ...options });
  open.push(session);
  return { ...fake, session };
}

/** Steps that answer `initialize`. */
export const handshake: readonly Step[] = [{ expect: 'initialize' }, { answer: 'success', response: { commands: [], pid: 1 } }];

/** Rungs that do not make a test wait. */
export const quick = { shutdown: { eofGraceMs: 50, termGraceMs: 50, killGraceMs: 50, drainMs: 20 } };

/** A turn in which the agent asks the host something. */
export const asking = (request: object, answered?: object) =>
  [
    ...handshake,
    { expect: 'user' },
    { init: {} },
    { ask: request, ...(answered !== undefined && { answered }) },
    { result: 'ok' },
    { hang: true },
  ] as never;

/** The answers that the host gave to questions. */
export function answers(sent: readonly Readonly<Record<string, Wire>>[]): readonly Wire[] {
  return sent.flatMap((frame) => (frame['type'] === 'control_response' ? [frame['response']] : []));
}

/** What a run fails with, and how long it took; undefined for one that does not fail. */
export async function endOf(run: Promise<unknown>): Promise<{ readonly ms: number; readonly error: Wire }> {
  const startedAt = performance.now();
  const error = await run.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return { ms: performance.now() - startedAt, error };
}
