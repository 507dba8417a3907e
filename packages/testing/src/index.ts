export { ProcessGuardError, type ProcessGuardErrorCode } from './guard/guard-error.ts';
export { guardSupport, type GuardSupport } from './guard/guard-support.ts';
export { describeProcess, identityOf, isAlive, readProcess, type ProcessIdentity, type ProcessState } from './guard/process-state.ts';
export { descendantsOf } from './guard/process-tree.ts';
export { trackProcesses, type ProcessTracker, type TrackProcessesOptions } from './guard/track-processes.ts';
export { untilGone, type UntilGoneOptions } from './guard/until-gone.ts';
