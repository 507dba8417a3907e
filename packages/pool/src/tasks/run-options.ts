import { checkRunOptions } from './check-task.ts';
import { runDefaults } from './run-defaults.ts';
import type { RunTasksOptions } from './types.ts';

type Optional = 'journal' | 'budget' | 'signal' | 'onResult' | 'session';

/** {@link RunTasksOptions} with every default in place. */
export type ResolvedRunOptions = Readonly<Required<Omit<RunTasksOptions, Optional>>> & {
  readonly [name in Optional]: RunTasksOptions[name];
};

/** @throws ConfigError `INVALID_OPTION` */
export function resolveRunOptions(options: RunTasksOptions): ResolvedRunOptions {
  checkRunOptions(options);
  const { concurrency = runDefaults.concurrency } = options;
  return {
    concurrency,
    timeoutMs: options.timeoutMs ?? runDefaults.timeoutMs,
    retries: options.retries ?? runDefaults.retries,
    backoff: options.backoff ?? runDefaults.backoff,
    order: options.order ?? runDefaults.order,
    failFast: options.failFast ?? runDefaults.failFast,
    messages: options.messages ?? runDefaults.messages,
    lookAhead: options.lookAhead ?? concurrency,
    promptOf: options.promptOf ?? runDefaults.promptOf,
    resumePrompt: options.resumePrompt ?? runDefaults.resumePrompt,
    tenant: options.tenant ?? runDefaults.tenant,
    journal: options.journal,
    budget: options.budget,
    signal: options.signal,
    onResult: options.onResult,
    session: options.session,
  };
}
