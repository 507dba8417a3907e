import type { Credential } from '@subwire/core';

/** A credential, and until when it works. */
export interface TimedCredential {
  readonly credential: Credential;
  /** Milliseconds since 1970. @defaultValue for ever */
  readonly expiresAtEpochMs?: number;
}

// Asked for a little before it runs out: a session that starts with the last second of a token fails in its first turn.
const earlyMs = 60_000;

/**
 * Remembers a credential until it is about to expire, and renews it once however many ask at the same moment. Refresh tokens work only once: of two
 * renewals at a time the second would sign everybody out.
 */
export function createCredentialSource(
  refresh: () => Promise<TimedCredential>,
  epochMs: () => number = Date.now,
): () => Promise<Credential> {
  let known: TimedCredential | undefined;
  let renewing: Promise<TimedCredential> | undefined;

  function isFresh({ expiresAtEpochMs }: TimedCredential, lifeMs: number): boolean {
    return expiresAtEpochMs === undefined || expiresAtEpochMs - epochMs() > Math.min(earlyMs, lifeMs / 10);
  }

  let lifeMs = Number.POSITIVE_INFINITY;
  return async () => {
    if (known !== undefined && isFresh(known, lifeMs)) return known.credential;
    renewing ??= (async () => {
      try {
        known = await refresh();
        lifeMs = known.expiresAtEpochMs === undefined ? Number.POSITIVE_INFINITY : known.expiresAtEpochMs - epochMs();
        return known;
      } finally {
        renewing = undefined;
      }
    })();
    return (await renewing).credential;
  };
}
