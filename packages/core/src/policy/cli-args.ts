import { ConfigError } from '../errors/config-error.ts';
import type { SessionPolicyOptions } from './session-options.ts';

/** What the arguments depend on besides the options. */
export interface CliArgsContext {
  /** Whether the host answers permission questions itself. */
  readonly asksHost: boolean;
}

/** The equals form: a value that opens with a dash cannot be read as a flag of its own. */
function flag(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}

function list(name: string, values: readonly string[] | undefined): readonly string[] {
  return values === undefined || values.length === 0 ? [] : [`--${name}=${values.join(',')}`];
}

function bare(name: string, on: boolean | undefined): readonly string[] {
  return on === true ? [`--${name}`] : [];
}

function extra(args: Readonly<Record<string, string | null>> = {}): readonly string[] {
  return Object.entries(args).map(([name, value]) => {
    if (!/^[a-zA-Z][\w-]*$/.test(name)) {
      throw new ConfigError({
        code: 'INVALID_OPTION',
        option: 'extraArgs',
        message: `${name} is no name of a flag. Give it without dashes, such as debug-file.`,
      });
    }
    return value === null ? `--${name}` : `--${name}=${value}`;
  });
}

/**
 * The arguments for a session that speaks JSON lines in both directions. The prompt is never among them: it goes over stdin, where `ps` does not show
 * it and no length limit cuts it.
 * @throws ConfigError `INVALID_OPTION`
 */
export function buildCliArgs(options: SessionPolicyOptions, context: CliArgsContext): readonly string[] {
  return [
    '--output-format=stream-json',
    '--verbose',
    '--input-format=stream-json',
    ...flag('model', options.model),
    ...flag('fallback-model', options.fallbackModel),
    ...list('allowedTools', options.allowedTools),
    ...list('disallowedTools', options.disallowedTools),
    ...(options.tools === undefined ? [] : [`--tools=${options.tools.join(',')}`]),
    ...flag('permission-mode', options.permissionMode),
    ...(context.asksHost ? ['--permission-prompt-tool=stdio'] : []),
    ...flag('resume', options.resume),
    ...bare('continue', options.continue),
    ...bare('fork-session', options.forkSession),
    ...flag('session-id', options.sessionId),
    ...flag('max-turns', options.maxTurns),
    ...flag('max-budget-usd', options.maxBudgetUsd),
    ...bare('include-partial-messages', options.includePartialMessages),
    ...(options.settingSources === undefined ? [] : [`--setting-sources=${options.settingSources.join(',')}`]),
    ...flag('settings', options.settings),
    ...(options.addDirs ?? []).map((directory) => `--add-dir=${directory}`),
    ...bare('strict-mcp-config', options.strictMcpConfig),
    ...(options.plugins ?? []).map((directory) => `--plugin-dir=${directory}`),
    ...flag('json-schema', options.jsonSchema === undefined ? undefined : JSON.stringify(options.jsonSchema)),
    ...flag('effort', options.effort),
    ...extra(options.extraArgs),
  ];
}
