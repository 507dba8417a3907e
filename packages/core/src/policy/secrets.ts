import { isSecretName } from '../errors/redact.ts';
import { defaults } from './defaults.ts';
import type { Credential } from './options.ts';
import type { SessionPolicyOptions } from './session-options.ts';

type Values = Readonly<Record<string, unknown>>;

/** Whether a variable or header of this name is a secret; `MAX_OUTPUT_TOKENS` is a number, and hiding it would hide that number everywhere. */
function isNamedSecret(name: string): boolean {
  return isSecretName(name) || /token$/i.test(name) || name === 'AWS_ACCESS_KEY_ID';
}

/** One word of a length and mixture that no name, path or sentence has. */
function looksRandom(value: string): boolean {
  return /^(?=.*\d)(?=.*[A-Za-z])[\w.~+:=-]{12,}$/.test(value);
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Values of variables or headers. What is `strict` goes by its name alone: models and versions look random, too. */
function named(values: unknown, strict: boolean): readonly string[] {
  if (!isObject(values)) return [];
  return Object.entries(values).flatMap(([name, value]) => {
    if (typeof value !== 'string' || /^(?:\d+|true|false)$/.test(value)) return [];
    if (name === 'ANTHROPIC_CUSTOM_HEADERS') return value.split('\n').map((line) => line.slice(line.indexOf(':') + 1).trim());
    if (!isNamedSecret(name) && (strict || !looksRandom(value))) return [];
    // Of "Bearer x", the x is seen alone as well.
    return [value, ...value.split(/\s+/).filter(looksRandom)];
  });
}

function inAddress(text: unknown): readonly string[] {
  if (typeof text !== 'string' || !URL.canParse(text)) return [];
  const { username, password, searchParams } = new URL(text);
  return [username, password].filter(looksRandom).concat(named(Object.fromEntries(searchParams), false));
}

/** `--api-key=x`, and `--api-key x`. */
function inArguments(args: unknown): readonly string[] {
  if (!Array.isArray(args)) return [];
  const words = args.filter((word) => typeof word === 'string');
  return words.flatMap((word, index) => {
    const [, name, value] = /^--?([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (name === undefined || !isNamedSecret(name)) return [];
    return value ?? words[index + 1] ?? [];
  });
}

/** Everything in a configuration, at any depth, that a name calls a secret. */
function inside(value: unknown, name = ''): readonly string[] {
  if (typeof value === 'string') return isNamedSecret(name) ? [value] : inAddress(value);
  if (Array.isArray(value)) return [...inArguments(value), ...value.flatMap((inner) => inside(inner, name))];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'env' || key === 'headers' ? named(inner, false) : []),
    ...inside(inner, key),
  ]);
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The secrets that a process is given by its environment and its arguments. */
export function secretsOfProcess(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  credential: Credential,
): readonly string[] {
  const given = typeof credential === 'object' ? Object.values(credential as Readonly<Record<string, string>>) : [];
  return [...given, ...named(env, true), ...Object.values(env).flatMap(inAddress), ...inArguments(args)];
}

/** The secrets in values of flags. */
export function secretsOfFlags(flags: Readonly<Record<string, string | null>>): readonly string[] {
  return Object.entries(flags).flatMap(([name, value]) => inside(parsed(value), name));
}

/** The secrets in what a session is configured with. */
export function secretsOfSession(options: SessionPolicyOptions): readonly string[] {
  const { mcpServers, settings, sandbox, agents, extraArgs = {} } = options;
  return [...[mcpServers, sandbox, agents, parsed(settings)].flatMap((value) => inside(value)), ...secretsOfFlags(extraArgs)];
}

/** Where a credential comes from, without saying what it is. */
export function credentialSource(credential: Credential = defaults.credential): 'apiKey' | 'oauthToken' | 'inherit' | 'none' {
  if (typeof credential === 'string') return credential;
  return 'apiKey' in credential ? 'apiKey' : 'oauthToken';
}
