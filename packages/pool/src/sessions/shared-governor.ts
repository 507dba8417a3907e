import { createHash } from 'node:crypto';
import { createGovernor, type Governor } from '../governor/governor.ts';
import type { PoolGovernor } from '../policy/options.ts';
import { canonicalJson } from './session-key.ts';

// The provider counts by credential and knows nothing of pools, so all pools of this host that use one share its governor.
const governors = new Map<string, WeakRef<Governor>>();

/** The governor of a credential, as `readCredential` describes it. */
export function governorOf(credential: unknown): Governor {
  const id = createHash('sha256').update(canonicalJson(credential)).digest('hex');
  const known = governors.get(id)?.deref();
  if (known !== undefined) return known;
  for (const [other, reference] of governors) if (reference.deref() === undefined) governors.delete(other);
  const governor = createGovernor();
  governors.set(id, new WeakRef(governor));
  return governor;
}

/**
 * One governor for a pool whose sessions have several credentials, at a time or one after the other: each key is held to the governor of its own. `governorsNow`
 * returns those that some key still uses.
 */
export function governByKey(of: (key: string) => PoolGovernor, governorsNow: () => ReadonlySet<PoolGovernor>): PoolGovernor {
  const runs = new Set<() => void>();
  const heard = new Map<PoolGovernor, () => void>();
  const tell = (): void => {
    for (const run of [...runs]) run();
  };

  /** Listens to those in use, and to no others. */
  function listen(): void {
    const now = runs.size === 0 ? new Set<PoolGovernor>() : governorsNow();
    for (const [governor, unlisten] of heard) {
      if (now.has(governor)) continue;
      unlisten();
      heard.delete(governor);
    }
    for (const governor of now) if (!heard.has(governor)) heard.set(governor, governor.onChange(tell));
  }

  return {
    admit(key) {
      const governor = of(key);
      if (!heard.has(governor)) listen();
      return governor.admit(key);
    },
    release: (key) => of(key).release(key),
    report: (signal, ageMs, key) => of(key).report(signal, ageMs, key),
    onChange(run) {
      runs.add(run);
      listen();
      return () => {
        runs.delete(run);
        listen();
      };
    },
  };
}
