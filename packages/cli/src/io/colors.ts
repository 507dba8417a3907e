/** What {@link hasColors} looks at. */
export interface ColorRequest {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/**
 * Whether to use colours: `FORCE_COLOR` decides when it is set (`0` and `false` mean no), then a non-empty `NO_COLOR` forbids them, then they are for
 * terminals only, dumb ones excepted.
 */
export function hasColors({ env, isTerminal }: ColorRequest): boolean {
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  const no = env['NO_COLOR'];
  if (no !== undefined && no !== '') return false;
  return isTerminal && env['TERM'] !== 'dumb';
}
