import { ConfigError } from '../errors/config-error.ts';
import type { SessionPolicyOptions } from './session-options.ts';

function fail(option: string, message: string): never {
  throw new ConfigError({ code: 'INVALID_OPTION', option, message });
}

function checkNumber(option: string, value: number | undefined, unit: string): void {
  if (value !== undefined && !(typeof value === 'number' && value > 0))
    fail(option, `The option ${option} must be a number of ${unit}, more than 0.`);
}

function checkConversation(options: SessionPolicyOptions): void {
  const { resume, forkSession, resumeSessionAt } = options;
  if (resume !== undefined && options.continue === true)
    fail('continue', 'Give either resume or continue: each names a conversation to go on with.');
  if (forkSession === true && resume === undefined && options.continue !== true)
    fail('forkSession', 'The option forkSession needs resume or continue: there is no conversation to fork.');
  if (resumeSessionAt !== undefined && resume === undefined) fail('resumeSessionAt', 'The option resumeSessionAt needs resume.');
  if (resume === '') fail('resume', 'The option resume must be the id of a conversation; leave it out for a new one.');
}

/**
 * Refuses options that the CLI would refuse a second after its start, or that contradict each other.
 * @throws ConfigError `INVALID_OPTION` that names the option
 */
export function checkSessionOptions(options: SessionPolicyOptions, asksHost: boolean): void {
  checkConversation(options);
  if (options.fallbackModel !== undefined && options.fallbackModel === options.model)
    fail('fallbackModel', 'The option fallbackModel must be another model than model.');
  checkNumber('maxTurns', options.maxTurns, 'API calls');
  checkNumber('maxBudgetUsd', options.maxBudgetUsd, 'US dollars');
  checkNumber('taskBudget', options.taskBudget, 'tokens');
  if (typeof options.thinking === 'number') checkNumber('thinking', options.thinking, 'tokens');
  if (asksHost && Object.hasOwn(options.extraArgs ?? {}, 'permission-prompt-tool'))
    fail('onToolUse', 'Give either onToolUse or the flag permission-prompt-tool: only one can be asked.');
  if (options.sandbox !== undefined && typeof options.settings === 'string')
    fail('sandbox', 'With the option sandbox, settings must be an object: text and files are not merged.');
}

/** The ways in which a permission callback is passed over, as sentences: a callback that nobody asks looks like one that always says yes. */
export function shadowedCallback(options: SessionPolicyOptions): readonly string[] {
  const whole = (options.allowedTools ?? []).filter((rule) => /^\w+(\((\*|)\))?$/.test(rule));
  return [
    ...(options.permissionMode === 'bypassPermissions'
      ? ['The permission mode bypassPermissions runs every tool without asking onToolUse.']
      : []),
    ...(whole.length > 0 ? [`allowedTools lets ${whole.join(', ')} run without asking onToolUse.`] : []),
  ];
}
