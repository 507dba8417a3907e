import { BehaviorSubject, type Observable } from 'rxjs';
import { createLoneMap } from '../streams/lone-map.ts';

/** Decides whether stdout is read. */
export interface Flow {
  readonly paused$: Observable<boolean>;
  /** A reader's buffer became full, or has room again. */
  setFull(reader: object, full: boolean): void;
  controlSent(id: string): void;
  controlAnswered(id: string): void;
  /** Looks again whether questions have kept stdout open for too long. */
  check(): void;
  /** Reads on, whatever the readers say: the process is to end, and what it still writes must not keep it. */
  open(): void;
}

// A question that nobody answers must not switch the bound on memory off for ever.
const maxBypassMs = 60_000;

/**
 * Stdout is paused while a reader is full, and read at once while a control request waits for its answer: with pausing alone, a reader that asks the CLI
 * something in the middle of its work waits for an answer that stands behind what it has not read yet.
 */
export function createFlow(now: () => number = () => performance.now()): Flow {
  const full = new Set<object>();
  const asked = createLoneMap<true>();
  const paused = new BehaviorSubject(false);
  let bypass: { readonly since: number; readonly ids: readonly string[] } | undefined;
  let opened = false;

  function update(): void {
    if (full.size === 0 || asked.size === 0) bypass = undefined;
    else bypass ??= { since: now(), ids: asked.entries().map(([id]) => id) };
    const next = full.size > 0 && asked.size === 0 && !opened;
    if (next !== paused.value) paused.next(next);
  }

  return {
    paused$: paused.asObservable(),
    setFull(reader, isFull) {
      if (isFull) full.add(reader);
      else full.delete(reader);
      update();
    },
    controlSent(id) {
      asked.set(id, true);
      if (full.size > 0) update();
    },
    controlAnswered(id) {
      asked.take(id);
      if (full.size > 0) update();
    },
    check() {
      if (bypass === undefined || now() - bypass.since <= maxBypassMs) return;
      for (const id of bypass.ids) asked.take(id);
      bypass = undefined;
      update();
    },
    open() {
      opened = true;
      update();
    },
  };
}
