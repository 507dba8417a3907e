import { expect, test } from 'vitest';
import { checkLayers } from '../../../../scripts/check-layers.ts';

const fileSystem = ['node:fs', 'node:fs/promises', 'node:os', 'node:path', 'type:node:child_process'];

test('imports go down only, no file is longer than 250 lines, and no folder knows more than it may', () => {
  const outside = {
    ports: ['type:node:events', 'type:node:stream'],
    diagnostics: ['node:diagnostics_channel'],
    wire: ['zod', 'type:zod'],
    policy: ['node:path', 'node:url'],
    streams: ['rxjs', 'type:node:stream'],
    operators: ['rxjs'],
    process: [...fileSystem, 'rxjs', 'type:node:stream', 'node:worker_threads'],
    transport: ['rxjs', 'node:events', 'node:stream', 'type:node:stream'],
    control: ['rxjs'],
    session: ['rxjs'],
  };
  expect(checkLayers('core', { outside })).toEqual([]);
});
