import type { Session, SessionOptions } from '@subwire/core';
import type { Governor } from '../governor/governor.ts';
import type { PoolOptions } from '../policy/options.ts';
import { resolveOptions } from '../policy/resolve-options.ts';
import { createPool } from '../pool/create-pool.ts';
import type { AcquireOptions, Lease, Pool } from '../pool/types.ts';
import { useWorker } from '../pool/use.ts';
import { createCredentialSource } from './credential-source.ts';
import { readCredential, readKeyContext } from './host-identity.ts';
import { sessionKey } from './session-key.ts';
import { checkSessionPoolOptions, type SessionPoolOptions } from './session-pool-options.ts';
import { createSessionWorkers } from './session-workers.ts';
import { governByKey, governorOf } from './shared-governor.ts';

/** What a call of a session pool may ask for. */
export interface SessionAcquireOptions extends AcquireOptions {
  /**
   * Options of the session, instead of the pool's own; a function is given those, its credential included, and returns what to use. Sessions are given only to
   * calls whose options are equal.
   */
  readonly session?: SessionOptions | ((own: SessionOptions) => SessionOptions);
}

/** A pool of warm sessions. */
export type SessionPool = Pool<Session, SessionAcquireOptions>;

/** What the sessions of a key are. */
interface Recipe {
  readonly options: SessionOptions;
  readonly governor: Governor;
}

const sessionPools = new WeakSet<Pool<Session>>();

/** The pool itself when its leases may bring options of their own; undefined for a pool of somebody's own workers. */
export function asSessionPool(pool: Pool<Session>): SessionPool | undefined {
  return sessionPools.has(pool) ? pool : undefined;
}

const measureEveryMs = 1_000;
// More kinds of sessions than this are not kept in mind while nobody uses them.
const maxRecipes = 1_000;

/**
 * A pool of warm sessions. A session serves one lease and is replaced: it remembers its conversation, and nobody else's may begin where that one ended.
 * The key of a lease is the hash of everything that its session is started with, the credential and the version of the CLI included, and of the
 * caller's own `key`. Tasks of `runTasks` may have options of their own on top of the pool's.
 * @throws ConfigError `INVALID_OPTION`
 */
export function createSessionPool(options: SessionPoolOptions = {}): SessionPool {
  checkSessionPoolOptions(options);
  const { session: given = {}, reset = 'dispose', isolation = 'shared', refreshCredential, governor, ...poolOptions } = options;
  const recipes = new Map<string, Recipe>();
  const credential = refreshCredential && createCredentialSource(refreshCredential);
  const read = (): SessionOptions => (typeof given === 'function' ? given() : given);
  const initial = read();
  const firstGovernor = governorOf(readCredential(initial));
  const governorFor = (key: string): Governor => recipes.get(key)?.governor ?? firstGovernor;
  const governorsNow = (): ReadonlySet<Governor> => new Set([...recipes.values()].map((recipe) => recipe.governor).concat(firstGovernor));
  const startTimeoutMs = poolOptions.startTimeoutMs ?? initial.initializeTimeoutMs;
  const own: PoolOptions = {
    ...(reset === 'dispose' && { maxUses: 1 }),
    isolateTenants: true,
    // Starts that share a configuration wait for each other anyway: waiting must not eat up their time to start.
    // The end of a process can be forced, so it comes; a slow host only needs more time for it.
    closeTimeoutMs: 15_000,
    ...(isolation === 'shared' && { maxStarting: 1 }),
    ...poolOptions,
    ...(startTimeoutMs !== undefined && { startTimeoutMs }),
    ...(governor !== false && { governor: governor ?? governByKey(governorFor, governorsNow) }),
  };
  const { validateTimeoutMs, limits } = resolveOptions(own);
  const isMeasured = limits.residentBytes !== Number.POSITIVE_INFINITY;
  const workers = createSessionWorkers({
    optionsOf: (key) => recipes.get(key)?.options,
    validateTimeoutMs,
    reset,
    isolation,
    measureEveryMs: isMeasured ? measureEveryMs : undefined,
  });
  const pool = createPool(workers, own);
  let warmKey: string | undefined;

  async function current(): Promise<SessionOptions> {
    const now = read();
    return credential === undefined ? now : { ...now, credential: await credential() };
  }

  async function keyFor(sessionOptions: SessionOptions, label: string): Promise<string> {
    const context = await readKeyContext(sessionOptions, label);
    const key = sessionKey(sessionOptions, context);
    // Equal keys have equal credentials.
    const ownGovernor = recipes.get(key)?.governor ?? governorOf(context.credential);
    recipes.delete(key);
    recipes.set(key, { options: sessionOptions, governor: ownGovernor });
    if (recipes.size > maxRecipes) forgetUnused();
    return key;
  }

  function forgetUnused(): void {
    const used = new Set(pool.snapshot().keys.map(({ key }) => key));
    for (const key of recipes.keys()) {
      if (recipes.size <= maxRecipes / 2) return;
      if (!used.has(key) && key !== warmKey) recipes.delete(key);
    }
  }

  /** The key of the pool's own options as they are now. When it has changed, no worker of the old one is handed out any more. */
  async function refresh(): Promise<string> {
    const key = await keyFor(await current(), options.key ?? '');
    if (key !== warmKey) {
      warmKey = key;
      pool.reload({ key });
    }
    return key;
  }

  async function acquire({ session, ...rest }: SessionAcquireOptions = {}): Promise<Lease<Session>> {
    rest.signal?.throwIfAborted();
    const usual = await refresh();
    if (session === undefined && rest.key === undefined) return pool.acquire({ ...rest, key: usual });
    const asked = session === undefined || typeof session === 'function' ? await current() : session;
    const key = await keyFor(typeof session === 'function' ? session(asked) : asked, rest.key ?? options.key ?? '');
    return pool.acquire({ ...rest, key });
  }

  const sessions: SessionPool = {
    get stats() {
      return pool.stats;
    },
    stats$: pool.stats$,
    events$: pool.events$,
    snapshot: () => pool.snapshot(),
    async warm() {
      await refresh();
      await pool.warm();
    },
    acquire,
    use: (work, useOptions) => useWorker(acquire, work, useOptions),
    resize: (size) => pool.resize(size),
    pause: () => pool.pause(),
    resume: () => pool.resume(),
    reload: () => pool.reload(),
    drain: () => pool.drain(),
    close: (closeOptions) => pool.close(closeOptions),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
  sessionPools.add(sessions);
  return sessions;
}
