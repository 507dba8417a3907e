import { createHash } from 'node:crypto';
import type { SessionOptions } from '@subwire/core';
import { createGovernor, type Governor } from '../governor/governor.ts';
import { canonicalJson } from './session-key.ts';
import { readCredential } from './host-identity.ts';

// The provider counts by credential and knows nothing of pools, so all pools of this host that use one share its governor.
const governors = new Map<string, WeakRef<Governor>>();

/** The governor of the credential that these options use now. */
export function governorOf(options: SessionOptions): Governor {
  const id = createHash('sha256')
    .update(canonicalJson(readCredential(options)))
    .digest('hex');
  const known = governors.get(id)?.deref();
  if (known !== undefined) return known;
  for (const [other, reference] of governors) if (reference.deref() === undefined) governors.delete(other);
  const governor = createGovernor();
  governors.set(id, new WeakRef(governor));
  return governor;
}
