import { describe, expect, it } from 'vitest';
import { parseFlags } from '../../../src/fake-cli/flags.ts';

describe('parseFlags', () => {
  it('reads values after a space, after an equals sign, and lists', () => {
    const flags = parseFlags([
      '-p',
      '--model',
      'opus',
      '--resume=abc',
      '--allowedTools',
      'Bash',
      'Read',
      '--tools',
      'A,B',
      '--add-dir=/x',
      '--verbose',
      '--setting-sources=',
    ]);
    expect([flags.value('model'), flags.value('resume'), flags.value('setting-sources')]).toEqual(['opus', 'abc', '']);
    expect([flags.values('allowedTools'), flags.values('tools'), flags.values('add-dir')]).toEqual([['Bash', 'Read'], ['A', 'B'], ['/x']]);
    expect([flags.has('print'), flags.has('verbose'), flags.has('debug'), flags.problem]).toEqual([true, true, false, undefined]);
  });

  it('takes the prompt, and a flag whose value may be missing', () => {
    expect(parseFlags(['hello', '-r', '--verbose']).prompt).toBe('hello');
    expect(parseFlags(['--debug', 'api', 'hello']).prompt).toBe('hello');
  });

  it.each([
    [['--no-such-flag'], "error: unknown option '--no-such-flag'"],
    [['--no-such-flag=1'], "error: unknown option '--no-such-flag'"],
    [['--model'], "error: option '--model <value>' argument missing"],
    [['-p', '--output-format', 'stream-json'], 'Error: When using --print, --output-format=stream-json requires --verbose'],
    [['--input-format', 'stream-json'], 'Error: --input-format=stream-json requires output-format=stream-json.'],
  ])('refuses %s as the real CLI does', (argv, problem) => {
    expect(parseFlags(argv).problem).toBe(problem);
  });
});
