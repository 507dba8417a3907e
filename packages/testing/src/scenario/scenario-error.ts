/** A scenario, or a part of one, that cannot be played. */
export class ScenarioError extends Error {
  readonly code = 'INVALID_SCENARIO';
  /** The part at fault, as `steps[2].answer`; empty for the whole. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(`The scenario cannot be played: ${path === '' ? 'it' : path} ${message}.`);
    this.name = 'ScenarioError';
    this.path = path;
  }
}
