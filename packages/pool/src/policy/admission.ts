/** How the host is doing. */
export interface HostSample {
  /** Memory that new processes could get, in bytes. */
  readonly availableBytes: number;
  /** Runnable tasks, averaged over a minute, divided by the number of processors. */
  readonly loadPerCore: number;
}

/** When the host is too busy for more workers. */
export interface AdmissionRule {
  readonly minAvailableBytes: number;
  readonly maxLoadPerCore: number;
}

/** What the count of starts says, before the host is asked. */
export interface AdmissionRequest {
  readonly starting: number;
  readonly maxStarting: number;
  /** Workers that are ready or at work. */
  readonly live: number;
}

/**
 * Whether one more worker may start now. Memory short: none, unless it would be the only one, for a pool that starts none at all could never serve.
 * Load high: one at a time, for starts that share a busy processor all miss their deadline together.
 */
export function admitStart(request: AdmissionRequest, host: HostSample, rule: AdmissionRule): 'admit' | 'starts' | 'memory' | 'load' {
  if (request.starting >= request.maxStarting) return 'starts';
  if (request.starting === 0 && request.live === 0) return 'admit';
  if (host.availableBytes < rule.minAvailableBytes) return 'memory';
  if (request.starting > 0 && host.loadPerCore > rule.maxLoadPerCore) return 'load';
  return 'admit';
}
