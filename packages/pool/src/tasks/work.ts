import type { Message, Session, SessionOptions } from '@subwire/core';
import type { Lease, Pool } from '../pool/types.ts';
import { runAttempt, type AttemptEnd } from './attempt.ts';
import type { Entry } from './entry.ts';
import type { TaskJournal } from './journal-types.ts';
import { watchBudget, type BudgetWatch } from './run-budget.ts';
import type { ResolvedRunOptions } from './run-options.ts';
import { acquireFor } from './acquire-for.ts';
import type { TaskEvent } from './types.ts';

/** What an attempt needs of its run. */
export interface WorkContext {
  readonly pool: Pool<Session>;
  readonly options: ResolvedRunOptions;
  readonly journal: TaskJournal;
  readonly stop: AbortSignal;
  readonly budget: BudgetWatch;
  readonly emit: (event: TaskEvent) => void;
  /** The budget of the whole run is used up. */
  readonly onExhausted: (error: Error) => void;
}

const budgets = new WeakMap<Entry, BudgetWatch>();

function budgetOf(entry: Entry): BudgetWatch {
  const known = budgets.get(entry) ?? watchBudget(entry.task.budget, `task '${entry.task.id}'`);
  budgets.set(entry, known);
  return known;
}

/** One attempt at a task of a run, told in events. */
export async function workOn(context: WorkContext, entry: Entry, lane: number): Promise<AttemptEnd> {
  const { pool, options, journal, emit } = context;
  const { task, index } = entry;
  const resume = entry.resumes ? entry.sessionId : undefined;
  const base: SessionOptions | undefined = options.session;
  const attempt = entry.attempts + 1;
  const where = { id: task.id, index, lane, attempt };
  const own = budgetOf(entry);
  const startedAtMs = performance.now();
  let place: { readonly slot?: number; readonly pid?: number } = {};

  function noteSession(session: Session): void {
    if (session.id === undefined || session.id === entry.sessionId) return;
    entry.sessionId = session.id;
    journal.session(task.id, session.id);
  }

  const end = await runAttempt({
    acquire: (signal) =>
      acquireFor(pool, task, {
        base,
        resume,
        signal,
        // The run waits for its own turn: how long that takes is the pool's business, and no failure.
        timeoutMs: Number.POSITIVE_INFINITY,
        tenant: options.tenant,
        ...(task.priority !== undefined && { priority: task.priority }),
        ...(task.budget?.wallMs !== undefined && { budget: { wallMs: task.budget.wallMs } }),
      }),
    input: resume === undefined ? options.promptOf(task) : options.resumePrompt(task),
    timeoutMs: task.timeoutMs ?? options.timeoutMs,
    stop: context.stop,
    meter: (session) => entry.meter.follow(session),
    beforeSend: () => journal.sent(task.id, attempt),
    onSent(lease: Lease<Session>) {
      const { pid } = lease.worker.transport;
      entry.attempts += 1;
      entry.waitedMs ??= performance.now() - entry.queuedAtMs;
      place = { slot: lease.slot, ...(pid !== undefined && { pid }) };
      emit({ type: 'task-started', ...where, ...place });
    },
    onMessage(message: Message, session: Session) {
      noteSession(session);
      if (!options.messages) return;
      const { sessionId } = entry;
      emit({ type: 'task-message', ...where, ...place, ...(sessionId !== undefined && { sessionId }), message, usage: entry.meter.usage });
    },
    onSpend(spend) {
      const exhausted = context.budget.spend(spend);
      if (exhausted !== undefined) context.onExhausted(exhausted);
      return own.spend(spend);
    },
  });
  entry.sessionId = end.sessionId ?? entry.sessionId;
  if (end.sentAtMs !== undefined) {
    entry.durationMs = end.durationMs;
    entry.output = end.output;
  } else if (end.cause !== 'stopped') entry.waitedMs ??= performance.now() - startedAtMs;
  return end;
}
