import { ConfigError, ExitError, LaunchError, ResultError } from '@subwire/core';
import { PoolError } from '@subwire/pool';
import { describe, expect, it } from 'vitest';
import { renderError } from '../../../src/render/error.ts';
import { createStyle } from '../../../src/render/style.ts';

const style = createStyle({ hasColors: false });

describe('renderError', () => {
  it('says what to do in terms of the command, with the code', () => {
    const error = new LaunchError({
      code: 'CLI_NOT_FOUND',
      command: 'claude',
      message: 'Claude Code was not found (5 places searched). Give its path as the option command.',
    });
    expect(renderError(error, style)).toBe(
      'subwire: Claude Code was not found (5 places searched). Install Claude Code (npm install -g @anthropic-ai/claude-code), name another program with --agent PATH, or try --agent fake. subwire doctor shows where it was searched. [CLI_NOT_FOUND]\n',
    );
  });

  it('says what to do about what an agent has unasked, and about a journal', () => {
    const surplus = new LaunchError({
      code: 'UNREQUESTED_CONFIGURATION',
      surplus: [{ kind: 'mcp-server', name: 'mail' }],
      message: 'The agent has what nobody asked for: the MCP server mail. Ask for it in the options of the session.',
    });
    expect(renderError(surplus, style)).toMatch(/the MCP server mail\. Name what .* \[UNREQUESTED_CONFIGURATION\]\n$/);
    for (const code of ['JOURNAL_LOCKED', 'JOURNAL_FAILED'] as const) {
      const error = new PoolError({ code, message: 'The journal cannot be used. Name another file.' });
      expect(renderError(error, style)).toMatch(new RegExp(`cannot be used\\. .* --journal.* \\[${code}\\]\n$`));
    }
  });

  it('does not cut a sentence at a dot within a name', () => {
    const error = new ConfigError({
      code: 'CWD_NOT_FOUND',
      option: 'cwd',
      cwd: '/a.b',
      message: 'The working directory /a.b/c.d does not exist. Create it, or give another one as cwd.',
    });
    expect(renderError(error, style)).toBe(
      'subwire: The working directory /a.b/c.d does not exist. Create the directory, or give another one with --cwd. [CWD_NOT_FOUND]\n',
    );
  });

  it('keeps the last lines of stderr, and no sequence that a terminal would act on', () => {
    const error = new ExitError({
      code: 'EXIT_EARLY',
      exitCode: 1,
      signal: null,
      phase: 'starting',
      stderrTail: [],
      message: 'The process exited with code 1. Its last words on stderr: \u001b[31mno key',
    });
    const text = renderError(error, style);
    expect(text).toContain('Its last words on stderr: [31mno key. ');
    expect(text).toMatch(/\[EXIT_EARLY\]\n$/);
  });

  it.each([
    [{ apiStatus: 401 }, 'Check the credential'],
    [{ apiStatus: 529 }, 'Wait a little'],
    [{ subtype: 'error_max_turns' }, '--max-turns'],
    [{ sessionId: 's1' }, '--resume s1'],
  ])('advises on a result with %o', (fields, advice) => {
    expect(renderError(new ResultError({ code: 'RESULT_ERROR', message: 'It failed', ...fields }), style)).toContain(advice);
  });

  it.each([
    [new Error('odd'), 'subwire: odd. [UNEXPECTED]\n'],
    ['text', 'subwire: text. [UNEXPECTED]\n'],
    [undefined, 'subwire: undefined. [UNEXPECTED]\n'],
  ])('takes anything: %s', (error, text) => expect(renderError(error, style)).toBe(text));
});
