import { SubwireError, type SubwireErrorOptions } from './subwire-error.ts';

/** One thing that an agent has although nobody asked for it. */
export interface Surplus {
  readonly kind: 'mcp-server' | 'tool' | 'skill' | 'plugin';
  /** As the agent reports it. */
  readonly name: string;
}

/** Fields of {@link LaunchError} besides those of every error. */
export interface LaunchErrorFields {
  /** Each place that was searched, with the reason why it was rejected. */
  readonly searched?: readonly { readonly path: string; readonly why: string }[] | undefined;
  /** The file that was to be run. */
  readonly command?: string | undefined;
  /** The operating system's own code, such as `ENOENT`. */
  readonly errno?: string | undefined;
  /** The version that the CLI reported. */
  readonly version?: string | undefined;
  /** What the agent has although it was not asked for. */
  readonly surplus?: readonly Surplus[] | undefined;
}

type LaunchErrorCode =
  | 'CLI_NOT_FOUND'
  | 'CLI_NOT_EXECUTABLE'
  | 'INTERPRETER_NOT_FOUND'
  | 'WRONG_ARCHITECTURE'
  | 'WRONG_LIBC'
  | 'SPAWN_FAILED'
  | 'CLI_TOO_OLD'
  | 'UNREQUESTED_CONFIGURATION';

/** The process could not be started. */
export class LaunchError extends SubwireError {
  declare readonly code: LaunchErrorCode;
  declare readonly searched: readonly { readonly path: string; readonly why: string }[] | undefined;
  declare readonly command: string | undefined;
  declare readonly errno: string | undefined;
  declare readonly version: string | undefined;
  declare readonly surplus: readonly Surplus[] | undefined;

  constructor(options: SubwireErrorOptions<LaunchErrorCode> & LaunchErrorFields) {
    super(options);
    this.searched = options.searched;
    this.command = options.command;
    this.errno = options.errno;
    this.version = options.version;
    this.surplus = options.surplus;
  }
}
