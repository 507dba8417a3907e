import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { credentialVariables } from '@subwire/core';
import type { Io } from '../../io/io.ts';
import type { Check } from '../../render/report.ts';

function configFolder(env: Io['env']): string | undefined {
  const named = env['CLAUDE_CONFIG_DIR'];
  if (named !== undefined && named !== '') return named;
  const home = env['HOME'] ?? env['USERPROFILE'];
  return home === undefined || home === '' ? undefined : join(home, '.claude');
}

/** Where the agent's credential comes from. Never what it is. */
export async function checkCredential({ env }: Pick<Io, 'env'>): Promise<Check> {
  const variables = credentialVariables.filter((name) => (env[name] ?? '') !== '');
  const folder = configFolder(env);
  const file = folder === undefined ? undefined : join(folder, '.credentials.json');
  const hasFile =
    file !== undefined &&
    (await access(file).then(
      () => true,
      () => false,
    ));
  const sources = [...variables, ...(hasFile ? [file] : [])];
  const baseUrl = (env['ANTHROPIC_BASE_URL'] ?? '') !== '';
  const keys = variables.filter((name) => ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'].includes(name));
  const none = sources.length === 0;
  return {
    name: 'credential',
    verdict: none || keys.length > 1 ? 'warning' : 'ok',
    summary: none ? 'none was found in the environment or in the configuration folder' : `from ${sources.join(', ')}`,
    notes: baseUrl ? ['ANTHROPIC_BASE_URL is set: the credential goes to another host than usual'] : [],
    facts: { variables, file: hasFile ? file : null, baseUrl },
    ...(none && {
      advice: 'Log in with the agent itself, or set ANTHROPIC_API_KEY. On macOS it may be in the keychain, where it is not looked for.',
    }),
    ...(keys.length > 1 && { advice: `Several are set and only one is used: unset all but one of ${keys.join(', ')}.` }),
  };
}
