import { expect, test } from 'vitest';
import * as pool from '@subwire/pool';

test('the root exports what is written here, and nothing else', () => {
  expect(Object.keys(pool).sort()).toEqual([
    'PoolError',
    'classifyCause',
    'createGovernor',
    'createPool',
    'createSessionPool',
    'fullJitterBackoff',
    'listPublishedPools',
    'publishPool',
    'readPublishedPool',
    'retryTable',
    'runTasks',
    'taskCauses',
    'taskErrorCodes',
    'taskPhases',
    'toPrometheus',
  ]);
});
