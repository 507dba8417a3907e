import { peerUrl } from '../peers.mjs';

/** spawn-rx emits pieces of text; its users cut them into lines themselves. */
export async function read({ command, take }) {
  const { default: spawnRx } = await import(peerUrl('spawn-rx'));
  const [file, ...args] = command;
  let rest = '';
  await new Promise((resolve, reject) => {
    spawnRx.spawn(file, args).subscribe({
      next(piece) {
        const lines = (rest + piece).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) take(JSON.parse(line));
      },
      error: reject,
      complete: resolve,
    });
  });
}
