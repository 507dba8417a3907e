import { expect, test } from 'vitest';
import { classify, openSession, type SessionOptions, type Spawner } from '@subwire/core';
import { MockProcess, playScenario } from '@subwire/testing';
import { handshake, inMemory, openInMemory, quick } from './in-memory.ts';

/** Opens a session whose signal fires when the agent's answer to `initialize` is on its way: before the host reads it, or after. */
function abortAtAnswer(when: 'before' | 'after') {
  const controller = new AbortController();
  const child = new MockProcess();
  const abort = (chunk: Buffer): void => {
    if (String(chunk).includes('control_response')) controller.abort();
  };
  const spawner: Spawner = (spec) => {
    if (when === 'before') child.stdout.on('data', abort);
    playScenario(child, [...handshake, { hang: true }] as never, { args: [...spec.args], env: spec.env });
    // The host listens once the process has started.
    if (when === 'after') child.once('spawn', () => setImmediate(() => child.stdout.on('data', abort)));
    return child;
  };
  const options: SessionOptions = { ...quick, command: 'claude', spawner, signal: controller.signal };
  return { opening: openSession(options), child, controller };
}

test.each(['before', 'after'] as const)('an abort %s the host has read the answer to initialize ends the start', async (when) => {
  const { opening, child, controller } = abortAtAnswer(when);
  const cause: unknown = await opening.catch((error: unknown) => error);
  expect(controller.signal.aborted).toBe(true);
  expect(cause).toBe(controller.signal.reason);
  expect(classify({ error: cause })).toBe('interrupted');
  expect(child.exitCode ?? child.signalCode).not.toBeNull();
});

test('an abort before the start starts nothing', async () => {
  const { options, spawned } = inMemory([...handshake] as never);
  const reason = new Error('never mind');
  await expect(openSession({ ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(spawned).toEqual([]);
});

test('a session that has been opened is not ended by its signal', async () => {
  const controller = new AbortController();
  const { session } = await openInMemory([...handshake, { hang: true }] as never, { ...quick, signal: controller.signal });
  controller.abort();
  expect(session.transport.isConnected).toBe(true);
});

const id = '00000000-0000-4000-8000-00000000001d';
const mute = [...handshake, { expect: 'user' }, { hang: true }] as never;

test.each<[string, SessionOptions, string | undefined]>([
  ['that was given one', { sessionId: id }, id],
  ['that goes on with a conversation', { resume: id }, id],
  ['that forks one', { resume: id, forkSession: true }, undefined],
  ['that was given none', {}, undefined],
])('a session %s and is stopped before its first message knows this id, and its turn was stopped', async (_, options, expected) => {
  const { session } = await openInMemory(mute, { ...quick, ...options });
  const turn = session.prompt('go');
  const [, cause] = await Promise.all([session.stop({ rungMs: 50 }), turn.result().catch((error: unknown) => error)]);
  expect(cause).toMatchObject({ code: 'CLOSED' });
  expect(classify({ error: cause })).toBe('interrupted');
  expect(session.id).toBe(expected);
  if (expected !== undefined) expect(session.recover('resume')).toEqual({ resume: expected });
});
