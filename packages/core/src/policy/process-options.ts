/** Limits of a whole tree of processes; each that is reached ends it with a typed error that carries the last samples. */
export interface ProcessLimits {
  /**
   * Resident memory of all processes together, in bytes: `soft` is reported once as a diagnostic, `hard` ends the tree with `MEMORY_LIMIT`. Pages that
   * processes share count for each of them.
   * @defaultValue no limit
   */
  readonly residentBytes?: { readonly soft?: number; readonly hard?: number };
  /** Processor use of all processes together, in percent of one core, over {@link cpuWindowMs}; more ends the tree with `CPU_LIMIT`. @defaultValue no limit */
  readonly cpuPercent?: number;
  /** How long the use must stay above `cpuPercent`, in milliseconds. @defaultValue 5000 */
  readonly cpuWindowMs?: number;
  /** Life of the process since its start, in milliseconds; more ends the tree with `TIME_LIMIT`. @defaultValue no limit */
  readonly wallMs?: number;
  /** How often the tree is looked at, in milliseconds. @defaultValue 500 */
  readonly sampleEveryMs?: number;
}

/** {@link ProcessLimits} with every default in place; Infinity is no limit. */
export interface ResolvedProcessLimits {
  readonly softBytes: number;
  readonly hardBytes: number;
  readonly cpuPercent: number;
  readonly cpuWindowMs: number;
  readonly wallMs: number;
  readonly sampleEveryMs: number;
}

/** Limits that the kernel of Linux enforces on each process by itself, set through `prlimit`. */
export interface Rlimits {
  /** Processor seconds over the whole life of each process; it is killed without a chance to clean up. @defaultValue unset */
  readonly cpuSeconds?: number;
  /** Open files of each process; the CLI needs 12 when idle, MCP servers and watchers many more. @defaultValue unset */
  readonly openFiles?: number;
  /**
   * Always refused. A JavaScript engine reserves gigabytes of address space that it never touches: Node aborts at its start below 700 MB, the CLI below 1 GB, and
   * WebAssembly, which `fetch` needs, fails below 8 GB. Use `limits.residentBytes`.
   */
  readonly addressSpaceBytes?: number;
}

/**
 * What keeps a tree together, strongest first: `cgroup` (Linux, where a control group may be made: the kernel ends the whole group at once),
 * `pid-namespace` (Linux: nothing in it outlives its first process), `pdeathsig` (Linux: TERM when this host dies), `plain` (process group, marker and
 * guard only). `auto` takes `cgroup`, `pdeathsig` or `plain`, whichever of them works first.
 */
export type Containment = 'auto' | 'cgroup' | 'pid-namespace' | 'pdeathsig' | 'plain';

/** How the version of the CLI is looked at before it starts. */
export type VersionCheck = 'files' | 'probe' | 'off';
