import { spawn } from 'node:child_process';
import { createLineReader } from '../read-lines.mjs';

/** The hand-written optimum for a reader that pulls: a chunk is read when everything before it was handled. */
export async function read({ command, take }) {
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let queue = [];
  const readLines = createLineReader((line) => queue.push(JSON.parse(line)));
  for await (const chunk of child.stdout) {
    readLines(chunk);
    for (const message of queue) {
      const waiting = take(message);
      if (waiting !== undefined) await waiting;
    }
    queue = [];
  }
}
