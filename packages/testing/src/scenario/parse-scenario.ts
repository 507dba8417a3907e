import type { Scenario } from './scenario.ts';
import { ScenarioError } from './scenario-error.ts';
import schema from './scenario.schema.json' with { type: 'json' };
import { findProblem } from './validate.ts';

/** Checks a decoded scenario, or a list of steps, against the published schema. Throws {@link ScenarioError}, which names the part at fault. */
export function parseScenario(value: unknown): Scenario {
  const problem = findProblem(value, schema, schema);
  if (problem !== undefined) throw new ScenarioError(problem.path, problem.message);
  return Array.isArray(value) ? { steps: value as NonNullable<Scenario['steps']> } : (value as Scenario);
}
