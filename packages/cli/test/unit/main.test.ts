import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { main } from '../../src/main.ts';
import { createFakeIo } from '../support/fake-io.ts';

async function run(
  argv: readonly string[],
  stdin?: string,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const io = createFakeIo({ argv, ...(stdin !== undefined && { stdin }) });
  const code = await main(io);
  return { code, out: io.out, err: io.err };
}

describe('main', () => {
  it('prints the version', async () => expect(await run(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' }));

  it('prints help on stdout when it is asked for', async () => {
    const { code, out, err } = await run(['run', '--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Usage: subwire run [options] [prompt] [-- arguments for the agent itself]');
    expect(out).toContain('Examples:');
  });

  it('prints help on stderr, and a usage code, when there is no command', async () => {
    const { code, out, err } = await run([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: subwire');
  });

  it.each([
    [['run', '--agnt', 'x'], /^subwire: Unknown option '--agnt' \(Did you mean --agent\?\) See subwire run --help\. \[USAGE\]\n$/],
    [['walk'], /^subwire: Unknown command 'walk'.* See subwire walk --help\. \[USAGE\]\n$/],
    [
      ['run', '--output', 'xml', 'hi'],
      /^subwire: Option '-o, --output <format>' argument 'xml' is invalid\. Allowed choices are text, json, stream-json\. See .* \[USAGE\]\n$/,
    ],
    [['run', 'a', 'b'], /^subwire: Too many arguments/],
    [['run', '--timeout', 'soon', 'hi'], /^subwire: --timeout does not take 'soon'\. .* \[USAGE\]\n$/],
    [['run', '--max-turns', '0', 'hi'], /^subwire: --max-turns does not take '0'\./],
    [['run', '--partial', 'hi'], /^subwire: --partial is for --output stream-json/],
    [['run', '--resume', 'x', '--continue', 'hi'], /^subwire: --resume and --continue exclude each other/],
    [['run', '--json', '--output', 'text', 'hi'], /^subwire: --json and --output text exclude each other/],
    [['batch', '--retries', 'x', 'tasks.md'], /^subwire: --retries does not take 'x'\. Give a whole number of 0 or more/],
    [['batch'], /^subwire: There are no tasks\. Name their file/],
    [['top', '--pid', '0'], /^subwire: --pid does not take '0'/],
    [['run', '--agent', '', 'hi'], /^subwire: --agent is empty/],
    [['run'], /^subwire: There is no prompt/],
  ])('refuses %j in one sentence with a code', async (argv, message) => {
    const { code, out, err } = await run(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.split('\n').length).toBe(2);
  });
});
