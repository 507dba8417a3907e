import type { ProcessState } from './process-state.ts';

/** Why a process guard failed: the platform offers no way to look, or something outlived the test. */
export type ProcessGuardErrorCode = 'GUARD_UNSUPPORTED' | 'PROCESSES_LEAKED' | 'GUARD_ENDED';

/** What a process guard throws. `survivors` names each process that outlived the test; it is empty for the other codes. */
export class ProcessGuardError extends Error {
  override readonly name = 'ProcessGuardError';
  readonly code: ProcessGuardErrorCode;
  /** The processes that were alive when the guard gave up waiting, each with its pid, state and command line. */
  readonly survivors: readonly ProcessState[];

  constructor(code: ProcessGuardErrorCode, message: string, survivors: readonly ProcessState[] = []) {
    super(message);
    this.code = code;
    this.survivors = survivors;
  }
}
