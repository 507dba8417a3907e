import { posix, win32 } from 'node:path';
import type { FileView } from '../../../src/process/file-view.ts';

/** One file of a machine that does not exist. */
export interface MemoryFile {
  readonly content?: string | Buffer;
  /** @defaultValue true */
  readonly executable?: boolean;
}

/** A machine that does not exist, made of these files. */
export function memoryFiles(files: Readonly<Record<string, MemoryFile>>, more: Partial<FileView> = {}): FileView {
  const platform = more.platform ?? 'linux';
  const paths = platform === 'win32' ? win32 : posix;
  const byPath = new Map(Object.entries(files).map(([path, file]) => [paths.normalize(path), file]));
  const find = (path: string): MemoryFile | undefined => byPath.get(paths.normalize(path));
  return {
    platform,
    arch: 'x64',
    home: platform === 'win32' ? 'C:\\Users\\me' : '/home/me',
    cwd: platform === 'win32' ? 'C:\\work' : '/work/project',
    node: platform === 'win32' ? 'C:\\node\\node.exe' : '/usr/bin/node',
    hostPath: '',
    kind: async (path) => {
      if (find(path) !== undefined) return 'file';
      return [...byPath.keys()].some((key) => key.startsWith(paths.normalize(path) + paths.sep)) ? 'directory' : undefined;
    },
    isExecutable: async (path) => find(path)?.executable ?? true,
    read: async (path, offset, length) => Buffer.from(find(path)?.content ?? '').subarray(offset, offset + length),
    resolve: async (path) => path,
    ...more,
  };
}

/** The first bytes of a program of Linux for this machine (62 is x64, 183 arm64) with this loader. */
export function elf(machine: number, loader: string | undefined): Buffer {
  const head = Buffer.alloc(256);
  head.write('\x7fELF', 0, 'latin1');
  head.set([2, 1, 1], 4);
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(loader === undefined ? 0 : 1, 56);
  head.writeUInt32LE(3, 64);
  head.writeBigUInt64LE(160n, 72);
  head.writeBigUInt64LE(BigInt((loader ?? '').length + 1), 96);
  head.write(`${loader ?? ''}\0`, 160, 'latin1');
  return head;
}
