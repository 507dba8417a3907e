import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkCommandLine, type CommandLine, type CommandLineLimits } from '../../../src/policy/command-line.ts';

const linux: CommandLineLimits = { platform: 'linux', stackBytes: 8 * 1024 * 1024 };
const line = (more: Partial<CommandLine> = {}): CommandLine => ({ file: '/bin/true', args: [], env: {}, ...more });
const longest = 131_071;

function verdict(what: CommandLine, limits: CommandLineLimits): string {
  try {
    checkCommandLine(what, limits);
    return 'fine';
  } catch (cause) {
    const { code, option, message } = cause as { code: string; option: string; message: string };
    return `${code} ${option}: ${message}`;
  }
}

test('the kernel of Linux takes exactly as much in one argument and one variable as the check lets through', () => {
  for (const bytes of [longest, longest + 1]) {
    const arg = spawnSync('/bin/true', ['x'.repeat(bytes)], { env: {} }).error === undefined;
    const variable = spawnSync('/bin/true', [], { env: { A: 'x'.repeat(bytes - 2) } }).error === undefined;
    expect([arg, variable]).toEqual([bytes === longest, bytes === longest]);
    expect(verdict(line({ args: ['x'.repeat(bytes)] }), linux) === 'fine').toBe(arg);
    expect(verdict(line({ env: { A: 'x'.repeat(bytes - 2) } }), linux) === 'fine').toBe(variable);
  }
});

test('bytes are counted, not characters, and the argument is named without its value', () => {
  const refusal = verdict(line({ args: ['a', `--append-system-prompt=${'ß'.repeat(70_000)}`] }), linux);
  expect(refusal).toMatch(/^INVALID_OPTION args: Argument 2 \(--append-system-prompt\) has 140023 bytes, and Linux takes 131071 in each/);
  expect(refusal).not.toContain('ßß');
  expect(verdict(line({ env: { BIG: 'secret'.repeat(40_000) } }), linux)).toMatch(/^INVALID_OPTION env: The variable BIG has 240004 bytes/);
});

test('all together may take a quarter of the stack, 6 MiB at most and 128 KiB at least', () => {
  const args = (count: number): CommandLine => line({ args: Array.from({ length: count }, () => 'x'.repeat(100_000)) });
  expect(verdict(args(20), linux)).toBe('fine');
  expect(verdict(args(21), linux)).toMatch(
    /^INVALID_OPTION args: Arguments \(\d+ bytes\) and environment \(0 bytes\) are more than the 2097152 bytes/,
  );
  expect(verdict(args(60), { ...linux, stackBytes: Infinity })).toBe('fine');
  expect(verdict(args(64), { ...linux, stackBytes: Infinity })).toContain('6291456');
  expect(verdict(args(1), { ...linux, stackBytes: 1 })).toBe('fine');
  expect(verdict(args(2), { ...linux, stackBytes: 1 })).toContain('131072');
  const env = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`V${index}`, 'x'.repeat(100_000)]));
  expect(verdict(line({ env }), linux)).toMatch(/^INVALID_OPTION env/);
});

test('macOS has no limit for each, but one of 1 MiB for all', () => {
  const mac: CommandLineLimits = { platform: 'darwin', stackBytes: Infinity };
  expect(verdict(line({ args: ['x'.repeat(900_000)] }), mac)).toBe('fine');
  expect(verdict(line({ args: ['x'.repeat(1_048_576)] }), mac)).toContain('1048576');
});

test('P20 Windows counts the characters of the whole line, quotes and doubled backslashes among them', () => {
  const windows: CommandLineLimits = { platform: 'win32', stackBytes: Infinity };
  const of = (...args: readonly string[]): string => verdict({ file: 'c.exe', args, env: {} }, windows);
  // "c.exe" and a space are 6, and the last place is that of the final NUL.
  expect(of('x'.repeat(32_760))).toBe('fine');
  expect(of('x'.repeat(32_761))).toContain('has 32767 characters, and Windows takes 32766');
  expect(of(' '.repeat(32_758))).toBe('fine');
  expect(of(' '.repeat(32_759))).toContain('32767');
  // Each quote is written with a backslash before it.
  expect(of('"'.repeat(16_379))).toBe('fine');
  expect(of('"'.repeat(16_380))).toContain('characters');
  expect(of('a b\\')).toBe('fine');
  expect(verdict({ file: 'c.exe', args: [], env: { A: 'x'.repeat(32_767) } }, windows)).toMatch(/^INVALID_OPTION env/);
});
