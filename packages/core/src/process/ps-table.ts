import { runHelper, runHelperSync } from './helper-process.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

const columns = ['pid=', 'ppid=', 'pgid=', 'state=', 'rss=', 'time=', 'lstart='].join(',');
const boundMs = 5000;

/** Milliseconds of `[[days-]hours:]minutes:seconds`, the seconds with or without a fraction. */
function parseTime(text: string): number {
  const [days, rest] = text.includes('-') ? text.split('-') : ['0', text];
  const seconds = (rest ?? '0').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}

/** Parses one line of `ps`. Undefined for a zombie and for text that is no row. */
export function parsePsLine(line: string): ProcessEntry | undefined {
  const [pid, parent, group, state, resident, time, ...started] = line.trim().split(/\s+/);
  if (time === undefined || state === undefined || state.startsWith('Z') || started.length === 0) return undefined;
  if (!Number.isInteger(Number(pid))) return undefined;
  const startedAt = Date.parse(started.join(' '));
  return {
    pid: Number(pid),
    startTime: Number.isNaN(startedAt) ? started.join(' ') : String(startedAt / 1000),
    parent: Number(parent),
    group: Number(group),
    session: 0,
    threads: 1,
    residentBytes: Number(resident) * 1024,
    cpuMs: parseTime(time),
  };
}

/** How the table of {@link createPsTable} is read. */
export interface PsTableOptions {
  /** @defaultValue `ps` of the system */
  readonly file?: string;
  /** The arguments that make `ps` print the pid and the command with its environment, or null where it cannot. @defaultValue those of macOS */
  readonly environmentArgs?: readonly string[] | null;
}

/**
 * The process table of macOS and other systems without `/proc`, through `ps`. Environments are shown to the owner of a process only, and by macOS
 * not for protected programs: a marker that is not seen says nothing.
 */
export function createPsTable(options: PsTableOptions = {}): ProcessTable {
  const { file = '/bin/ps', environmentArgs = ['-axEww', '-o', 'pid=,command='] } = options;
  const environments = new Map<number, string>();
  const readAll = async (): Promise<readonly ProcessEntry[]> => {
    const [rows, commands] = await Promise.all(
      [['-axo', columns], environmentArgs].map(async (args) =>
        args === null ? '' : (await runHelper(file, args, { timeoutMs: boundMs })).stdout,
      ),
    );
    environments.clear();
    for (const line of (commands ?? '').split('\n')) environments.set(Number.parseInt(line, 10), line);
    return (rows ?? '').split('\n').flatMap((line) => parsePsLine(line) ?? []);
  };
  return {
    isCheap: false,
    readAll,
    readAllNow: () =>
      runHelperSync(file, ['-axo', columns], boundMs)
        .split('\n')
        .flatMap((line) => parsePsLine(line) ?? []),
    read: (pid) => parsePsLine(runHelperSync(file, ['-o', columns, '-p', String(pid)], boundMs)),
    carries: ({ pid }, marker) => environments.get(pid)?.includes(marker) ?? false,
  };
}
