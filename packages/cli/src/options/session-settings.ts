import { resolve } from 'node:path';
import type { SessionOptions } from '@subwire/core';
import { resolveAgent } from './agent.ts';
import type { CommandInput } from './command-spec.ts';
import { optionalText } from './read-option.ts';
import { parseSize } from './size.ts';
import { UsageError } from './usage-error.ts';

/** What the common options say. */
export interface SessionSettings {
  readonly session: SessionOptions;
  /** The name or path of the agent, as it was given. */
  readonly agent: string;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** What settings are read against. */
export interface SettingsContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

function list(text: string | undefined): readonly string[] | undefined {
  return text
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function positiveInteger(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`${option} does not take '${text}'. Give a whole number above 0.`);
}

function defined<T extends object>(options: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/**
 * The options of a session from the common options of the command line.
 * @throws UsageError
 */
export async function readSessionSettings({ options, afterDashes }: CommandInput, context: SettingsContext): Promise<SessionSettings> {
  const text = (name: string): string | undefined => optionalText(options, name);
  const agent = text('agent') ?? 'claude';
  const cwd = text('cwd');
  const maxRss = text('maxRss');
  if (text('resume') !== undefined && options['continue'] === true)
    throw new UsageError('--resume and --continue exclude each other. Give the one or the other.');
  const session = defined<SessionOptions>({
    model: text('model'),
    cwd: cwd === undefined ? undefined : resolve(context.cwd, cwd),
    permissionMode: text('permissionMode'),
    allowedTools: list(text('allowedTools')),
    disallowedTools: list(text('disallowedTools')),
    appendSystemPrompt: text('appendSystemPrompt'),
    maxTurns: positiveInteger('--max-turns', text('maxTurns')),
    limits: maxRss === undefined ? undefined : { residentBytes: { hard: parseSize('--max-rss', maxRss) } },
    resume: text('resume'),
    continue: options['continue'] === true ? true : undefined,
    args: afterDashes,
  });
  const debugEnv = context.env['SUBWIRE_DEBUG'];
  return {
    session: { ...session, ...(await resolveAgent(agent, context)) },
    agent,
    quiet: options['quiet'] === true,
    debug: options['debug'] === true || (debugEnv !== undefined && debugEnv !== '' && debugEnv !== '0'),
  };
}
