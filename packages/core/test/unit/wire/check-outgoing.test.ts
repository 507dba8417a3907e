import { expect, test } from 'vitest';
import { checkOutgoing } from '../../../src/wire/check-outgoing.ts';
import { outgoingFields } from '../../../src/wire/control-fields.ts';

const request = (body: object): object => ({ type: 'control_request', request_id: 'req_1_00000000', request: body });

const good: readonly (readonly [what: string, body: object])[] = [
  ['a known one', { subtype: 'set_permission_mode', mode: 'plan' }],
  ['one with a null that the wire has', { subtype: 'set_model', model: null }],
  ['one without its optional field', { subtype: 'set_model' }],
  ['one with a field that this version does not know', { subtype: 'interrupt', cancel_queued: true, later: 1 }],
  ['a field that may be anything', { subtype: 'mcp_call', tool: 'a', arguments: null }],
  ['an unknown one', { subtype: 'of_a_later_version', mode: 42 }],
];
test.each(good)('%s is written as it is', (_, body) => {
  const frame = request(body);
  expect(checkOutgoing(frame)).toBe(frame);
});

const bad: readonly (readonly [body: object, reason: string])[] = [
  [{ subtype: 'set_permission_mode' }, 'mode of set_permission_mode must be a string'],
  [{ subtype: 'set_permission_mode', mode: null }, 'mode of set_permission_mode must be a string'],
  [{ subtype: 'set_model', model: 4 }, 'model of set_model must be a string or null'],
  [{ subtype: 'mcp_toggle', serverName: 'a', enabled: 'yes' }, 'enabled of mcp_toggle must be a boolean'],
  [{ subtype: 'mcp_set_servers', servers: [] }, 'servers of mcp_set_servers must be an object'],
  [{ subtype: 'initialize', hooks: null, skills: 'all' }, 'skills of initialize must be an array'],
  [{ subtype: 'seed_read_state', path: '/a', mtime: Number.NaN }, 'mtime of seed_read_state must be a number'],
];
test.each(bad)('%j is refused before it is written', (body, reason) => {
  expect(() => checkOutgoing(request(body))).toThrow(expect.objectContaining({ code: 'INVALID_OUTGOING', issues: [reason] }));
});

test('every field of the table is of a kind that the check knows', () => {
  const kinds = new Set(Object.values(outgoingFields).flatMap((fields): string[] => Object.values(fields)));
  for (const kind of kinds) expect(kind).toMatch(/^(any|string|number|boolean|list|object)(\|null)?\??$/);
});
