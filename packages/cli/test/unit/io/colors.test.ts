import { describe, expect, it } from 'vitest';
import { hasColors } from '../../../src/io/colors.ts';

describe('hasColors', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ TERM: 'dumb' }, true, false],
  ])('with %o and a terminal: %s gives %s', (env, isTerminal, wanted) => expect(hasColors({ env, isTerminal })).toBe(wanted));
});
