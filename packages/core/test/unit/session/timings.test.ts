import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { handshake, openInMemory } from './in-memory.ts';

test('P07 every phase of a session has a time of its own', async () => {
  const { session } = await openInMemory({ replyDelayMs: 60 });
  const { spawnMs, handshakeMs } = session.timings;
  expect(spawnMs).toBeGreaterThanOrEqual(0);
  expect(handshakeMs).toBeGreaterThan(0);
  expect(session.timings).toMatchObject({ mcpReadyMs: undefined, firstTokenMs: undefined });
  const all = firstValueFrom(session.timings$.pipe(toArray()));
  await session.prompt('hello').result();
  expect(session.timings.firstTokenMs).toBeGreaterThanOrEqual(55);
  expect(session.timings.mcpReadyMs).toBeGreaterThanOrEqual(0);
  await session.close();
  // What is known when somebody begins to listen comes first, and what came last stays.
  expect((await all)[0]).toEqual({ spawnMs, handshakeMs, mcpReadyMs: undefined, firstTokenMs: undefined });
  expect((await all).at(-1)).toEqual(session.timings);
});

test('MCP servers are ready when none of them is pending any more, whoever says so', async () => {
  const answer = (status: string) => ({ answer: 'success' as const, response: { mcpServers: [{ name: 'tools', status }] } });
  const { session } = await openInMemory([
    ...handshake,
    { expect: 'mcp_status' },
    answer('pending'),
    { expect: 'mcp_status' },
    { wait: 30 },
    answer('connected'),
    { expect: 'mcp_status' },
    answer('failed'),
    { expect: 'EOF' },
    { exit: 0 },
  ]);
  await session.mcpStatus();
  expect(session.timings.mcpReadyMs).toBeUndefined();
  await session.mcpStatus();
  const { mcpReadyMs } = session.timings;
  expect(mcpReadyMs).toBeGreaterThanOrEqual(25);
  await session.mcpStatus();
  expect(session.timings.mcpReadyMs).toBe(mcpReadyMs);
});

test('a prompt that waits for an earlier turn is not slow because of that', async () => {
  const { session } = await openInMemory({ turns: [{ kind: 'slow', text: 'one two three', chunks: 3, chunkDelayMs: 60 }, 'two'] });
  const turns = [session.prompt('one'), session.prompt('two')];
  await turns[0]!.result();
  const first = session.timings.firstTokenMs!;
  await turns[1]!.result();
  const second = session.timings.firstTokenMs!;
  expect(second).not.toBe(first);
  expect(second).toBeLessThan(first);
});
