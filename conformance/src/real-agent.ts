import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ApiScript, type FakeApi, startFakeApi } from '@subwire/testing';

/** Path of the real CLI, or undefined where it cannot be had; `conformance/run.mjs` says why. */
export const realCli = process.env['SUBWIRE_REAL_CLI'];

/** Whether it is another version than the one that the recordings were made with. */
export const isOtherVersion = process.env['SUBWIRE_CLI_VERSION'] !== process.env['SUBWIRE_CLI_PINNED'];

/** The real CLI in a world of its own: a home directory, a working directory and an API that exist for one test. */
export interface RealAgent extends AsyncDisposable {
  readonly api: FakeApi;
  readonly cwd: string;
  /** Spread into the options of `createTransport`, `openSession` or `query`. */
  readonly options: {
    readonly command: string;
    readonly cwd: string;
    readonly inheritEnv: 'profile';
    readonly credential: 'none';
    readonly env: Readonly<Record<string, string>>;
  };
}

/** Prepares the real CLI against a fake API. No key is needed, and no network is reached. */
export async function realAgent(script?: ApiScript): Promise<RealAgent> {
  if (realCli === undefined) throw new Error('The real CLI is not here; run `npm run conformance`.');
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-real-'));
  const [home, cwd, temporary] = ['home', 'workspace', 'tmp'].map((name) => path.join(folder, name)) as [string, string, string];
  await Promise.all([home, cwd, temporary].map((directory) => mkdir(directory)));
  const api = await startFakeApi(script);
  const env = { ...api.env, HOME: home, CLAUDE_CONFIG_DIR: path.join(home, '.claude'), TMPDIR: temporary };
  return {
    api,
    cwd,
    options: { command: realCli, cwd, inheritEnv: 'profile', credential: 'none', env },
    async [Symbol.asyncDispose]() {
      await api.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
