import { readFile } from 'node:fs/promises';
import { TranscriptError, type TranscriptLine } from './transcript-line.ts';

function parseLine(text: string, at: number, name: string): TranscriptLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TranscriptError('INVALID_TRANSCRIPT', `${name}:${at} is not JSON. A transcript has one JSON object a line.`, { at, cause });
  }
  const line = value as Partial<Record<string, unknown>> | null;
  const known = line !== null && typeof line === 'object' && typeof line['run'] === 'string' && typeof line['t'] === 'number';
  const payload =
    known &&
    (line['dir'] === 'meta'
      ? typeof line['event'] === 'string'
      : 'json' in line || typeof line['raw'] === 'string' || line['cut'] === true);
  if (!payload || !['stdin', 'stdout', 'stderr', 'meta'].includes(String(line['dir']))) {
    throw new TranscriptError(
      'INVALID_TRANSCRIPT',
      `${name}:${at} lacks "run", "t", a "dir", or what was said ("json", "raw", "cut" or "event").`,
      { at },
    );
  }
  return value as TranscriptLine;
}

/** The runs in the text of a transcript, in the order in which they begin. Throws `INVALID_TRANSCRIPT`, which names the line; `name` is put before it. */
export function parseTranscript(text: string, name = 'transcript'): ReadonlyMap<string, readonly TranscriptLine[]> {
  const runs = new Map<string, TranscriptLine[]>();
  for (const [index, lineText] of text.split('\n').entries()) {
    if (lineText.trim() === '') continue;
    const line = parseLine(lineText, index + 1, name);
    const run = runs.get(line.run);
    if (run === undefined) runs.set(line.run, [line]);
    else run.push(line);
  }
  return runs;
}

/**
 * Reads a transcript: its runs by label, each with its lines in order.
 *
 * Rejects with `INVALID_TRANSCRIPT` when a line is no transcript line, and with the error of the file system when the file cannot be read.
 */
export async function readTranscript(path: string | URL): Promise<ReadonlyMap<string, readonly TranscriptLine[]>> {
  return parseTranscript(await readFile(path, 'utf8'), String(path));
}
