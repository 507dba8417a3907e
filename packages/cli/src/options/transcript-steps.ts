import { resolve } from 'node:path';
import type { Step, TranscriptLine } from '@subwire/testing';
import { UsageError } from './usage-error.ts';

async function readRuns(path: string, cwd: string): Promise<ReadonlyMap<string, readonly TranscriptLine[]>> {
  const { readTranscript } = await import('@subwire/testing');
  try {
    return await readTranscript(resolve(cwd, path));
  } catch (cause) {
    const { syscall, code } = (cause ?? {}) as NodeJS.ErrnoException;
    if (syscall === undefined) throw cause;
    throw new UsageError(`The transcript ${path} cannot be read (${code ?? 'unknown'}). Check its path.`);
  }
}

/**
 * One run of a transcript as steps for the fake CLI: the first, or the one that is named after a `#`.
 * @throws UsageError when there is no such file or run; TranscriptError when the file is no transcript
 */
export async function readSteps(source: string, cwd: string, options: { readonly keepTiming?: boolean } = {}): Promise<readonly Step[]> {
  const { stepsOf } = await import('@subwire/testing');
  const [path = '', ...label] = source.split('#');
  if (path === '') throw new UsageError('replay: names no file. Give the path of a transcript, as in replay:session.ndjson.');
  const runs = await readRuns(path, cwd);
  const wanted = label.length === 0 ? [...runs.keys()][0] : label.join('#');
  if (wanted === undefined) throw new UsageError(`The transcript ${path} is empty. Record one with subwire record ${path} "prompt".`);
  const run = runs.get(wanted);
  if (run !== undefined) return stepsOf(run, options);
  const known = [...runs.keys()].map((name) => JSON.stringify(name)).join(', ');
  throw new UsageError(`The transcript ${path} has no run ${JSON.stringify(wanted)}. It has ${known}.`);
}
