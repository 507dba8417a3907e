import path from 'node:path';
import { importCore } from '../core-module.mjs';

/** `createTransport().messages$` with its default options. */
export async function read({ command, take }) {
  const { createTransport } = await importCore();
  const [file, ...args] = command;
  const transport = createTransport({ command: file, args, allowedCommands: [path.basename(file)] });
  const ended = new Promise((resolve, reject) => {
    transport.messages$.subscribe({ next: take, error: reject, complete: resolve });
  });
  await transport.connect();
  await ended;
}
