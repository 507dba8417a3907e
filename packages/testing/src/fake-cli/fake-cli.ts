import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseScenario } from '../scenario/parse-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Step } from '../scenario/step.ts';

/** How to start a fake CLI; spread it into the options of a transport or session. */
export interface FakeCli {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** A scenario longer than this, in bytes, goes through a file: one environment string may hold 128 KiB on Linux. */
const maxInlineBytes = 65_536;

/**
 * A command that behaves like the real CLI without a model, a key or a network: it answers `initialize`, control requests and every turn, or follows
 * the steps and faults it is given. Throws {@link ScenarioError} for a scenario that cannot be played.
 *
 * @example
 * const session = await openSession({ ...fakeCli({ reply: 'hello' }) });
 */
export function fakeCli(scenario: Scenario | readonly Step[] = {}): FakeCli {
  const whole = parseScenario(scenario);
  const json = JSON.stringify(whole);
  return {
    command: [process.execPath, programPath()],
    env: Object.keys(whole).length === 0 ? {} : { SUBWIRE_FAKE_SCENARIO: inlineOrFile(json) },
  };
}

/** Folders with scenarios that this process wrote; they go with it. */
const folders: string[] = [];

function inlineOrFile(json: string): string {
  if (Buffer.byteLength(json) <= maxInlineBytes) return json;
  const folder = mkdtempSync(path.join(tmpdir(), 'subwire-scenario-'));
  if (folders.push(folder) === 1) {
    process.once('exit', () => {
      for (const written of folders) rmSync(written, { recursive: true, force: true });
    });
  }
  const file = path.join(folder, 'scenario.json');
  writeFileSync(file, json, { mode: 0o600 });
  return file;
}

/** Where the program lies: beside the built package's entry, or, when this runs from TypeScript, where the test set-up bundles it. */
function programPath(): string {
  const here = fileURLToPath(import.meta.url);
  const folder = path.dirname(here);
  if (here.endsWith('.ts')) return path.resolve(folder, '../../.cache/subwire-fake-cli.js');
  // The bundler may put this into a chunk at the top of `dist`, or leave it in an entry below it.
  const root = path.basename(folder) === 'bin' ? path.dirname(folder) : folder;
  return path.join(root, 'bin', 'subwire-fake-cli.js');
}
