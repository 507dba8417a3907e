import type { Session } from '@subwire/core';
import { createSessionPool, type SessionPool, type SessionPoolOptions } from '@subwire/pool';
import { defer, distinctUntilChanged, map, mergeMap, type Observable, throwError } from 'rxjs';

/**
 * In NestJS: `@Injectable()` on the class, and `{ provide: AgentService, useFactory: () => new AgentService({ size: 4 }) }` among the module's providers;
 * `app.enableShutdownHooks()` calls `onModuleDestroy` at SIGTERM too.
 */
export class AgentService {
  readonly #pool: SessionPool;
  /** How many agents are at work; for a health check or a gauge. */
  readonly busy$: Observable<number>;

  constructor(options: SessionPoolOptions) {
    this.#pool = createSessionPool(options);
    this.busy$ = this.#pool.stats$.pipe(
      map(({ leased }) => leased),
      distinctUntilChanged(),
    );
  }

  /** The application is ready when its agents are. */
  async onModuleInit(): Promise<void> {
    await this.#pool.warm();
  }

  /** What is under way may end; nobody is left behind. */
  async onModuleDestroy(): Promise<void> {
    await this.#pool.drain();
  }

  /** Each subscription asks once. Unsubscribing ends the work. */
  ask(prompt: string): Observable<string> {
    return this.#pool.use((session) => this.#answer(session, prompt), { timeoutMs: 10_000 });
  }

  #answer(session: Session, prompt: string): Observable<string> {
    return defer(() => session.prompt(prompt).result()).pipe(
      mergeMap((result) => (result.is_error ? throwError(() => new Error(result.result ?? result.subtype)) : [result.result ?? ''])),
    );
  }
}
