import { readFileSync } from 'node:fs';
import { ProcessGuardError } from './guard-error.ts';

/** Whether processes can be watched here. `reason` is a sentence for the person who reads the failing test. */
export type GuardSupport =
  { readonly supported: true } | { readonly supported: false; readonly platform: NodeJS.Platform; readonly reason: string };

/** Facts about the host that decide the support; passed in by tests. */
export interface GuardHost {
  readonly platform: NodeJS.Platform;
  /** Reads a small file, or throws when it cannot be read. */
  readonly read: (path: string) => string;
}

const thisHost: GuardHost = { platform: process.platform, read: (path) => readFileSync(path, 'latin1') };

/**
 * Says whether this host lets a guard see processes. A guard that cannot look must not report "nothing leaked", so every
 * guard asks here first and fails with `GUARD_UNSUPPORTED` when the answer is no.
 */
export function guardSupport(host: GuardHost = thisHost): GuardSupport {
  if (host.platform !== 'linux') {
    return {
      supported: false,
      platform: host.platform,
      reason: `processes are watched through /proc, which ${host.platform} does not have`,
    };
  }
  try {
    host.read('/proc/self/stat');
    return { supported: true };
  } catch (cause) {
    return {
      supported: false,
      platform: host.platform,
      reason: `/proc/self/stat cannot be read (${String(cause)}): mount /proc in this container`,
    };
  }
}

/** Throws `GUARD_UNSUPPORTED` where processes cannot be watched. */
export function requireGuardSupport(support: GuardSupport = guardSupport()): void {
  if (support.supported) return;
  throw new ProcessGuardError(
    'GUARD_UNSUPPORTED',
    `This host cannot tell whether a process has survived: ${support.reason}. Run this test on Linux, or branch on guardSupport().supported.`,
  );
}
