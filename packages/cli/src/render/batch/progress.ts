import { fill, fit, widthOf } from '../fit.ts';
import { safeText } from '../safe-text.ts';
import type { Style } from '../style.ts';
import { formatCost, formatCount, formatSpan } from '../summary.ts';
import { type BatchView, failures, type LaneView, remainingMs, spentUsd } from './batch-view.ts';

/** What progress is drawn on. */
export interface ProgressOptions {
  readonly nowMs: number;
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
  /** Lines for workers; one without a task is shown as idle. */
  readonly maxWorkers: number;
  /** Whether no further task is started. */
  readonly isDraining: boolean;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const spinMs = 100;
const widestId = 40;
const barColumns = { least: 10, most: 30 } as const;

function laneLine(number: number, lane: LaneView | undefined, idColumns: number, options: ProgressOptions): string {
  const { style, columns, nowMs, isDraining } = options;
  const label = fill(String(number + 1), 3, 'left');
  if (lane === undefined) return style.dim(`${label} · ${isDraining ? 'ended' : 'idle'}`);
  const turning = spinner[Math.floor(nowMs / spinMs) % spinner.length] ?? '';
  const state = lane.attempt > 1 ? `attempt ${lane.attempt}` : 'working';
  const tokens = lane.tokens === null ? '' : `${formatCount(lane.tokens)} tok`;
  const facts = [
    `${label} ${style.green(turning)} ${fill(safeText(lane.id), idColumns)}`,
    fill(state, 10),
    fill(formatSpan(nowMs - lane.startedAtMs), 12, 'left'),
    fill(tokens, 12, 'left'),
    ` ${style.dim(lane.doing)}`,
  ];
  return fit(facts.join(' ').trimEnd(), columns - 1);
}

function bar(share: number, columns: number, style: Style): string {
  const full = Math.round(share * columns);
  return `${style.green('━'.repeat(full))}${style.dim('─'.repeat(columns - full))}`;
}

/** How far the batch is, in one line. */
function overallLine(view: BatchView, { columns, nowMs, style, isDraining }: ProgressOptions): string {
  const { total, settled, retried } = view;
  const failed = failures(view);
  const usd = spentUsd(view);
  const left = remainingMs(view, nowMs);
  const facts = [
    total === undefined ? `${settled} done` : `${settled}/${total}`,
    ...(failed > 0 ? [style.red(`${failed} failed`)] : []),
    ...(retried > 0 ? [style.yellow(`${retried} tried again`)] : []),
    ...(isDraining ? [style.yellow('finishing; Ctrl-C again ends everything')] : left === undefined ? [] : [`ETA ${formatSpan(left)}`]),
    formatSpan(nowMs - view.startedAtMs),
    ...(usd === null ? [] : [formatCost(usd)]),
  ].join(' · ');
  if (total === undefined) return fit(facts, columns - 1);
  const room = Math.min(barColumns.most, columns - 2 - widthOf(facts));
  const share = total === 0 ? 1 : Math.min(1, settled / total);
  return fit(room < barColumns.least ? facts : `${bar(share, room, style)} ${facts}`, columns - 1);
}

/** A line for each worker and one for the whole, none wider or more than the terminal has. */
export function renderProgress(view: BatchView, options: ProgressOptions): string {
  const { columns, rows, maxWorkers, style } = options;
  const room = Math.max(1, rows - 2);
  const shown = maxWorkers <= room ? maxWorkers : room - 1;
  const lanes = [...view.lanes.values()];
  const idColumns = Math.min(widestId, Math.floor(columns * 0.4), Math.max(4, ...lanes.map(({ id }) => widthOf(id))));
  const lines = Array.from({ length: shown }, (_, number) => laneLine(number, view.lanes.get(number), idColumns, options));
  const hidden = [...view.lanes.keys()].filter((number) => number >= shown).length;
  if (maxWorkers > shown) lines.push(fit(style.dim(`    … and ${hidden} more at work`), columns - 1));
  return [...lines, overallLine(view, options)].join('\n');
}
