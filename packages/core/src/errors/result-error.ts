import { redactText } from './redact.ts';
import { SubwireError, type SubwireErrorOptions } from './subwire-error.ts';

/** Fields of {@link ResultError} besides those of every error. */
export interface ResultErrorFields {
  /** The result's subtype, such as `error_max_turns`. */
  readonly subtype?: string | undefined;
  /** The agent's own words. */
  readonly errors?: readonly string[] | undefined;
  /** HTTP status of the failed API call. */
  readonly apiStatus?: number | undefined;
  /** The conversation, for a later resume. */
  readonly sessionId?: string | undefined;
  /** Background tasks that were still open. */
  readonly taskIds?: readonly string[] | undefined;
}

/** The agent reported a failure itself, or ended with work still open. */
export class ResultError extends SubwireError {
  declare readonly code: 'RESULT_ERROR' | 'UNFINISHED_BACKGROUND_WORK';
  declare readonly subtype: string | undefined;
  declare readonly errors: readonly string[] | undefined;
  declare readonly apiStatus: number | undefined;
  declare readonly sessionId: string | undefined;
  declare readonly taskIds: readonly string[] | undefined;

  constructor(options: SubwireErrorOptions<'RESULT_ERROR' | 'UNFINISHED_BACKGROUND_WORK'> & ResultErrorFields) {
    super(options);
    this.subtype = options.subtype;
    this.errors = options.errors?.map(redactText);
    this.apiStatus = options.apiStatus;
    this.sessionId = options.sessionId;
    this.taskIds = options.taskIds;
  }
}
