import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { exitCodes } from '../../src/io/exit-codes.ts';
import { commandSpecs } from '../../src/options/command-specs.ts';

describe('what users of the command rely on', () => {
  it('is one program and no module', () => {
    expect(packageJson.bin).toEqual({ subwire: 'dist/bin.js' });
    expect(packageJson.exports).toEqual({ './package.json': './package.json' });
  });

  it('has these exit codes', () => {
    expect(exitCodes).toEqual({
      done: 0,
      failed: 1,
      usage: 2,
      cliMissing: 3,
      resultError: 4,
      hungUp: 129,
      interrupted: 130,
      terminated: 143,
    });
  });

  it('has these commands', () => {
    expect(commandSpecs.map(({ name }) => name)).toEqual([
      'run',
      'chat',
      'batch',
      'top',
      'record',
      'replay',
      'fake',
      'doctor',
      'completions',
    ]);
  });
});
