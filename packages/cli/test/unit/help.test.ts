import { describe, expect, it } from 'vitest';
import { main } from '../../src/main.ts';
import { commandSpecs } from '../../src/options/command-specs.ts';
import { optionNames } from '../../src/options/option-names.ts';
import { createFakeIo } from '../support/fake-io.ts';

async function subwire(argv: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const io = createFakeIo({ argv });
  const code = await main(io);
  return { code, stdout: io.out };
}

describe('the help', () => {
  it.each(commandSpecs)('of $name shows every option and example', async ({ name, options, examples: own }) => {
    const { code, stdout } = await subwire([name, '--help']);
    expect(code).toBe(0);
    const flat = stdout.replace(/\s+/g, ' ');
    for (const option of options) expect(flat).toContain(option.flags);
    for (const { command } of own) expect(stdout).toContain(command);
    expect(own.length).toBeGreaterThan(0);
  });

  it.each(['bash', 'zsh', 'fish'])('completes every command and option in %s', async (shell) => {
    const { code, stdout } = await subwire(['completions', shell]);
    expect(code).toBe(0);
    for (const { name, options } of commandSpecs) {
      expect(stdout).toContain(name);
      for (const option of options) {
        const { long } = optionNames(option);
        expect(stdout).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
      }
    }
  });
});
