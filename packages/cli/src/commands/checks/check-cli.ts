import { locateCli, SubwireError, supportedVersions, type LaunchError } from '@subwire/core';
import type { Io } from '../../io/io.ts';
import { adviceOn } from '../../render/advice.ts';
import type { Check } from '../../render/report.ts';

const versionTimeoutMs = 10_000;

/** Where the CLI is, and the checks about it. */
export interface CliFound {
  /** Undefined when there is none. */
  readonly path: string | undefined;
  readonly checks: readonly Check[];
}

function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  const at = [0, 1, 2].find((index) => (a?.[index] ?? 0) !== (b?.[index] ?? 0));
  return at !== undefined && (a?.[at] ?? 0) > (b?.[at] ?? 0);
}

function notFound(error: unknown): Check {
  const { searched = [] } = error as Partial<LaunchError>;
  const advice = adviceOn(error);
  return {
    name: 'cli',
    verdict: 'problem',
    summary: error instanceof Error ? error.message : String(error),
    notes: searched.map(({ path, why }) => `${path}: ${why}`),
    facts: { path: null, rejected: searched, code: SubwireError.is(error) ? error.code : null },
    ...(advice !== undefined && { advice }),
  };
}

async function checkVersion(io: Io, path: string): Promise<Check> {
  const { code, stdout, stderr } = await io.capture({ command: [path, '--version'] }, versionTimeoutMs);
  const [, version] = /^(\d+\.\d+\.\d+)/.exec(stdout.trim()) ?? [];
  if (code !== 0 || version === undefined) {
    const said = (stderr.trim() === '' ? stdout : stderr).trim().split('\n')[0] ?? '';
    const why = code === undefined ? 'did not answer --version' : `answered --version with exit code ${code}`;
    const advice = 'Run it by itself to see what is wrong with it, then install it again.';
    return { name: 'version', verdict: 'problem', summary: `${path} ${why}: ${said}`, advice, facts: { version: null } };
  }
  return judge(version);
}

function judge(version: string): Check {
  const { minimum, tested } = supportedVersions;
  const facts = { version, minimum, tested };
  if (isNewer(minimum, version)) {
    const advice = 'Update it: npm install -g @anthropic-ai/claude-code.';
    return {
      name: 'version',
      verdict: 'problem',
      summary: `${version}, older than ${minimum}, the oldest that works`,
      advice,
      facts: { ...facts, code: 'CLI_TOO_OLD' },
    };
  }
  // Newer ones are likely to work, and nobody has looked.
  const newer = isNewer(version, tested);
  return {
    name: 'version',
    verdict: newer ? 'warning' : 'ok',
    summary: `${version}${newer ? `, newer than ${tested}, the newest that was tested` : ''}`,
    facts,
    ...(newer && { advice: 'It is likely to work. If it does not, update subwire, or pin the version of the CLI.' }),
  };
}

/** Finds the CLI, says why other places were passed over, and asks its version. */
export async function checkCli(io: Io, named: string | undefined): Promise<CliFound> {
  try {
    const { path, rejected } = await locateCli({ env: io.env, ...(named !== undefined && { path: named }) });
    const notes = rejected.map((other) => `passed over ${other.path}: ${other.why}`);
    const located: Check = { name: 'cli', verdict: 'ok', summary: path, notes, facts: { path, rejected } };
    return { path, checks: [located, await checkVersion(io, path)] };
  } catch (error) {
    return { path: undefined, checks: [notFound(error)] };
  }
}
