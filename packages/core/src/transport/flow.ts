import { BehaviorSubject, type Observable } from 'rxjs';

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
  // One question at a time is the rule. It stands beside the set, whose upkeep for each question costs more than all else here.
  let lone: string | undefined;
  const others = new Set<string>();
  const paused = new BehaviorSubject(false);
  let bypass: { readonly since: number; readonly ids: readonly string[] } | undefined;
  let opened = false;

  function remove(id: string): void {
    if (lone === id) lone = undefined;
    else others.delete(id);
  }

  function update(): void {
    const asking = lone !== undefined || others.size > 0;
    if (full.size === 0 || !asking) bypass = undefined;
    else bypass ??= { since: now(), ids: lone === undefined ? [...others] : [lone, ...others] };
    const next = full.size > 0 && !asking && !opened;
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
      if (lone === undefined) lone = id;
      else others.add(id);
      if (full.size > 0) update();
    },
    controlAnswered(id) {
      remove(id);
      if (full.size > 0) update();
    },
    check() {
      if (bypass === undefined || now() - bypass.since <= maxBypassMs) return;
      for (const id of bypass.ids) remove(id);
      bypass = undefined;
      update();
    },
    open() {
      opened = true;
      update();
    },
  };
}
