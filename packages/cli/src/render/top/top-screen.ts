import { fill, fit } from '../fit.ts';
import { safeText } from '../safe-text.ts';
import type { Style } from '../style.ts';
import { formatCost, formatCount, formatSpan } from '../summary.ts';
import type { TopRow, TopView } from './top-view.ts';

/** What a view is drawn on. */
export interface ScreenOptions {
  readonly columns: number;
  /** Lines; undefined for as many as are needed. */
  readonly rows: number | undefined;
  readonly style: Style;
}

function megabytes(bytes: number | null): string {
  return bytes === null ? '' : `${Math.round(bytes / 1024 ** 2)} MB`;
}

function percent(value: number | null): string {
  return value === null ? '' : `${Math.round(value)} %`;
}

function colored(state: string, style: Style): string {
  if (state === 'leased') return style.green(state);
  return state === 'abandoned' || state === 'retiring' ? style.yellow(state) : style.dim(state);
}

const heads = ['slot', 'state', 'pid', 'memory', 'cpu', 'turn', 'cost', 'tokens', 'time', 'task'] as const;
const widths = [4, 9, 7, 7, 6, 4, 7, 7, 10] as const;

function line(cells: readonly string[], columns: number): string {
  const placed = cells.map((cell, index) => {
    const width = widths[index];
    return width === undefined ? cell : fill(cell, width, index === 1 ? 'right' : 'left');
  });
  return fit(placed.join(' '), columns - 1);
}

function rowLine(row: TopRow, { columns, style }: ScreenOptions): string {
  const { task, doing } = row;
  const what = task === null ? '' : `${safeText(task)}${doing === null || doing === '' ? '' : ` ${style.dim(safeText(doing))}`}`;
  const cells = [
    String(row.slot),
    colored(row.state, style),
    row.pid === null ? '' : String(row.pid),
    megabytes(row.residentBytes),
    percent(row.cpuPercent),
    row.turns === null ? '' : String(row.turns),
    row.usd === null ? '' : formatCost(row.usd),
    row.tokens === null ? '' : formatCount(row.tokens),
    row.runningMs === null ? '' : formatSpan(row.runningMs),
    ` ${what}`,
  ];
  return line(cells, columns);
}

function headLines(view: TopView, { columns, style }: ScreenOptions): readonly string[] {
  const { batch } = view;
  const state = view.phase === 'open' ? (view.isPaused ? ' · paused' : '') : ` · ${view.phase}`;
  const progress =
    batch === null
      ? []
      : [
          `${batch.settled}${batch.total === null ? '' : `/${batch.total}`} tasks`,
          ...(batch.failed > 0 ? [style.red(`${batch.failed} failed`)] : []),
          ...(batch.retried > 0 ? [`${batch.retried} tried again`] : []),
          ...(batch.etaMs === null ? [] : [`ETA ${formatSpan(batch.etaMs)}`]),
        ];
  const pool = [
    `${view.leased} of ${view.size} at work`,
    `${view.idle} idle`,
    ...(view.starting > 0 ? [`${view.starting} starting`] : []),
    `queue ${view.queue}`,
    `restarts ${view.restarts}`,
    megabytes(view.residentBytes),
    percent(view.cpuPercent),
    ...(view.usd === null ? [] : [formatCost(view.usd)]),
  ];
  return [
    fit(`${style.bold(safeText(view.title))} · pid ${view.pid} · up ${formatSpan(view.uptimeMs)}${state}`, columns - 1),
    ...(progress.length === 0 ? [] : [fit(progress.join(' · '), columns - 1)]),
    fit(pool.join(' · '), columns - 1),
  ];
}

/** A pool as lines for people. Without a line feed at the end. */
export function renderTop(view: TopView, options: ScreenOptions): string {
  const { columns, rows, style } = options;
  const head = [...headLines(view, options), '', style.bold(line([...heads.slice(0, -1), ` ${heads.at(-1) ?? ''}`], columns))];
  const room = rows === undefined ? view.slots.length : Math.max(1, rows - head.length - 2);
  const shown = view.slots.slice(0, room);
  const hidden = view.slots.length - shown.length;
  return [...head, ...shown.map((row) => rowLine(row, options)), ...(hidden > 0 ? [style.dim(`  … and ${hidden} more`)] : [])].join('\n');
}

/** Several pools as a list to choose from. Ends with a line feed. */
export function renderTopList(views: readonly TopView[], { columns, style }: ScreenOptions): string {
  const lines = views.map((view) => {
    const progress = view.batch === null ? '' : ` · ${view.batch.settled}${view.batch.total === null ? '' : `/${view.batch.total}`} tasks`;
    const text = `${fill(String(view.pid), 8, 'left')}  ${style.bold(safeText(view.title))} · up ${formatSpan(view.uptimeMs)} · ${view.leased} of ${view.size} at work${progress} · ${safeText(view.cwd)}`;
    return fit(text, columns - 1);
  });
  return `${lines.join('\n')}\n`;
}
