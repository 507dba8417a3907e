import Table from 'cli-table3';
import { oneLine } from '../safe-text.ts';
import type { Style } from '../style.ts';
import { formatCost, formatCount, formatSpan } from '../summary.ts';
import { type BatchView, maxRows, type TaskRow } from './batch-view.ts';

const columnsOfNumbers = 46;

function resultText({ status }: TaskRow, style: Style): string {
  if (status === 'done') return style.green(status);
  return status === 'cancelled' || status === 'skipped' ? style.yellow(status) : style.red(status);
}

function tableOf(rows: readonly TaskRow[], columns: number, style: Style): string {
  const idColumns = Math.max(12, Math.min(40, columns - columnsOfNumbers));
  const table = new Table({
    head: ['task', 'result', 'tries', 'time', 'tokens', 'cost'].map((name) => style.bold(name)),
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    // Colours are ours to decide, and the default ones are always on.
    style: { head: [], border: [], compact: true },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const row of rows) {
    const { id, attempts, durationMs, tokens, usd } = row;
    const span = durationMs === 0 ? '' : formatSpan(durationMs);
    table.push([
      oneLine(id, idColumns),
      resultText(row, style),
      String(attempts),
      span,
      tokens === null ? '' : formatCount(tokens),
      usd === null ? '' : formatCost(usd),
    ]);
  }
  return table.toString();
}

/** What a batch came to, in one line without a line feed. */
function renderTotals(view: BatchView, nowMs: number, style: Style): string {
  const { counts, recovered, retried, usd, tokens } = view;
  const { done, ...others } = counts;
  const parts = [
    `${done} done`,
    ...Object.entries(others).flatMap(([status, count]) => (count === 0 ? [] : [`${count} ${status}`])),
    ...(recovered === 0 ? [] : [`${recovered} of them from the journal`]),
    ...(retried === 0 ? [] : [`${retried} tried again`]),
    ...(tokens === null ? [] : [`${formatCount(tokens)} tokens`]),
    ...(usd === null ? [] : [formatCost(usd)]),
    formatSpan(nowMs - view.startedAtMs),
  ];
  return style.dim(parts.join(' · '));
}

/**
 * A table of the tasks, or of those that did not succeed when there are many, and a line with the totals. Ends with a line feed.
 */
export function renderBatchSummary(
  view: BatchView,
  options: { readonly columns: number; readonly nowMs: number; readonly style: Style },
): string {
  const { columns, nowMs, style } = options;
  const isWhole = view.settled <= maxRows;
  const rows = isWhole ? view.rows : view.troubles;
  const troubles = view.settled - view.counts.done;
  const more = isWhole ? 0 : troubles - rows.length;
  const lines = [
    ...(rows.length === 0 ? [] : [tableOf(rows, columns, style)]),
    ...(more > 0 ? [style.dim(`… and ${more} more that did not succeed`)] : []),
    renderTotals(view, nowMs, style),
  ];
  return `${lines.join('\n')}\n`;
}
