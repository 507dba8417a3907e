import type { SessionOptions } from '@subwire/core';
import { createSessionPool, publishPool, runTasks, type RunTasksOptions, type SessionPool } from '@subwire/pool';
import { type ExitCode, exitCodes } from '../io/exit-codes.ts';
import type { Io } from '../io/io.ts';
import { type LineFile, openLineFile } from '../io/line-file.ts';
import { type BatchSettings, readBatchSettings } from '../options/batch-settings.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { UsageError } from '../options/usage-error.ts';
import { type BatchView, emptyBatchView, reduceBatch } from '../render/batch/batch-view.ts';
import { renderError } from '../render/error.ts';
import { printPiece } from '../render/print.ts';
import { createStyle } from '../render/style.ts';
import { batchDetails } from './batch/details.ts';
import { type BatchDisplay, createBatchDisplay } from './batch/display.ts';
import { type BatchStop, watchBatchStop } from './batch/watch-batch-stop.ts';
import { exitCodeOf, exitCodeOfStop } from './shared/exit-code-of.ts';
import { refusePermissions } from './shared/permissions.ts';
import { checkLaunch } from './shared/check-launch.ts';
import { stopError } from './shared/stop-error.ts';

const now = (): number => performance.now();

function createPool({ session, size, maxWorkers, reuse }: BatchSettings, extra: SessionOptions): SessionPool {
  // Those that wait for nobody cost a start that nobody needs: at the end of a batch each finished task would start one more.
  const minIdle = Math.max(0, size - maxWorkers);
  return createSessionPool({ size, minIdle, reset: reuse ? 'clear' : 'dispose', session: { ...session, ...extra } });
}

function runOptions(settings: BatchSettings): RunTasksOptions {
  const { maxWorkers, timeoutMs, retries, budgetUsd, failFast, journal } = settings;
  return {
    concurrency: maxWorkers,
    failFast,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(retries !== undefined && { retries }),
    ...(budgetUsd !== undefined && { budget: { usd: budgetUsd } }),
    ...(journal !== undefined && { journal }),
  };
}

async function openResults(path: string | undefined): Promise<LineFile | undefined> {
  try {
    return path === undefined ? undefined : await openLineFile(path);
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      `The file of --results ${String(path)} cannot be written (${code}). Name one in a directory that is there and yours.`,
    );
  }
}

/** What the parts of a batch share. */
interface Batch {
  readonly io: Io;
  readonly settings: BatchSettings;
  readonly pool: SessionPool;
  readonly display: BatchDisplay;
  readonly stop: BatchStop;
  readonly results: LineFile | undefined;
  readonly update: (change: (view: BatchView) => BatchView) => void;
}

async function work({ io, settings, pool, display, stop, results, update }: Batch): Promise<void> {
  const run = runTasks(pool, settings.list.tasks, { ...runOptions(settings), signal: stop.ending });
  // At the pace of this loop: while a result waits for its reader or its disk, no further task is started.
  for await (const event of run) {
    const { result } = event;
    if (result !== undefined) await results?.append(JSON.stringify(result));
    update((view) => reduceBatch(view, event, now()));
    display.take(event);
    // With a file for the results, stdout is for people only.
    if (result !== undefined && (settings.output === 'text' || settings.results === undefined)) display.answer(result);
    await io.stdout.drained();
    stop.look();
  }
}

/** Lets `subwire top` look in. A batch that cannot be looked into runs all the same. */
async function publish(pool: SessionPool, title: string, details: () => unknown, display: BatchDisplay): Promise<void> {
  try {
    await publishPool(pool, { title, details });
  } catch (cause) {
    display.say(`subwire top cannot look into this batch: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function exitCodeFor(view: BatchView): ExitCode {
  return view.counts.done === view.settled ? exitCodes.done : exitCodes.failed;
}

/** Runs many tasks, several at once. */
export async function batch(io: Io, input: CommandInput): Promise<ExitCode> {
  const settings = await readBatchSettings(input, io);
  await checkLaunch(settings.session);
  if (settings.debug) io.enableDebug();
  const { tasks, name } = settings.list;
  let view = emptyBatchView(Array.isArray(tasks) ? tasks.length : undefined, now());
  const results = await openResults(settings.results);
  const display = await createBatchDisplay(io, settings, () => view, now);
  const onToolUse = refusePermissions(io, (text) => display.say(text));
  const pool = createPool(settings, { onToolUse });
  using stop = watchBatchStop(io, { pool, isAtWork: () => view.lanes.size > 0, onDrain: () => display.drain() });
  let failure: { readonly cause: unknown } | undefined;
  try {
    await publish(pool, `batch ${name}`, () => batchDetails(view, now()), display);
    const update = (change: (before: BatchView) => BatchView): void => void (view = change(view));
    await work({ io, settings, pool, display, stop, results, update });
  } catch (cause) {
    failure = { cause };
  } finally {
    await stop.closing(pool);
    await results?.close();
    display.finish();
  }
  const { reason } = stop;
  if (reason !== undefined) {
    const error = stopError(reason, { timeoutMs: undefined, closed: io.stdout.closed });
    // Who asked for the drain has got it, and knows.
    if (error !== undefined && stop.isForced) printPiece(io, { to: 'stderr', text: renderError(error, createStyle(io.stderr)) });
    return exitCodeOfStop(reason, error);
  }
  if (failure === undefined) return exitCodeFor(view);
  if (failure.cause instanceof UsageError) throw failure.cause;
  printPiece(io, { to: 'stderr', text: renderError(failure.cause, createStyle(io.stderr)) });
  return exitCodeOf(failure.cause);
}
