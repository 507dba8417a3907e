import assert from 'node:assert/strict';
import { isBlock, openSession, type Session } from '@subwire/core';
import { ofType } from '@subwire/core/operators';
import { fakeCli } from '@subwire/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { createOrdersServer } from './orders-server.ts';

const looked: string[] = [];
const server = createOrdersServer({
  find(id) {
    looked.push(id);
    return Promise.resolve(id === '17' ? { id, state: 'shipped' } : undefined);
  },
});

await using session = await openSession({
  ...fakeCli(),
  sdkMcpServers: { orders: server },
  allowedTools: ['mcp__orders__find'],
});

/** What the model gets when it calls the tool. */
async function call(agent: Session, input: object): Promise<string> {
  const use = { kind: 'tool_use', name: 'mcp__orders__find', input };
  const turn = agent.prompt(`Where is my order? <<fake ${JSON.stringify([use, { kind: 'text', text: 'done' }])}>>`);
  const messages = await lastValueFrom(turn.messages$.pipe(ofType('user'), toArray()));
  const [result] = messages
    .flatMap(({ message: { content } }) => (typeof content === 'string' ? [] : content))
    .flatMap((block) => (isBlock(block, 'tool_result') ? [block] : []));
  return JSON.stringify(result?.content);
}

assert.match(await call(session, { id: '17' }), /shipped/);
assert.match(await call(session, { id: '18' }), /There is no order 18/);
// What does not fit the schema never reaches the application.
assert.match(await call(session, { id: '18; drop table' }), /[Ii]nvalid/);
assert.deepEqual(looked, ['17', '18']);
assert.deepEqual(
  (await session.mcpStatus()).mcpServers.map(({ name, status }) => [name, status]),
  [['orders', 'connected']],
);
