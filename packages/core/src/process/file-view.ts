import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/** A machine, as far as finding a program goes; a test brings one that does not exist. */
export interface FileView {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly home: string;
  readonly cwd: string;
  /** The executable of Node, for scripts that are run by it. */
  readonly node: string;
  /** The host's `PATH`, for an environment that has none. */
  readonly hostPath: string;
  kind(path: string): Promise<'file' | 'directory' | undefined>;
  isExecutable(path: string): Promise<boolean>;
  /** Bytes of a file from an offset on; fewer at its end, none when it cannot be read. */
  read(path: string, offset: number, length: number): Promise<Buffer>;
  /** The path without links, or the path itself. */
  resolve(path: string): Promise<string>;
}

/** The path functions of a view's platform. */
export function pathsOf({ platform }: Pick<FileView, 'platform'>): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

/** A variable of an environment. Windows does not tell `Path` from `PATH`. */
export function variableOf(
  view: Pick<FileView, 'platform'>,
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  if (view.platform !== 'win32') return env[name];
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name);
  return key === undefined ? undefined : env[key];
}

async function read(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await file.close();
  }
}

/** This machine. */
export const hostFiles: FileView = {
  platform: process.platform,
  arch: process.arch,
  node: process.execPath,
  get home() {
    return homedir();
  },
  get cwd() {
    return process.cwd();
  },
  get hostPath() {
    return process.env['PATH'] ?? '';
  },
  async kind(path) {
    const found = await stat(path).catch(() => undefined);
    return found === undefined ? undefined : found.isFile() ? 'file' : found.isDirectory() ? 'directory' : undefined;
  },
  isExecutable: (path) =>
    access(path, constants.X_OK).then(
      () => true,
      () => false,
    ),
  read,
  resolve: (path) => realpath(path).catch(() => path),
};
