import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { peerUrl } from '../peers.mjs';

/** split2 with `JSON.parse` as its mapper. */
export async function read({ command, take }) {
  const { default: split2 } = await import(peerUrl('split2'));
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const messages = child.stdout.pipe(split2(JSON.parse));
  messages.on('data', take);
  await once(messages, 'end');
}
