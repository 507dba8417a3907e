import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bash, slow } from '../support/prompts.ts';
import { hasPty, onTerminal } from '../support/pty.ts';
import { useWorkFolder } from '../support/work-folder.ts';

const ctrlC = '\u0003';
const ctrlD = '\u0004';
const down = '\u001b[B';
const up = '\u001b[A';

describe('subwire on a terminal', { timeout: 60_000 }, () => {
  const work = useWorkFolder();

  it('can be tested: the system has a command that makes a pseudo-terminal', () => expect(hasPty).toBe(true));

  it('run dims the summary, and shows the answer as it comes', async () => {
    const terminal = onTerminal(['run', '--agent', 'fake', slow('first second', 2, 300)]);
    await terminal.until('first ');
    await terminal.until('second\r\n');
    await terminal.until('\u001b[2mdone');
    expect(await terminal.exit).toBe(0);
  });

  it('P49 run interrupts the turn at one Ctrl-C', async () => {
    const terminal = onTerminal(['run', '--agent', 'fake', slow('first second', 2, 20_000)]);
    await terminal.until('first ');
    terminal.type(ctrlC);
    await terminal.until('press Ctrl-C again');
    await terminal.until('interrupted · ');
    expect(await terminal.exit).toBe(130);
  });

  it('P49 run ends a deaf agent at the second Ctrl-C, long before it would be killed otherwise', async () => {
    const file = path.join(work.folder, 'deaf.json');
    await writeFile(file, JSON.stringify({ faults: [{ name: 'ignore-interrupt' }, { name: 'ignore-term' }] }));
    const terminal = onTerminal(['run', '--agent', 'fake', slow('first second', 2, 20_000), '--', '--scenario', file]);
    await terminal.until('first ');
    terminal.type(ctrlC);
    await terminal.until('press Ctrl-C again');
    const at = performance.now();
    terminal.type(ctrlC);
    expect(await terminal.exit).toBe(130);
    expect(performance.now() - at).toBeLessThan(4000);
    expect(terminal.screen).toContain('[INTERRUPTED]');
  });

  it('run asks for a permission, and runs the tool after a yes', async () => {
    const file = path.join(work.folder, 'allowed.txt');
    const terminal = onTerminal(['run', '--agent', 'fake', bash(`echo written > ${file}`, 'It is done.')]);
    await terminal.until('May it run Bash echo written');
    await terminal.until('Yes, this time');
    terminal.type('\r');
    await terminal.until('It is done.');
    expect(await terminal.exit).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('written\n');
  });

  it('run asks for a permission, and the tool does not run after a no', async () => {
    const file = path.join(work.folder, 'refused.txt');
    const terminal = onTerminal(['run', '--agent', 'fake', bash(`echo written > ${file}`, 'It was refused.')]);
    await terminal.until('Yes, this time');
    terminal.type(`${down}${down}\r`);
    await terminal.until('It was refused.');
    expect(await terminal.exit).toBe(0);
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('asks readably on a terminal that does not know its size', async () => {
    const terminal = onTerminal(['run', '--agent', 'fake', bash('touch z', 'It was refused.')], { sized: false });
    await terminal.until('May it run Bash touch z');
    await terminal.until('Yes, this time');
    terminal.type(`${down}${down}\r`);
    await terminal.until('It was refused.');
    expect(await terminal.exit).toBe(0);
  });

  it('run interrupts the turn when a permission question is broken off', async () => {
    const terminal = onTerminal(['run', '--agent', 'fake', bash('touch x', 'Never said.')]);
    await terminal.until('Yes, this time');
    terminal.type(ctrlC);
    expect(await terminal.exit).toBe(130);
    expect(terminal.screen).not.toContain('Never said.\r\n');
  });

  it('chat takes turns, brings lines back, and ends at /quit', async () => {
    const history = path.join(work.folder, 'history');
    const terminal = onTerminal(['chat', '--agent', 'fake'], { env: { SUBWIRE_HISTORY: history } });
    await terminal.until('/help');
    await terminal.until('› ');
    terminal.type('first prompt\r');
    await terminal.until('first prompt\r\n');
    await terminal.until('done');
    await terminal.until('› ');
    terminal.type(up);
    await terminal.until('first prompt');
    terminal.type(' again\r');
    await terminal.until('first prompt again\r\n');
    await terminal.until('so far');
    await terminal.until('› ');
    terminal.type('/quit\r');
    expect(await terminal.exit).toBe(0);
    expect(await readFile(history, 'utf8')).toBe('first prompt\nfirst prompt again\n/quit\n');
  });

  it('chat takes a prompt of several lines', async () => {
    const terminal = onTerminal(['chat', '--agent', 'fake']);
    await terminal.until('› ');
    terminal.type('"""one\r');
    await terminal.until('… ');
    terminal.type('two"""\r');
    await terminal.until('one\r\ntwo\r\n');
    await terminal.until('› ');
    terminal.type(ctrlD);
    expect(await terminal.exit).toBe(0);
  });

  it('chat interrupts a turn at Ctrl-C and goes on with the next one', async () => {
    const terminal = onTerminal(['chat', '--agent', 'fake']);
    await terminal.until('› ');
    terminal.type(`${slow('first second', 2, 20_000)}\r`);
    await terminal.until('>>');
    await terminal.until('first ');
    terminal.type(ctrlC);
    await terminal.until('interrupted · ');
    await terminal.until('› ');
    terminal.type('hello\r');
    await terminal.until('hello\r\n');
    await terminal.until('done');
    await terminal.until('› ');
    terminal.type(ctrlC);
    expect(await terminal.exit).toBe(0);
  });

  it('chat takes /interrupt while the agent works', async () => {
    const terminal = onTerminal(['chat', '--agent', 'fake']);
    await terminal.until('› ');
    terminal.type(`${slow('first second', 2, 20_000)}\r`);
    await terminal.until('>>');
    await terminal.until('first ');
    terminal.type('/interrupt\r');
    await terminal.until('interrupted · ');
    await terminal.until('› ');
    terminal.type('/quit\r');
    expect(await terminal.exit).toBe(0);
  });

  it('chat ends a deaf agent, and itself, at the second Ctrl-C', async () => {
    const file = path.join(work.folder, 'deaf-chat.json');
    await writeFile(file, JSON.stringify({ faults: [{ name: 'ignore-interrupt' }, { name: 'ignore-term' }] }));
    const terminal = onTerminal(['chat', '--agent', 'fake', '--', '--scenario', file]);
    await terminal.until('› ');
    terminal.type(`${slow('first second', 2, 20_000)}\r`);
    await terminal.until('>>');
    await terminal.until('first ');
    terminal.type(ctrlC);
    await terminal.until('press Ctrl-C again');
    const at = performance.now();
    terminal.type(ctrlC);
    expect(await terminal.exit).toBe(130);
    expect(performance.now() - at).toBeLessThan(4000);
  });

  it('chat clears a line at Ctrl-C, and asks for permissions between two prompts', async () => {
    const terminal = onTerminal(['chat', '--agent', 'fake']);
    await terminal.until('› ');
    terminal.type(`not this${ctrlC}${bash('touch y', 'It was refused.')}\r`);
    await terminal.until('Yes, this time');
    terminal.type(`${down}${down}\r`);
    await terminal.until('It was refused.\r\n');
    await terminal.until('› ');
    terminal.type('hello\r');
    await terminal.until('\nhello\r\n');
    await terminal.until('› ');
    terminal.type(ctrlD);
    expect(await terminal.exit).toBe(0);
  });

  it('P46 after a restart the question is asked again, and the answer runs that call, once, and no other', async () => {
    const runs = path.join(work.folder, 'runs.txt');
    const pools = { SUBWIRE_POOLS: path.join(work.folder, 'pools') };
    const first = onTerminal(['run', '--agent', 'fake', bash(`echo first >> ${runs}`, 'Done.')], { env: pools });
    await first.until('Yes, this time');
    await first.kill();
    expect(await readFile(runs, 'utf8').catch(() => 'nothing ran')).toBe('nothing ran');
    const second = onTerminal([
      'run',
      '--agent',
      'fake',
      '--resume',
      '00000000-0000-4000-8000-000000000046',
      bash(`echo changed >> ${runs}`, 'Refused.'),
    ]);
    await second.until('echo changed');
    await second.until('Yes, this time');
    second.type(`${down}${down}\r`);
    await second.until('Refused.');
    expect(await second.exit).toBe(0);
    expect(await readFile(runs, 'utf8').catch(() => 'nothing ran')).toBe('nothing ran');
    const third = onTerminal([
      'run',
      '--agent',
      'fake',
      '--resume',
      '00000000-0000-4000-8000-000000000046',
      bash(`echo first >> ${runs}`, 'Done.'),
    ]);
    await third.until('Yes, this time');
    third.type('\r');
    await third.until('Done.');
    expect(await third.exit).toBe(0);
    expect(await readFile(runs, 'utf8')).toBe('first\n');
  });
});
