import type { SessionOptions, Spawner } from '@subwire/core';
import type { TranscriptLine } from '@subwire/testing';
import type { Io } from '../../io/io.ts';
import { type LineDirection, listenToProcess } from '../../io/listen-to-process.ts';
import { renderDebugLine } from '../../render/debug-line.ts';
import { printPiece } from '../../render/print.ts';
import { createStyle } from '../../render/style.ts';
import { withSpawner } from './with-spawner.ts';

/** The text of a line that the redactor has been through. */
function textOf(line: TranscriptLine): string {
  if (line.dir === 'meta') return '';
  return line.raw ?? JSON.stringify(line.json);
}

/** Shows every line that is sent and received on stderr, with everything that looks like a credential taken out. */
export async function withDebug(io: Io, options: SessionOptions): Promise<SessionOptions> {
  const { createTranscriptRedactor } = await import('@subwire/testing');
  const style = createStyle(io.stderr);
  const wrap =
    (spawner: Spawner): Spawner =>
    (spec) => {
      const redactor = createTranscriptRedactor({ prose: false, ids: false, paths: false }, { env: spec.env });
      const show = (dir: LineDirection, raw: string): void => {
        for (const line of redactor.push({ run: '', t: 0, dir, raw }))
          printPiece(io, { to: 'stderr', text: renderDebugLine(dir, textOf(line), style) });
      };
      const child = spawner(spec);
      listenToProcess(child, show);
      return child;
    };
  return withSpawner(options, wrap);
}
