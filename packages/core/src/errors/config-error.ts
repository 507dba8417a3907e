import { SubwireError, type SubwireErrorOptions } from './subwire-error.ts';

/** Fields of {@link ConfigError} besides those of every error. */
export interface ConfigErrorFields {
  /** The option that is wrong. */
  readonly option?: string | undefined;
  /** The base name of the refused command. */
  readonly command?: string | undefined;
  /** The directory that is missing or is no directory. */
  readonly cwd?: string | undefined;
}

type ConfigErrorCode = 'INVALID_OPTION' | 'COMMAND_NOT_ALLOWED' | 'BATCH_FILE_REFUSED' | 'CWD_NOT_FOUND' | 'TOO_DEEP';

/** The options of a call are wrong; nothing was started. */
export class ConfigError extends SubwireError {
  declare readonly code: ConfigErrorCode;
  declare readonly option: string | undefined;
  declare readonly command: string | undefined;
  declare readonly cwd: string | undefined;

  constructor(options: SubwireErrorOptions<ConfigErrorCode> & ConfigErrorFields) {
    super(options);
    this.option = options.option;
    this.command = options.command;
    this.cwd = options.cwd;
  }
}
