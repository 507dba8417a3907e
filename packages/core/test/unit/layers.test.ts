import { expect, test } from 'vitest';
import { checkLayers } from '../../../../scripts/check-layers.ts';

const fileSystem = ['node:fs', 'node:fs/promises', 'node:os', 'node:path', 'node:child_process'];

test('imports go down only, no file is longer than 250 lines, and no folder knows more than it may', () => {
  const outside = {
    ports: ['type:node:events', 'type:node:stream'],
    diagnostics: ['node:diagnostics_channel'],
    wire: ['zod', 'type:zod'],
    policy: ['node:path', 'node:url'],
    streams: ['rxjs', 'rxjs/operators', 'type:node:stream'],
    operators: ['rxjs', 'rxjs/operators'],
    process: [...fileSystem, 'rxjs', 'rxjs/operators', 'type:node:stream', 'node:worker_threads'],
    transport: ['rxjs', 'rxjs/operators', 'node:events', 'node:stream', 'type:node:stream'],
    control: ['rxjs'],
    session: ['rxjs', 'rxjs/operators', 'node:crypto'],
  };
  expect(checkLayers('core', { outside })).toEqual([]);
});
