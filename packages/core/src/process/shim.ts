import { type FileView, pathsOf } from './file-view.ts';
import type { Inspection } from './inspect-executable.ts';

const maxShimBytes = 16 * 1024;

/** The program that a batch file of a package manager starts, relative to the folder of the batch file: what follows `%~dp0` or `%dp0%`. */
function parseShim(text: string): string | undefined {
  const targets = [...text.matchAll(/"%(?:~dp0|dp0%)[\\/]?([^"%]+\.(?:exe|cjs|mjs|js))"/gi)].map((match) => match[1] ?? '');
  // The first lines of such files look for a node.exe beside them.
  return targets.find((target) => !/(?:^|[\\/])node\.exe$/i.test(target));
}

/**
 * A batch file runs in `cmd.exe`, which reads the arguments once more and gives the characters `& | < > ^ % "` a meaning of its own: no quoting is safe from
 * it, and Node refuses to start one. So the program behind it is started instead, and a batch file that is no shim is refused.
 */
export async function resolveShim(view: FileView, path: string): Promise<Inspection> {
  const paths = pathsOf(view);
  const target = parseShim((await view.read(path, 0, maxShimBytes)).toString('utf8'));
  if (target === undefined) return { ok: false, code: 'BATCH_FILE_REFUSED', why: 'a batch file that no package manager has written' };
  const file = paths.join(paths.dirname(path), target);
  if ((await view.kind(file)) !== 'file') return { ok: false, code: 'CLI_NOT_FOUND', why: `a batch file for ${file}, which is not there` };
  if (/\.exe$/i.test(file)) return { ok: true, command: [file] };
  const beside = paths.join(paths.dirname(path), 'node.exe');
  return { ok: true, command: [(await view.kind(beside)) === 'file' ? beside : view.node, file] };
}
