import type { TaskEvent, TaskResult } from '@subwire/pool';
import { oneLine, safeText } from '../safe-text.ts';
import type { Style } from '../style.ts';
import { formatCost, formatCount, formatSpan } from '../summary.ts';

const longest = 400;

function saidBy(cause: unknown): string {
  const { message } = (cause ?? {}) as { readonly message?: unknown };
  return oneLine(typeof message === 'string' ? message : String(cause), longest);
}

function factsOf({ attempts, durationMs, usage, recovered }: TaskResult): string {
  const facts = [
    ...(recovered === true ? ['from the journal'] : [formatSpan(durationMs)]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(usage?.tokens == null ? [] : [`${formatCount(usage.tokens)} tokens`]),
    ...(usage?.usd == null ? [] : [formatCost(usage.usd)]),
  ];
  return facts.join(' · ');
}

/** How a task ended, in one line without a line feed. */
function renderSettled(result: TaskResult, style: Style): string {
  const { id, status, error } = result;
  const facts = style.dim(factsOf(result));
  if (status === 'done') return `${style.green('✓')} ${safeText(id)} · ${facts}`;
  const mark = status === 'cancelled' || status === 'skipped' ? style.yellow('-') : style.red('✗');
  const why = error === undefined ? '' : ` · ${oneLine(error.message, longest)} ${style.dim(`[${error.code}]`)}`;
  return `${mark} ${safeText(id)} ${status}${why} · ${facts}`;
}

/** An event of a batch in one line without a line feed; undefined for one that is nothing to tell. */
export function renderEvent(event: TaskEvent, style: Style): string | undefined {
  const id = safeText(event.id);
  switch (event.type) {
    case 'task-started':
      return `${style.dim('·')} ${id} started${(event.attempt ?? 1) > 1 ? `, attempt ${event.attempt}` : ''}`;
    case 'task-retried':
      return `${style.yellow('!')} ${id} will be tried again${event.delayMs === undefined || event.delayMs === 0 ? '' : ` in ${formatSpan(event.delayMs)}`}: ${saidBy(event.cause)}`;
    case 'task-settled':
      return event.result === undefined ? undefined : renderSettled(event.result, style);
    case 'journal-damaged':
      return `${style.yellow('!')} line ${event.line} of the journal cannot be read and is left out: ${saidBy(event.cause)}`;
    default:
      return undefined;
  }
}

/** Whether the event is worth a line above a display that is redrawn. */
export function isNews({ type, result }: TaskEvent): boolean {
  if (type === 'task-settled') return result !== undefined && result.status !== 'done' && result.status !== 'cancelled';
  return type === 'task-retried' || type === 'journal-damaged';
}
