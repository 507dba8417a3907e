import { readFileSync } from 'node:fs';
import { parseScenario } from '../scenario/parse-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The scenario of a start: from the file of `--scenario`, else from SUBWIRE_FAKE_SCENARIO, which holds JSON or the path of a file, else an empty one. */
export function loadScenario(file: string | undefined, env: Readonly<Record<string, string | undefined>>): Scenario {
  const given = file === undefined ? (env['SUBWIRE_FAKE_SCENARIO'] ?? '') : readFileSync(file, 'utf8');
  if (given.trim() === '') return {};
  const text = /^\s*[{[]/u.test(given) ? given : readFileSync(given, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`The scenario is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return parseScenario(value);
}
