import path from 'node:path';
import { importCore } from '../core-module.mjs';

/** `createTransport().read()`, the pulling form, with its default options. */
export async function read({ command, take }) {
  const { createTransport } = await importCore();
  const [file, ...args] = command;
  const transport = createTransport({ command: file, args, allowedCommands: [path.basename(file)] });
  const messages = transport.read();
  await transport.connect();
  for await (const message of messages) {
    const waiting = take(message);
    if (waiting !== undefined) await waiting;
  }
}
