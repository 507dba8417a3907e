import assert from 'node:assert/strict';
import { PoolError } from '@subwire/pool';
import { fakeCli } from '@subwire/testing';
import { filter, firstValueFrom, forkJoin, lastValueFrom } from 'rxjs';
import { AgentService } from './agent.service.ts';

/** Depends on the service as any other class of the application would. */
class ReviewController {
  readonly #agents: AgentService;

  constructor(agents: AgentService) {
    this.#agents = agents;
  }

  async review(...files: readonly string[]): Promise<Readonly<Record<string, string>>> {
    return lastValueFrom(forkJoin(Object.fromEntries(files.map((file) => [file, this.#agents.ask(`Review ${file}.`)]))));
  }
}

// What the framework does: it makes the objects, calls the hooks, and passes requests on.
const service = new AgentService({ size: 2, session: fakeCli() });
const controller = new ReviewController(service);
await service.onModuleInit();
const busy: number[] = [];
service.busy$.subscribe((count) => busy.push(count));

assert.deepEqual(await controller.review('a.ts', 'b.ts', 'c.ts'), {
  'a.ts': 'Review a.ts.',
  'b.ts': 'Review b.ts.',
  'c.ts': 'Review c.ts.',
});
assert.equal(Math.max(...busy), 2);

await assert.rejects(lastValueFrom(service.ask('<<fake {"kind":"error","status":400,"message":"too long"}>>')), /too long/);
assert.equal(await lastValueFrom(service.ask('still there?')), 'still there?');

// An answer that is under way is not lost at the end, and nothing new is begun.
const isBusy = (busy: boolean) => firstValueFrom(service.busy$.pipe(filter((count) => count > 0 === busy)));
await isBusy(false);
const last = lastValueFrom(service.ask('<<fake {"kind":"slow","text":"the last word","chunks":3,"chunkDelayMs":100}>>'));
await isBusy(true);
const ended = service.onModuleDestroy();
await assert.rejects(lastValueFrom(service.ask('too late')), (cause) => cause instanceof PoolError && cause.code === 'POOL_CLOSED');
assert.equal(await last, 'the last word');
await ended;
