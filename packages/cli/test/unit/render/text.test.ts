import { from, lastValueFrom, throwError, concat, type Observable, toArray } from 'rxjs';
import type { Message } from '@subwire/core';
import { describe, expect, it } from 'vitest';
import type { Piece } from '../../../src/render/piece.ts';
import { printAll } from '../../../src/render/print.ts';
import { renderText } from '../../../src/render/text.ts';
import { createFakeIo } from '../../support/fake-io.ts';

const assistant = (content: readonly object[], more: object = {}): Message =>
  ({ type: 'assistant', message: { id: 'm1', model: 'm', content }, ...more }) as unknown as Message;
const event = (value: object): Message => ({ type: 'stream_event', event: value }) as unknown as Message;
const start = (id: string): Message => event({ type: 'message_start', message: { id } });
const block = event({ type: 'content_block_start', index: 0 });
const delta = (text: string): Message => event({ type: 'content_block_delta', delta: { type: 'text_delta', text } });
const text = (value: string): object => ({ type: 'text', text: value });
const bash = (command: string): object => ({ type: 'tool_use', id: 't', name: 'Bash', input: { command } });
const result = (more: object): Message => ({ type: 'result', subtype: 'success', is_error: false, ...more }) as unknown as Message;

const plain = { isTerminal: false, hasColors: false, columns: 80 };
const screen = { isTerminal: true, hasColors: false, columns: 40 };

async function render(messages$: Observable<Message>, output = plain, quiet = false): Promise<readonly Piece[]> {
  return lastValueFrom(messages$.pipe(renderText({ stdout: output, stderr: output, quiet }), toArray()));
}

async function outAndErr(messages: readonly Message[], output = plain, quiet = false): Promise<readonly [string, string]> {
  const pieces = await render(from(messages), output, quiet);
  const of = (to: Piece['to']): string =>
    pieces
      .filter((piece) => piece.to === to)
      .map((piece) => piece.text)
      .join('');
  return [of('stdout'), of('stderr')];
}

describe('renderText', () => {
  it('streams deltas, says nothing twice, and ends with a line feed', async () => {
    const [out, err] = await outAndErr([
      start('m1'),
      block,
      delta('hel'),
      delta('lo'),
      assistant([text('hello')]),
      result({ result: 'hello' }),
    ]);
    expect(out).toBe('hello\n');
    expect(err).toBe('');
  });

  it('makes paragraphs of what was said before and after a tool call', async () => {
    const before = [start('m1'), block, delta('Let me look.'), assistant([text('Let me look.')]), assistant([bash('ls\n-l')])];
    const after = [start('m2'), block, delta('Two'), delta(' files.\n')];
    const [out, err] = await outAndErr([...before, ...after]);
    expect(out).toBe('Let me look.\n\nTwo files.\n');
    expect(err).toBe('⏺ Bash ls -l\n');
  });

  it('separates whole messages in the same way', async () => {
    const [out] = await outAndErr([assistant([text('one\n')]), assistant([text('two')])]);
    expect(out).toBe('one\n\ntwo\n');
  });

  it('takes the answer from the result when it comes nowhere else', async () => {
    expect(await outAndErr([result({ result: 'from a local command' })])).toEqual(['from a local command\n', '']);
    expect(await outAndErr([result({ result: 'overloaded', is_error: true })])).toEqual(['', '']);
  });

  it('puts a tool call on a line of its own when both outputs are one screen', async () => {
    const pieces = await render(from([start('m1'), block, delta('so'), assistant([bash('a')]), assistant([bash('b')])]), screen);
    expect(pieces.map((piece) => piece.text).join('')).toBe('so\n⏺ Bash a\n⏺ Bash b\n\n');
  });

  it('cuts tool lines at the width and indents those of subagents', async () => {
    const [, err] = await outAndErr([assistant([bash('x'.repeat(100))], { parent_tool_use_id: 'p' })], screen);
    expect(err).toBe(`  ⏺ Bash ${'x'.repeat(30)}…\n`);
    expect([...err.trimEnd()].length).toBe(40);
  });

  it('tells of denials and retries', async () => {
    const denied = { type: 'system', subtype: 'permission_denied', tool_name: 'Bash', message: 'needs approval' } as unknown as Message;
    const retry = {
      type: 'system',
      subtype: 'api_retry',
      attempt: 1,
      max_retries: 10,
      retry_delay_ms: 563,
      error_status: 529,
    } as unknown as Message;
    const [, err] = await outAndErr([denied, retry]);
    expect(err).toBe('⏺ Bash was denied: needs approval\n⏺ the API failed (HTTP 529); trying again in 0.6 s, attempt 1 of 10\n');
  });

  it('says nothing on stderr when it is to be quiet', async () => {
    expect(await outAndErr([assistant([text('a'), bash('ls')])], plain, true)).toEqual(['a\n', '']);
  });

  it('lets no sequence of the agent reach a terminal, and changes no byte in a pipe', async () => {
    const nasty = 'a\u001b]0;title\u0007b\u009b31m\ttab';
    expect((await outAndErr([assistant([text(nasty)])], screen))[0]).toBe('a]0;titleb31m\ttab\n');
    expect((await outAndErr([assistant([text(nasty)])]))[0]).toBe(`${nasty}\n`);
    expect((await outAndErr([assistant([bash(`x${nasty}`)])]))[1]).not.toMatch(/[\u001b\u009b]/);
  });

  it('ends the line of a broken answer, and leaves the error to whoever waits for the result', async () => {
    const io = createFakeIo();
    const broken$ = concat(
      from([assistant([text('half')])]),
      throwError(() => new Error('gone')),
    );
    await printAll(io, broken$.pipe(renderText({ stdout: plain, stderr: plain, quiet: false })));
    expect(io.out).toBe('half\n');
  });
});
