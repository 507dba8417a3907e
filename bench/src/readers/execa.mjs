import { peerUrl } from '../peers.mjs';

/** The lines of an execa subprocess, as they come. */
export async function read({ command, take }) {
  const { execa } = await import(peerUrl('execa'));
  const [file, ...args] = command;
  for await (const line of execa(file, args, { stdin: 'ignore', lines: true, buffer: false })) take(JSON.parse(line));
}
