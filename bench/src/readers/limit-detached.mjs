import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createLineReader } from '../read-lines.mjs';

/** The hand-written optimum: a pipe, one decode per chunk, `indexOf`, `JSON.parse`, and nothing else. */
export async function read({ command, take }) {
  const [file, ...args] = command;
  const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on(
    'data',
    createLineReader((line) => take(JSON.parse(line))),
  );
  await once(child, 'close');
}
