import assert from 'node:assert/strict';
import { createInterface } from 'node:readline/promises';
import { PassThrough } from 'node:stream';
import { isBlock, openSession, type Session } from '@subwire/core';
import { ofType } from '@subwire/core/operators';
import { fakeCli } from '@subwire/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { askPerson } from './ask-person.ts';

// A person who reads each question and types the next answer. At a real terminal: `createInterface({ input: process.stdin, output: process.stdout })`.
const keyboard = new PassThrough();
const screen = new PassThrough({ encoding: 'utf8' });
const answers = ['y', 'e printf safer > result && cat result', 'n Not on a Friday.'];
const questions: string[] = [];
screen.on('data', (question: string) => {
  questions.push(question);
  keyboard.write(`${answers.shift()}\n`);
});
const terminal = createInterface({ input: keyboard, output: screen, terminal: false });

/** What the tool returned to the model. */
async function resultOf(session: Session, command: string): Promise<readonly unknown[]> {
  const call = { kind: 'tool_use', name: 'Bash', input: { command } };
  const turn = session.prompt(`<<fake ${JSON.stringify([call, { kind: 'text', text: 'done' }])}>>`);
  const messages = await lastValueFrom(turn.messages$.pipe(ofType('user'), toArray()));
  return messages
    .flatMap(({ message: { content } }) => (typeof content === 'string' ? [] : content))
    .flatMap((block) => (isBlock(block, 'tool_result') ? [block.content] : []));
}

await using session = await openSession({ ...fakeCli(), onToolUse: askPerson(terminal) });

assert.deepEqual(await resultOf(session, 'printf one > result; cat result'), ['one']);
assert.deepEqual(await resultOf(session, 'rm -r drafts'), ['safer']);
assert.deepEqual(await resultOf(session, 'touch deployed'), ['Not on a Friday.']);

assert.equal(questions.length, 3);
assert.match(questions[1]!, /^Bash .*rm -r drafts/);
terminal.close();
