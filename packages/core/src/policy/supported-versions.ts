/** The versions of the CLI that this package speaks with. Below the minimum it refuses to start; above the tested one it says so once. */
export const supportedVersions = Object.freeze({ minimum: '2.1.265', tested: '2.1.330' });

/** The first number of three parts in a text, such as `2.1.329 (Claude Code)`. */
export function parseVersion(text: string): string | undefined {
  return /\b\d+\.\d+\.\d+\b/.exec(text)?.[0];
}

/** Negative when the first version is older, positive when it is newer. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((version) => version.split('.').map(Number));
  const differences = (left ?? []).map((part, index) => part - (right?.[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/** What a version means for a start. */
export function judgeVersion(
  version: string | undefined,
  range: typeof supportedVersions = supportedVersions,
): 'ok' | 'too-old' | 'untested' | 'unknown' {
  if (version === undefined) return 'unknown';
  if (compareVersions(version, range.minimum) < 0) return 'too-old';
  return compareVersions(version, range.tested) > 0 ? 'untested' : 'ok';
}
