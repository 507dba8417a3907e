import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Tests that a platform cannot hold yet. Everything else runs on Linux, macOS and Windows. */
export interface PlatformRow {
  readonly platforms: readonly NodeJS.Platform[];
  /** What these tests need and the platform does not have. */
  readonly needs: string;
  /** The day (UTC) after which the row fails the conformance suite: it is worked on or argued for again, never forgotten. */
  readonly expires: `${number}-${number}-${number}`;
  /** A test file belongs to the row when its text says this ... */
  readonly uses?: RegExp;
  /** ... or when it is one of these, from the root of the repository. */
  readonly files?: readonly string[];
}

export const platformRows: readonly PlatformRow[] = [
  {
    platforms: ['darwin', 'win32'],
    needs: 'the guard of @subwire/testing, which reads from /proc whether a process has survived',
    expires: '2027-05-31',
    uses: /\b(?:trackProcesses|useProcessGuard|isAlive|readProcess|identityOf)\(/,
  },
  {
    platforms: ['darwin', 'win32'],
    needs: 'setsid and the limits of a Linux shell',
    expires: '2027-05-31',
    files: [
      'packages/core/test/integration/process/spawn-and-abort.test.ts',
      'packages/testing/test/integration/guard/platform-facts.test.ts',
      'packages/testing/test/integration/mock/expectations.test.ts',
    ],
  },
  {
    platforms: ['win32'],
    needs: '/bin/sh, FIFOs or the permission bits of files',
    expires: '2027-05-31',
    files: [
      'packages/cli/test/unit/commands/doctor.test.ts',
      'packages/cli/test/unit/options/history-file.test.ts',
      'packages/core/test/integration/process/last-words.test.ts',
      'packages/pool/test/integration/pool/publish-pool.test.ts',
      'packages/pool/test/unit/tasks/journal.test.ts',
    ],
  },
];

/** The test files of a package, from the root of the repository, whose platform lacks what one of these rows needs. */
export function rowFiles(root: string, folder: string, rows: readonly PlatformRow[]): readonly string[] {
  const tests = readdirSync(path.join(root, folder, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.posix.join(folder, 'test', file.split(path.sep).join('/')));
  return tests.filter((file) =>
    rows.some((row) => row.files?.includes(file) === true || row.uses?.test(readFileSync(path.join(root, file), 'utf8')) === true),
  );
}

/** What a test run of a package leaves out on a platform: paths from the package's own folder, as vitest's `exclude` takes them. */
export function leftOut(root: string, folder: string, platform: NodeJS.Platform): readonly string[] {
  const rows = platformRows.filter(({ platforms }) => platforms.includes(platform));
  return rows.length === 0 ? [] : rowFiles(root, folder, rows).map((file) => path.posix.relative(folder, file));
}
