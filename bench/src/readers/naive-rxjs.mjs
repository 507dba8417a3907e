import { spawn } from 'node:child_process';
import { filter, from, fromEvent, map, mergeMap, scan, takeUntil } from 'rxjs';

/** The pipeline that one writes first: text per chunk, the rest of a line carried along, `split`, `JSON.parse`. */
export async function read({ command, take }) {
  const [file, ...args] = command;
  const { stdout } = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const messages$ = fromEvent(stdout, 'data').pipe(
    takeUntil(fromEvent(stdout, 'end')),
    map((chunk) => chunk.toString()),
    scan(
      ({ rest }, text) => {
        const lines = (rest + text).split('\n');
        return { rest: lines.pop() ?? '', lines };
      },
      { rest: '', lines: [] },
    ),
    mergeMap(({ lines }) => from(lines)),
    filter((line) => line !== ''),
    map((line) => JSON.parse(line)),
  );
  await new Promise((resolve, reject) => {
    messages$.subscribe({ next: take, error: reject, complete: resolve });
  });
}
