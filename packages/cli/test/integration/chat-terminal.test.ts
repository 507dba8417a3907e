import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inBackground } from '../support/prompts.ts';
import { onTerminal } from '../support/pty.ts';
import { useWorkFolder } from '../support/work-folder.ts';

const ctrlD = '\u0004';

describe('subwire chat on a terminal', { timeout: 60_000 }, () => {
  const work = useWorkFolder();

  it('chat shows the turn that work in the background starts when it ends, above the line that is being typed', async () => {
    const ended = path.join(work.folder, 'ended');
    const terminal = onTerminal(['chat', '--agent', 'fake']);
    await terminal.until('› ');
    terminal.type(`${inBackground(`until [ -e '${ended}' ]; do sleep 0.05; done`, 'It is under way.')}\r`);
    await terminal.until('Yes, this time');
    terminal.type('\r');
    await terminal.until('It is under way.\r\n');
    await terminal.until('› ');
    terminal.type('half a prom');
    await terminal.until('half a prom');
    await writeFile(ended, '');
    await terminal.until('work in the background has ended');
    await terminal.until('half a prom');
    const shown = await terminal.untilShown(/work in the background has ended[^]*› half a prom$/);
    expect(shown.match(/half a prom/g)).toHaveLength(1);
    terminal.type('pt\r');
    await terminal.until('\nhalf a prompt\r\n');
    await terminal.until('› ');
    terminal.type(ctrlD);
    expect(await terminal.exit).toBe(0);
  });

  it('chat ends at a Ctrl-D that is typed before it asks for the next prompt', async () => {
    const terminal = onTerminal(['chat', '--agent', 'fake']);
    await terminal.until('› ');
    terminal.type('hello\r');
    await terminal.until('done · ');
    terminal.type(ctrlD);
    expect(await terminal.exit).toBe(0);
  });
});
