import { UsageError } from '../usage-error.ts';

/** Where something stands in a file of tasks. */
export interface TaskPlace {
  /** As it was given; `stdin` for the standard input. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** A line of a file of tasks that is no task. */
export class TaskFileError extends UsageError {
  readonly file: string;
  readonly line: number;

  /** @param problem goes on after `Line N of FILE `: what is wrong, and a sentence that says what to write instead */
  constructor({ file, line }: TaskPlace, problem: string) {
    super(`Line ${line} of ${file} ${problem}`);
    this.file = file;
    this.line = line;
    Object.defineProperty(this, 'name', { value: 'TaskFileError', enumerable: false });
  }
}
