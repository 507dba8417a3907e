import { SubwireError } from '@subwire/core';
import { listPublishedPools, type PublishedPool, type PublishedSnapshot, readPublishedPool } from '@subwire/pool';
import {
  concatMap,
  EMPTY,
  firstValueFrom,
  from,
  fromEvent,
  lastValueFrom,
  map,
  merge,
  of,
  repeat,
  takeUntil,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import { type ExitCode, exitCodes } from '../io/exit-codes.ts';
import type { Io, LiveArea } from '../io/io.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { readTopSettings, type TopSettings } from '../options/top-settings.ts';
import { UsageError } from '../options/usage-error.ts';
import { printPiece } from '../render/print.ts';
import { createStyle } from '../render/style.ts';
import { renderTop, renderTopList } from '../render/top/top-screen.ts';
import { createTopView, type TopView } from '../render/top/top-view.ts';
import { CommandError } from './shared/command-error.ts';

// A batch that was started a moment ago is about to be there.
const appearMs = 5_000;
const lookAgainMs = 100;
// Processor use is a difference: two looks this far apart make the first one.
const firstGapMs = 250;

async function find(pid: number | undefined): Promise<readonly PublishedPool[]> {
  const found = await listPublishedPools();
  return pid === undefined ? found : found.filter((pool) => pool.pid === pid);
}

/** The pools to look at: those of a process are waited for while it starts. */
async function choose(io: Io, pid: number | undefined, stop: AbortSignal): Promise<readonly PublishedPool[]> {
  const deadline = performance.now() + appearMs;
  for (;;) {
    const found = await find(pid);
    if (found.length > 0 || pid === undefined || !io.isAlive(pid) || performance.now() > deadline || stop.aborted) return found;
    await firstValueFrom(timer(lookAgainMs));
  }
}

/** Undefined when the pool has ended. */
async function read({ address }: PublishedPool): Promise<PublishedSnapshot | undefined> {
  try {
    return await readPublishedPool(address);
  } catch (cause) {
    if (SubwireError.is(cause, 'POOL_CLOSED')) return undefined;
    throw cause;
  }
}

async function look(io: Io, pools: readonly PublishedPool[]): Promise<readonly TopView[]> {
  const seen = (await Promise.all(pools.map(read))).filter((snapshot) => snapshot !== undefined);
  const pids = seen.flatMap(({ pool }) => pool.slots.flatMap(({ pid }) => pid ?? []));
  const measures = await io.measureTrees(pids);
  return seen.map((snapshot) => createTopView(snapshot, measures));
}

/** Prints what is seen at one moment. */
function print(io: Io, { json }: TopSettings, views: readonly TopView[]): void {
  const screen = { columns: io.stdout.columns, rows: undefined, style: createStyle(io.stdout) };
  const [first] = views;
  if (json) for (const view of views) printPiece(io, { to: 'stdout', text: `${JSON.stringify(view)}\n` });
  else if (views.length > 1) printPiece(io, { to: 'stdout', text: renderTopList(views, screen) });
  else if (first !== undefined) printPiece(io, { to: 'stdout', text: `${renderTop(first, screen)}\n` });
}

function draw(io: Io, live: LiveArea, view: TopView): void {
  const { columns, rows } = io.stdout;
  const style = createStyle(io.stdout);
  live.show(`${renderTop(view, { columns, rows: rows - 1, style })}\n${style.dim('q leaves')}`);
}

/** Looks again and again until the pools have ended, or somebody has had enough. */
async function follow(io: Io, settings: TopSettings, pools: readonly PublishedPool[], stop: AbortSignal): Promise<void> {
  using live = settings.json ? undefined : await io.openLive('stdout');
  const show = (views: readonly TopView[]): void => {
    const [first] = views;
    if (live === undefined) print(io, settings, views);
    else if (first !== undefined) draw(io, live, first);
  };
  const looks$ = of(undefined).pipe(
    concatMap(() => from(look(io, pools))),
    repeat({ delay: settings.intervalMs }),
    takeWhile((views) => views.length > 0),
    tap(show),
    map(() => undefined),
    takeUntil(merge(fromEvent(stop, 'abort'), stop.aborted ? of(undefined) : EMPTY)),
  );
  await lastValueFrom(looks$, { defaultValue: undefined });
}

function nothing({ pid }: TopSettings): CommandError {
  const message =
    pid === undefined
      ? 'Nothing of yours runs that could be looked into. Start a batch, or publish the pool of a program with publishPool.'
      : `Process ${pid} is no batch of yours, and has published no pool. Leave --pid out to see what runs.`;
  return new CommandError('NOTHING_RUNS', message);
}

/** Shows what a batch or a pool is doing. */
export async function top(io: Io, input: CommandInput): Promise<ExitCode> {
  const settings = readTopSettings(input, io);
  const stopping = new AbortController();
  const leave = (): void => stopping.abort();
  using _signals = io.onStop(leave);
  io.stdout.closed.addEventListener('abort', leave, { once: true });
  const pools = await choose(io, settings.pid, stopping.signal);
  if (pools.length === 0) throw nothing(settings);
  await look(io, pools);
  await firstValueFrom(timer(firstGapMs));
  if (settings.once || (pools.length > 1 && !settings.json)) {
    const views = await look(io, pools);
    if (views.length === 0) throw nothing(settings);
    print(io, settings, views);
    if (pools.length === 1 || settings.json) return exitCodes.done;
    throw new UsageError('Several run. Choose one with --pid.');
  }
  using _keys = io.onKey((key) => {
    if (key === 'q' || key === 'Q' || key === '\u0003') leave();
  });
  await follow(io, settings, pools, stopping.signal);
  return exitCodes.done;
}
