import { expect, test } from 'vitest';
import { checkLayers } from '../../../../scripts/check-layers.ts';

test('imports go down only, no file is longer than 250 lines, and nothing of ours is known', () => {
  const outside = {
    '*': ['vitest'],
    arbitrary: ['fast-check'],
    guard: ['node:fs', 'node:crypto', 'node:diagnostics_channel'],
    rx: ['node:assert', 'node:util', 'rxjs', 'rxjs/testing'],
    mock: ['node:events', 'node:stream', 'node:string_decoder', 'node:os', 'rxjs'],
    scenario: [],
    'fake-api': [
      'node:crypto',
      'node:events',
      'node:fs/promises',
      'node:http',
      'node:net',
      'node:os',
      'node:path',
      'node:timers/promises',
      'node:zlib',
    ],
    transcript: ['node:crypto', 'node:events', 'node:fs', 'node:fs/promises', 'node:os', 'node:path', 'node:stream', 'node:url', 'rxjs'],
    'fake-cli': [
      'node:child_process',
      'node:crypto',
      'node:fs',
      'node:os',
      'node:path',
      'node:url',
      'node:worker_threads',
      // Only `mock-host.ts`, which plays a scenario into a MockProcess; the program itself stays free of it, for a quick start.
      'rxjs',
    ],
  };
  expect(checkLayers('testing', { outside })).toEqual([]);
});
