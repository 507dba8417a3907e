// What a user's compiler must accept, and see the types of. It is compiled against the packed packages, with every version of TypeScript that is supported.
import { type CloseReceipt, type Message, openSession, query, SubwireError } from '@subwire/core';
import { ofType, textOf } from '@subwire/core/operators';
import { createPool, createSessionPool, type Lease, runTasks } from '@subwire/pool';
import { fakeCli, MockProcess, mockSpawner } from '@subwire/testing';

query('hi', { ...fakeCli(), model: 'a-model' })
  .pipe(ofType('result'))
  .subscribe({
    next: (result) => {
      const cost: number | undefined = result.total_cost_usd;
      void cost;
    },
    error: (error: unknown) => {
      if (SubwireError.is(error, 'CLI_NOT_FOUND')) console.log(error.code satisfies 'CLI_NOT_FOUND');
    },
  });
query('hi')
  .pipe(textOf())
  .subscribe((text: string) => console.log(text));

export const isText = (message: Message): boolean =>
  message.type === 'assistant' && message.message.content.some((block) => block.type === 'text');

export async function talk(): Promise<CloseReceipt> {
  await using session = await openSession({
    spawner: mockSpawner(() => new MockProcess()),
    onToolUse: async () => ({ behavior: 'allow' }),
  });
  const result = await session.prompt('hello').result();
  const text: string | undefined = result.result;
  console.log(text);
  // @ts-expect-error a mode is a string
  await session.setPermissionMode(42);
  return await session.stop();
}

export async function pooled(): Promise<void> {
  await using pool = createSessionPool({ size: 2, session: fakeCli() });
  for await (const lease of [pool.acquire({ priority: 0 })]) await lease.release();
  runTasks(pool, [{ id: 'a', prompt: 'hello', after: [] }]).subscribe((event) => console.log(event.type, event.id));
  const plain = createPool<{ readonly name: string }>({
    create: async () => ({ name: 'a' }),
    lost$: () => [] as never,
    destroy: async () => undefined,
  });
  const lease: Lease<{ readonly name: string }> = await plain.acquire();
  console.log(lease.worker.name.length);
}
