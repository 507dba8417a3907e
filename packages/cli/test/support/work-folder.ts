import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trackProcesses } from '@subwire/testing';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { endTerminals } from './pty.ts';
import { endAll, placeFakeCli } from './subwire.ts';

/** Where a test works. */
export interface WorkFolder {
  /** The folder of the test that runs. */
  readonly folder: string;
}

/**
 * A folder for each test, and after each the proof that nothing of it runs any more. To be called at the top of a test file or of a `describe`. Its name is short:
 * sockets lie in it.
 */
export function useWorkFolder(): WorkFolder {
  let folder = '';
  let tracker: ReturnType<typeof trackProcesses>;
  beforeAll(placeFakeCli);
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'swt-'));
    tracker = trackProcesses();
  });
  afterEach(async () => {
    endTerminals();
    endAll();
    expect(await tracker.leaked()).toEqual([]);
    await tracker[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  return {
    get folder() {
      return folder;
    },
  };
}
