import type { Spawner } from '../ports/child-process.ts';
import type { Containment, ProcessLimits, ResolvedProcessLimits, Rlimits, VersionCheck } from './process-options.ts';
import type { ShutdownPolicy } from './shutdown.ts';

/** Which credential the agent uses. Every other credential variable is removed from its environment. */
export type Credential = { readonly apiKey: string } | { readonly oauthToken: string } | 'inherit' | 'none';

/** Options of `createTransport`. */
export interface TransportOptions {
  /**
   * The executable, with arguments that always come first if it is an array. A base name is looked up in `PATH`.
   * @defaultValue the located `claude`
   */
  readonly command?: string | readonly [file: string, ...prefix: string[]];
  /** Arguments, passed on byte for byte; no shell reads them. @defaultValue none */
  readonly args?: readonly string[];
  /**
   * Values of flags that are secret, or too long for a command line: by the flag's name without dashes. Each goes into a file for this user alone, and the flag
   * gets the file's path; the files are removed once the process has begun to speak. With a `spawner` the values are arguments, because it may start the process
   * on another machine.
   * @defaultValue none
   */
  readonly fileArgs?: Readonly<Record<string, string>>;
  /** Working directory of the process. @defaultValue the host's */
  readonly cwd?: string | URL;
  /** Set on top of what is inherited; `undefined` removes a variable. @defaultValue nothing */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * What the child inherits of the host's environment: a documented allow-list per platform, all, nothing, or the named variables. Markers of a
   * surrounding agent are never inherited.
   * @defaultValue 'profile'
   */
  readonly inheritEnv?: 'profile' | 'all' | 'none' | readonly string[];
  /** The credential to use. @defaultValue 'inherit' */
  readonly credential?: Credential;
  /** Base names that may be run, and no others; the located CLI always may. @defaultValue `claude`, `node` and `python3` */
  readonly allowedCommands?: readonly string[];
  /** Longest line on stdout, in bytes. @defaultValue 67108864 (64 MiB) */
  readonly maxLineBytes?: number;
  /** What a longer line does: dropped with one diagnostic, or ends the stream with `LINE_TOO_LONG`. @defaultValue 'skip' */
  readonly onOversizeLine?: 'skip' | 'fail';
  /** Lines of stderr that are kept for errors and late subscribers. @defaultValue 100 */
  readonly stderrTailLines?: number;
  /**
   * Whether stderr goes to a private temporary file, followed live, instead of a pipe. It holds all that is written and grows with it; nothing is left of it
   * at the end, also after a crash of the host. A pipe is drained at all times and needs no disk.
   * @defaultValue false
   */
  readonly stderrFile?: boolean;
  /** Messages that are held until somebody subscribes to `messages$`; more end it with `HELD_OVERFLOW`. @defaultValue 10000 */
  readonly maxHeldMessages?: number;
  /** Whether a line that opens like an object and does not parse ends the stream. @defaultValue false: a diagnostic, and the stream goes on */
  readonly strict?: boolean;
  /**
   * Whether everything that the CLI says is checked against its schema. A message that does not fit is delivered as `unknown`, a control frame as it came, each
   * with a diagnostic that says why. Costs about a third of the time of reading; without it, only the fields that tell messages apart are looked at. What is
   * written is always checked.
   * @defaultValue false
   */
  readonly validate?: boolean;
  /** The closing ladder. */
  readonly shutdown?: Partial<ShutdownPolicy>;
  /** Limits of the whole tree, watched from here. @defaultValue none */
  readonly limits?: ProcessLimits;
  /** Limits of each process, enforced by the kernel of Linux. @defaultValue none */
  readonly rlimits?: Rlimits;
  /** Whether a small helper ends the tree although this host is killed with SIGKILL. POSIX systems only. @defaultValue true */
  readonly orphanGuard?: boolean;
  /** What keeps the tree together. @defaultValue 'auto' */
  readonly containment?: Containment;
  /**
   * Whether the agent gets a private configuration directory, home and temporary directory, removed when it has ended, so that nothing of the operator's
   * reaches it. A session then also reads no settings files and only its own MCP servers. The login of the operator lies in that configuration: give a
   * `credential`.
   * @defaultValue false
   */
  readonly isolated?: boolean;
  /** How many agents may sit above the new one; an agent that starts agents that start agents is a fork bomb with a bill. @defaultValue 1 */
  readonly maxDepth?: number;
  /**
   * How the version of the CLI is found before the start: from the files beside it, which costs nothing; by running it with `--version` as well, once per
   * file, which costs about 130 ms; or not at all. Too old is `CLI_TOO_OLD`, newer than tested a diagnostic.
   * @defaultValue 'files'
   */
  readonly versionCheck?: VersionCheck;
  /** Starts the process. @defaultValue Node's own `spawn`, without a shell */
  readonly spawner?: Spawner;
  /**
   * Wraps what starts the process, to listen to what passes between this host and it: gets the usual spawner and returns one. Unlike with a `spawner`, the process
   * is still one of this host, with its checks, its containment, its limits and its guard.
   * @defaultValue the spawner as it is
   */
  readonly wrapSpawner?: (spawner: Spawner) => Spawner;
}

/** {@link TransportOptions} with every default in place. */
export interface ResolvedTransportOptions {
  readonly command: readonly [file: string, ...prefix: string[]] | undefined;
  readonly args: readonly string[];
  readonly fileArgs: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly inheritEnv: 'profile' | 'all' | 'none' | readonly string[];
  readonly credential: Credential;
  readonly allowedCommands: readonly string[];
  readonly maxLineBytes: number;
  readonly onOversizeLine: 'skip' | 'fail';
  readonly stderrTailLines: number;
  readonly stderrFile: boolean;
  readonly maxHeldMessages: number;
  readonly strict: boolean;
  readonly validate: boolean;
  readonly shutdown: ShutdownPolicy;
  readonly limits: ResolvedProcessLimits | undefined;
  readonly rlimits: Rlimits;
  readonly orphanGuard: boolean;
  readonly containment: Containment;
  readonly isolated: boolean;
  readonly maxDepth: number;
  readonly versionCheck: VersionCheck;
  readonly spawner: Spawner | undefined;
  readonly wrapSpawner: (spawner: Spawner) => Spawner;
}
