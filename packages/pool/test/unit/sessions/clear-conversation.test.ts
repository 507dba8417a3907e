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
const reset = { type: 'conversation_reset', new_conversation_id: 'new' } as Message;
const init = { type: 'system', subtype: 'init', permissionMode: 'default', cwd: '/w', session_id: 'new' } as unknown as Message;
const quiet = { type: 'system', subtype: 'background_tasks_changed', tasks: [] } as unknown as Message;
const evidence = { idBefore: 'old', messages: [reset, quiet, init], result, initial: { permissionMode: 'default', cwd: '/w' } };

test('Q18: a conversation that was really cleared is known as such', () => {
  expect(isProvenClear(evidence)).toBe(true);
});

test.each([
  ['says nothing of a reset', { messages: [init] }],
  ['keeps the old id', { messages: [{ ...reset, new_conversation_id: 'old' } as Message], result: { ...result, session_id: 'old' } }],
  ['names no new id', { messages: [{ ...reset, new_conversation_id: '' } as Message] }],
  ['goes on under another id than it says', { result: { ...result, session_id: 'old' } }],
  ['fails', { result: { ...result, is_error: true } }],
  ['is interrupted', { result: { ...result, subtype: 'error_during_execution' } }],
  ['still has work in the background', { messages: [reset, { ...quiet, tasks: [{}] } as unknown as Message] }],
  ['has other permissions than at first', { messages: [reset, { ...init, permissionMode: 'bypassPermissions' } as unknown as Message] }],
  ['is in another directory', { messages: [reset, { ...init, cwd: '/elsewhere' } as unknown as Message] }],
])('Q18: one that %s is not', (_what, change) => {
  expect(isProvenClear({ ...evidence, ...change })).toBe(false);
});
