import { expect, test } from 'vitest';
import { checkLayers } from '../../../../scripts/check-layers.ts';

test('imports go down only, no file is longer than 250 lines, and only sessions/ knows what a worker is', () => {
  const outside = {
    '*': [],
    policy: ['@subwire/core', 'node:os', 'type:rxjs'],
    queue: [],
    slot: ['rxjs'],
    supervisor: [],
    governor: ['@subwire/core'],
    pool: ['@subwire/core', 'rxjs', 'node:crypto', 'node:fs/promises', 'node:net', 'node:os', 'node:path'],
    sessions: ['@subwire/core', 'rxjs', 'node:crypto', 'node:fs', 'node:fs/promises', 'node:os', 'node:path'],
    tasks: [
      '@subwire/core',
      'rxjs',
      'node:crypto',
      'node:events',
      'node:fs',
      'node:fs/promises',
      'node:os',
      'node:path',
      'node:timers/promises',
      'node:zlib',
    ],
  };
  expect(checkLayers('pool', { outside })).toEqual([]);
});
