import { closed, observe, until, type Observation, type Subject } from './observe.ts';
import type { MockProcess } from '../../../src/mock/mock-process.ts';

/** One thing that a host may rely on, told once and true of a mock process and of a real one. */
export interface Expectation {
  readonly name: string;
  /** What a real child does: a shell script, or an executable by itself. */
  readonly real: string | { readonly file: string; readonly cwd?: string };
  /** The same, done by a mock process. */
  readonly mock: (child: MockProcess) => void;
  /** What the host does; what it returns is compared too. */
  readonly host: (child: Subject) => Promise<Observation & { readonly facts?: Readonly<Record<string, unknown>> }>;
  /** Events that come, in this order. Others may stand between them. */
  readonly order: readonly string[];
  /** Events that never come. */
  readonly never?: readonly string[];
  readonly facts?: Readonly<Record<string, unknown>>;
}

export const later = (ms: number, run: () => void): void => {
  setTimeout(run, ms);
};

/** Watches a child to its end. */
export const watch = async (child: Subject): Promise<Observation> => {
  const seen = observe(child);
  await until(closed(seen));
  return seen;
};
