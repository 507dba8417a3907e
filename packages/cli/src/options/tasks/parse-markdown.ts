import { TaskFileError } from './task-file-error.ts';
import type { RawTask } from './task-fields.ts';

const item = /^(\s*)(?:[-*+]|\d+[.)])\s+\[([ xX])\](?:\s+(.*))?$/;
const fence = /^\s*(?:```|~~~)/;

interface OpenItem {
  readonly line: number;
  readonly indent: number;
  readonly lines: string[];
}

/** Text that belongs to an item has the item's own indentation taken off. */
function joined({ lines, indent }: OpenItem): string {
  const [first = '', ...rest] = lines;
  const least = Math.min(...rest.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length), Infinity);
  const cut = Number.isFinite(least) ? least : indent;
  return [first, ...rest.map((line) => line.slice(cut))].join('\n').trim();
}

/**
 * The open items of a checklist: `- [ ] prompt`. Those with a check mark are done and are left out; indented lines below an item belong to its prompt, and
 * everything else is for people.
 * @throws TaskFileError for an item without a text
 */
export function parseMarkdownTasks(text: string, file: string): readonly RawTask[] {
  const tasks: RawTask[] = [];
  let open: OpenItem | undefined;
  let isFenced = false;

  function close(): void {
    const done = open;
    open = undefined;
    if (done === undefined) return;
    const prompt = joined(done);
    if (prompt === '')
      throw new TaskFileError(
        { file, line: done.line },
        'is an item without a prompt. Write one behind the box, as in - [ ] fix the typo.',
      );
    tasks.push({ line: done.line, fields: { prompt } });
  }

  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((line, index) => {
      const indent = line.length - line.trimStart().length;
      const belongs = open !== undefined && (line.trim() === '' || indent > open.indent);
      const match = isFenced ? null : item.exec(line);
      if (fence.test(line)) isFenced = !isFenced;
      if (match === null) {
        if (belongs) open?.lines.push(line);
        else if (!isFenced || open !== undefined) close();
        return;
      }
      close();
      const [, space = '', mark, said = ''] = match;
      if (mark === ' ') open = { line: index + 1, indent: space.length, lines: [said] };
    });
  close();
  return tasks;
}
