import type { Message, ResultMessage } from '@subwire/core';
import { expect, test } from 'vitest';
import { isProvenClear } from '../../../src/sessions/clear-conversation.ts';

const result = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  duration_ms: 1,
  duration_api_ms: 0,
  num_turns: 0,
  session_id: 'new',
} as ResultMessage;
const first = { permissionMode: 'default', model: 'm', cwd: '/w' };
const reset = { type: 'conversation_reset', new_conversation_id: 'conversation', session_id: 'old' } as Message;
const quiet = { type: 'system', subtype: 'background_tasks_changed', tasks: [], session_id: 'old' } as unknown as Message;
const init = { type: 'system', subtype: 'init', ...first, session_id: 'new' } as unknown as Message;
// What the CLI 2.1.329 says: the reset goes out under the old id, and what it calls the new conversation is not the new session.
const evidence = { idBefore: 'old', messages: [reset, quiet, init], result, initial: first };

test('Q18: a conversation that was really cleared is known as such', () => {
  expect(isProvenClear(evidence)).toBe(true);
});

test('Q18: so is one that nobody had begun', () => {
  expect(isProvenClear({ ...evidence, idBefore: undefined, initial: undefined })).toBe(true);
});

const change = (message: Message, fields: object): Message => ({ ...message, ...fields });

test.each([
  ['says nothing of a reset', { messages: [init] }],
  ['names no new conversation', { messages: [change(reset, { new_conversation_id: '' }), init] }],
  ['names the old conversation', { messages: [change(reset, { new_conversation_id: 'old' }), init] }],
  ['resets another session', { messages: [change(reset, { session_id: 'other' }), init] }],
  ['does not say what it resets', { messages: [change(reset, { session_id: undefined }), init] }],
  ['begins no new session', { messages: [reset, quiet] }],
  ['began before the reset', { messages: [init, reset, quiet] }],
  ['keeps the old id', { messages: [reset, change(init, { session_id: 'old' })], result: { ...result, session_id: 'old' } }],
  ['begins two sessions', { messages: [reset, init, change(init, { session_id: 'newer' })], result: { ...result, session_id: 'newer' } }],
  ['ends under another id than it began with', { result: { ...result, session_id: 'old' } }],
  ['asks the model', { messages: [reset, init, { type: 'assistant', session_id: 'new' } as unknown as Message] }],
  ['fails', { result: { ...result, is_error: true } }],
  ['is interrupted', { result: { ...result, subtype: 'error_during_execution' } }],
  ['still has work in the background', { messages: [reset, change(quiet, { tasks: [{}] }), init] }],
  ['has other permissions than at first', { messages: [reset, change(init, { permissionMode: 'bypassPermissions' })] }],
  ['has another model than at first', { messages: [reset, change(init, { model: 'other' })] }],
  ['is in another directory', { messages: [reset, change(init, { cwd: '/elsewhere' })] }],
])('Q18: one that %s is not', (_what, changed) => {
  expect(isProvenClear({ ...evidence, ...changed })).toBe(false);
});
