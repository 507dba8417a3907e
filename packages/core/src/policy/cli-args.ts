import { ConfigError } from '../errors/config-error.ts';
import { goesToFile } from './file-args.ts';
import type { SessionPolicyOptions } from './session-options.ts';

/** What the arguments depend on besides the options. */
export interface CliArgsContext {
  /** Whether the host answers permission questions itself. */
  readonly asksHost: boolean;
  /** Whether the CLI must read `initialize` before it does anything. @defaultValue whether MCP servers go through it */
  readonly awaitsInitialize?: boolean;
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
  return Object.entries(args).flatMap(([name, value]) => {
    if (!/^[a-zA-Z][\w-]*$/.test(name)) {
      throw new ConfigError({
        code: 'INVALID_OPTION',
        option: 'extraArgs',
        message: `${name} is no name of a flag. Give it without dashes, such as debug-file.`,
      });
    }
    if (goesToFile(name, value)) return [];
    return value === null ? `--${name}` : `--${name}=${value}`;
  });
}

/** Settings that are a path; all others go into a file of ours. */
function settings({ settings: given }: SessionPolicyOptions): readonly string[] {
  return typeof given === 'string' && !goesToFile('settings', given) ? flag('settings', given) : [];
}

function thinking({ thinking: mode }: SessionPolicyOptions): readonly string[] {
  return typeof mode === 'number' ? flag('max-thinking-tokens', mode) : flag('thinking', mode);
}

/** Servers that `initialize` brings are there for the first turn only when the CLI waits for it. */
function bringsServers({ mcpServers }: SessionPolicyOptions): boolean {
  return Object.keys(mcpServers ?? {}).length > 0;
}

/** Of the transport's options: an isolated agent reads nothing of the operator's unless it is named. */
interface Isolation {
  readonly isolated?: boolean;
}

function settingSources({ settingSources: sources, isolated }: SessionPolicyOptions & Isolation): readonly string[] {
  const given = sources ?? (isolated === true ? [] : undefined);
  return given === undefined ? [] : [`--setting-sources=${given.join(',')}`];
}

/**
 * The arguments for a session that speaks JSON lines in both directions. The prompt is never among them: it goes over stdin, where `ps` does not show
 * it and no length limit cuts it. What else may be long or secret goes through `initialize`, or into a file.
 * @throws ConfigError `INVALID_OPTION`
 */
export function buildCliArgs(options: SessionPolicyOptions & Isolation, context: CliArgsContext): readonly string[] {
  return [
    '--output-format=stream-json',
    '--verbose',
    '--input-format=stream-json',
    ...bare('await-initialize', context.awaitsInitialize ?? bringsServers(options)),
    ...flag('model', options.model),
    ...flag('fallback-model', options.fallbackModel),
    ...list('allowedTools', options.allowedTools),
    ...list('disallowedTools', options.disallowedTools),
    ...(options.tools === undefined ? [] : [`--tools=${options.tools.join(',')}`]),
    ...flag('permission-mode', options.permissionMode),
    ...bare('allow-dangerously-skip-permissions', options.allowDangerouslySkipPermissions),
    ...(context.asksHost ? ['--permission-prompt-tool=stdio'] : []),
    ...flag('resume', options.resume),
    ...flag('resume-session-at', options.resumeSessionAt),
    ...bare('continue', options.continue),
    ...bare('fork-session', options.forkSession),
    ...flag('session-id', options.sessionId),
    ...bare('no-session-persistence', options.persistSession === false),
    ...flag('max-turns', options.maxTurns),
    ...flag('max-budget-usd', options.maxBudgetUsd),
    ...flag('task-budget', options.taskBudget),
    ...thinking(options),
    ...flag('effort', options.effort),
    ...list('betas', options.betas),
    ...bare('include-partial-messages', options.includePartialMessages),
    ...bare('include-hook-events', options.includeHookEvents),
    ...settingSources(options),
    ...settings(options),
    ...(options.addDirs ?? []).map((directory) => `--add-dir=${directory}`),
    ...flag('project-config-root', options.projectConfigRoot),
    ...bare('strict-mcp-config', options.strictMcpConfig ?? options.isolated),
    ...flag('agent', options.agent),
    ...(options.plugins ?? []).map((directory) => `--plugin-dir=${directory}`),
    ...extra(options.extraArgs),
  ];
}
