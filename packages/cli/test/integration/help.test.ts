import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandSpecs } from '../../src/options/command-specs.ts';
import { endAll, placeFakeCli, shell } from '../support/subwire.ts';

describe('the help', { timeout: 60_000 }, () => {
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    await placeFakeCli();
    folder = await mkdtemp(path.join(tmpdir(), 'subwire-help-'));
    env = { SUBWIRE_POOLS: path.join(folder, 'pools') };
  });
  afterAll(() => {
    endAll();
    return rm(folder, { recursive: true });
  });

  const examples = commandSpecs.flatMap(({ name, examples: own }) => own.map(({ command }) => ({ name, command })));

  it.each(examples)('of $name has an example that works: $command', async ({ command }) => {
    const { code, stdout, stderr } = await shell(command, { input: '', cwd: folder, env });
    expect(code, stderr).toBe(0);
    expect(stdout === '' && !command.startsWith('source')).toBe(false);
  });

  it('completes in bash what the commands have', async () => {
    const script = `source <(subwire completions bash)
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _subwire; echo "\${COMPREPLY[*]}"; }
complete_words subwire r
complete_words subwire run --ou
complete_words subwire run --output s
complete_words subwire run --agent fa
complete_words subwire completions z
complete_words subwire run hello -- --ou`;
    const { stdout } = await shell(script, { input: '', cwd: folder, env });
    expect(stdout.split('\n').slice(0, 6)).toEqual(['run record replay', '--output', 'stream-json', 'fake', 'zsh', '']);
  });
});
