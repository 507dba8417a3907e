/** What the first bytes of a program say about the machines that can run it. */
export type ExecutableFormat =
  /** A program of Linux; the loader is read from elsewhere in the file, at this place. */
  | { readonly kind: 'elf'; readonly arch: string; readonly loader: { readonly offset: number; readonly length: number } | undefined }
  | { readonly kind: 'mach-o'; readonly arch: string }
  | { readonly kind: 'pe' }
  /** A script, with the words of its first line. */
  | { readonly kind: 'script'; readonly words: readonly string[] }
  | { readonly kind: 'other' };

/** How many bytes {@link readFormat} wants to see. */
export const headBytes = 4096;

const elfMachines: Readonly<Record<number, string>> = {
  0x03: 'ia32',
  0x28: 'arm',
  0x3e: 'x64',
  0xb7: 'arm64',
  0xf3: 'riscv64',
  0x15: 'ppc64',
  0x16: 's390x',
  0x102: 'loong64',
};
const machMachines: Readonly<Record<number, string>> = { 0x01000007: 'x64', 0x0100000c: 'arm64' };
const interpreterHeader = 3;

function readElf(head: Buffer): ExecutableFormat {
  const is64 = head[4] === 2;
  const isLittle = head[5] === 1;
  const short = (at: number): number => (isLittle ? head.readUInt16LE(at) : head.readUInt16BE(at));
  const int = (at: number): number => (isLittle ? head.readUInt32LE(at) : head.readUInt32BE(at));
  const word = (at: number): number => (!is64 ? int(at) : Number(isLittle ? head.readBigUInt64LE(at) : head.readBigUInt64BE(at)));
  const arch = elfMachines[short(18)] ?? `machine ${short(18)}`;
  const table = word(is64 ? 32 : 28);
  const size = short(is64 ? 54 : 42);
  const count = short(is64 ? 56 : 44);
  for (let index = 0; index < count; index++) {
    const at = table + index * size;
    if (at + size > head.length) break;
    if (int(at) === interpreterHeader) {
      return { kind: 'elf', arch, loader: { offset: word(at + (is64 ? 8 : 4)), length: word(at + (is64 ? 32 : 16)) } };
    }
  }
  return { kind: 'elf', arch, loader: undefined };
}

/** Reads the first bytes of a file. Never throws: what is cut off is `other`. */
export function readFormat(head: Buffer): ExecutableFormat {
  if (head.length >= 2 && head.toString('latin1', 0, 2) === '#!') {
    const [line = ''] = head.toString('utf8').slice(2).split('\n');
    return { kind: 'script', words: line.trim().split(/\s+/) };
  }
  if (head.length >= 64 && head.readUInt32BE(0) === 0x7f454c46) return readElf(head);
  if (head.length >= 8 && head.readUInt32LE(0) === 0xfeedfacf) {
    return { kind: 'mach-o', arch: machMachines[head.readUInt32LE(4)] ?? 'unknown' };
  }
  // Programs for several machines in one file, which only macOS has. Java classes begin alike and hold a version where this holds a small count.
  if (head.length >= 8 && head.readUInt32BE(0) === 0xcafebabe && head.readUInt32BE(4) < 20) return { kind: 'mach-o', arch: 'universal' };
  if (head.length >= 2 && head.toString('latin1', 0, 2) === 'MZ') return { kind: 'pe' };
  return { kind: 'other' };
}
