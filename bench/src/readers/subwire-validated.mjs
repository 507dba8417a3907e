import path from 'node:path';
import { importCore } from '../core-module.mjs';

/** `messages$`, and each message checked with the zod schema of all known ones. */
export async function read({ command, take }) {
  const { createTransport, loadWireSchemas } = await importCore();
  const { KnownMessage } = await loadWireSchemas();
  const [file, ...args] = command;
  const transport = createTransport({ command: file, args, allowedCommands: [path.basename(file)] });
  const ended = new Promise((resolve, reject) => {
    transport.messages$.subscribe({ next: (message) => take(KnownMessage.parse(message)), error: reject, complete: resolve });
  });
  await transport.connect();
  await ended;
}
