import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The flags as they are, where no file can be read: on another machine. */
export function inlineArguments(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([flag, value]) => `--${flag}=${value}`);
}

/**
 * Writes the values of flags into files for this user alone, because every user of the machine can read a command line, and it is short. Returns the flags with
 * the paths.
 */
export async function writeArgumentFiles(folder: string, values: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const args: string[] = [];
  for (const [flag, value] of Object.entries(values)) {
    const file = join(folder, `${flag}.json`);
    await writeFile(file, value, { mode: 0o600, flag: 'wx' });
    args.push(`--${flag}=${file}`);
  }
  return args;
}
