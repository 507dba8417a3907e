import type { TaskEvent, TaskResult } from '@subwire/pool';
import { interval, type Subscription } from 'rxjs';
import type { Io, LiveArea } from '../../io/io.ts';
import type { BatchSettings } from '../../options/batch-settings.ts';
import type { BatchView } from '../../render/batch/batch-view.ts';
import { isNews, renderEvent } from '../../render/batch/log-line.ts';
import { renderProgress } from '../../render/batch/progress.ts';
import { renderTaskText } from '../../render/batch/task-text.ts';
import { renderBatchSummary } from '../../render/batch/summary-table.ts';
import { printPiece } from '../../render/print.ts';
import { createStyle } from '../../render/style.ts';

/** Shows a batch: on a terminal as lines that are redrawn, elsewhere as a line for each thing that happens. */
export interface BatchDisplay extends Disposable {
  /** Tells what happened. */
  take(event: TaskEvent): void;
  /** A line for people, unless they want none. */
  say(text: string): void;
  /** A result on stdout. */
  answer(result: TaskResult): void;
  /** The end: the table and the totals. */
  finish(): void;
  /** No further task is started. */
  drain(): void;
}

const redrawMs = 100;

export async function createBatchDisplay(io: Io, settings: BatchSettings, look: () => BatchView, now: () => number): Promise<BatchDisplay> {
  const { quiet, output, maxWorkers, debug } = settings;
  const style = createStyle(io.stderr);
  // What debug tells comes from underneath and would be drawn over.
  const isLive = io.stderr.isTerminal && !quiet && !debug;
  let live: LiveArea | undefined = isLive ? await io.openLive('stderr') : undefined;
  let ticking: Subscription | undefined;
  let isDraining = false;

  function draw(): void {
    const { columns, rows } = io.stderr;
    live?.show(renderProgress(look(), { nowMs: now(), columns, rows, style, maxWorkers, isDraining }));
  }

  function print(to: 'stdout' | 'stderr', text: string): void {
    const run = (): void => printPiece(io, { to, text });
    // A pipe on stdout is not on the screen, and need not be drawn around.
    if (live === undefined || (to === 'stdout' && !io.stdout.isTerminal)) run();
    else live.above(run);
  }

  function say(text: string): void {
    if (!quiet) print('stderr', `${text}\n`);
  }

  function close(): void {
    ticking?.unsubscribe();
    live?.clear();
    live?.[Symbol.dispose]();
    live = undefined;
  }

  if (live !== undefined) {
    ticking = interval(redrawMs).subscribe(draw);
    draw();
  }
  return {
    take(event) {
      if (live !== undefined && !isNews(event)) return;
      const line = renderEvent(event, style);
      if (line !== undefined) say(line);
    },
    say,
    answer(result) {
      if (output === 'json') print('stdout', `${JSON.stringify(result)}\n`);
      else if (result.output !== undefined && result.output !== '') print('stdout', renderTaskText(result, io.stdout));
    },
    drain() {
      isDraining = true;
      if (live !== undefined) draw();
      else say(style.dim('Finishing what is at work; Ctrl-C again ends everything.'));
    },
    finish() {
      close();
      if (!quiet) printPiece(io, { to: 'stderr', text: renderBatchSummary(look(), { columns: io.stderr.columns, nowMs: now(), style }) });
    },
    [Symbol.dispose]: close,
  };
}
