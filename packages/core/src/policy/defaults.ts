/** Every default of the package, in one place. */
export const defaults = Object.freeze({
  inheritEnv: 'profile',
  credential: 'inherit',
  allowedCommands: Object.freeze(['claude', 'node', 'python3']),
  maxLineBytes: 64 * 1024 * 1024,
  onOversizeLine: 'skip',
  stderrTailLines: 100,
  stderrFile: false,
  maxHeldMessages: 10_000,
  strict: false,
  validate: false,
  shutdown: Object.freeze({ eofGraceMs: 5000, termGraceMs: 5000, killGraceMs: 5000, drainMs: 500, tree: true }),
  controlTimeoutMs: 60_000,
  initializeTimeoutMs: 60_000,
} as const);
