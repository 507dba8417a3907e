import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatInput, type ChatLine, emptyInput, takeChatLine } from '../../../src/options/chat-line.ts';

function take(...lines: readonly string[]): ChatLine {
  let state: ChatInput = emptyInput;
  let read: ChatLine = { kind: 'empty' };
  for (const line of lines) {
    read = takeChatLine(state, line);
    state = read.kind === 'more' ? read.state : emptyInput;
  }
  return read;
}

describe('takeChatLine', () => {
  it.each([
    [['hello'], { kind: 'prompt', text: 'hello' }],
    [['  '], { kind: 'empty' }],
    [['one\\', 'two'], { kind: 'prompt', text: 'one\ntwo' }],
    [['a path C:\\\\'], { kind: 'prompt', text: 'a path C:\\\\' }],
    [['"""one', '/quit', 'two"""'], { kind: 'prompt', text: 'one\n/quit\ntwo' }],
    [['"""one"""'], { kind: 'prompt', text: 'one' }],
    [['"""', '"""'], { kind: 'empty' }],
    [['/quit'], { kind: 'command', name: 'quit', argument: '' }],
    [[' /model  opus '], { kind: 'command', name: 'model', argument: 'opus' }],
    [['/etc/hosts is a file'], { kind: 'prompt', text: '/etc/hosts is a file' }],
    [['one\\', '/quit'], { kind: 'prompt', text: 'one\n/quit' }],
  ] as const)('reads %j as %o', (lines, wanted) => expect(take(...lines)).toEqual(wanted));

  it('never loses a text between three double quotes', () => {
    const line = fc.string().filter((text) => !text.includes('"') && !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 6 }), (lines) => {
        const text = lines.join('\n');
        const read = take(...`"""${text}"""`.split('\n'));
        expect(read).toEqual(text.trim() === '' ? { kind: 'empty' } : { kind: 'prompt', text: text.trim() });
      }),
    );
  });
});
