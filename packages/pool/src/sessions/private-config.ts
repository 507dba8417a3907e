import { copyFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { createHostFolder, type SessionOptions } from '@subwire/core';

/** Where an agent that is started with these options keeps its configuration. */
export function configFolderOf({ env }: SessionOptions): string {
  return env?.['CLAUDE_CONFIG_DIR'] ?? process.env['CLAUDE_CONFIG_DIR'] ?? path.join(env?.['HOME'] ?? homedir(), '.claude');
}

/** A configuration folder for one process only. */
export interface PrivateConfig {
  readonly folder: string;
  remove(): Promise<void>;
}

// What an agent needs to start as the common one would. Conversations stay where they are: nobody else's belong into a private folder.
const copied = ['settings.json', '.claude.json', '.credentials.json'];

/** Copies the common configuration into a new folder that only this user can read, and that does not outlive this host: there may be a credential in it. */
export async function createPrivateConfig(options: SessionOptions): Promise<PrivateConfig> {
  const { path: folder, remove } = await createHostFolder({ orphanGuard: options.orphanGuard ?? true });
  const source = configFolderOf(options);
  // With a credential of its own, the process has no business with the common one, whose refresh token works only once.
  const names = (options.credential ?? 'inherit') === 'inherit' ? copied : copied.filter((name) => name !== '.credentials.json');
  for (const name of names) await copyFile(path.join(source, name), path.join(folder, name)).catch(() => {});
  return { folder, remove };
}
