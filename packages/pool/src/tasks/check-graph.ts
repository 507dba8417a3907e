import { refuse } from './check-task.ts';
import type { AgentTask } from './types.ts';

/** The ids of a cycle, each waiting for the next and the last for the first; undefined when there is none. Stays linear, and has no depth to run out of. */
export function findCycle(after: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of after.keys()) {
    if (done.has(start)) continue;
    const path: { readonly id: string; next: number }[] = [{ id: start, next: 0 }];
    const onPath = new Map([[start, 0]]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const other = after.get(top.id)?.[top.next];
      top.next += 1;
      if (other === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
        continue;
      }
      const at = onPath.get(other);
      if (at !== undefined) return path.slice(at).map(({ id }) => id);
      if (done.has(other) || !after.has(other)) continue;
      onPath.set(other, path.length);
      path.push({ id: other, next: 0 });
    }
  }
  return undefined;
}

export function refuseCycle(cycle: readonly string[]): never {
  return refuse('after', `Tasks wait for each other in a circle: ${[...cycle, cycle[0]].join(' -> ')}. Remove one of these dependencies.`);
}

export function refuseDuplicate(id: string): never {
  return refuse('id', `Two tasks have the id '${id}'. Give each its own: results, dependencies and the journal go by it.`);
}

/**
 * Checks a whole set of tasks at once. `isKnown`: whether a task outside the set may be waited for, such as one of the journal.
 * @throws ConfigError `INVALID_OPTION` for a duplicate id, an unknown one, or a cycle
 */
export function checkGraph(tasks: readonly AgentTask[], isKnown: (id: string) => boolean = () => false): void {
  const after = new Map<string, readonly string[]>();
  for (const { id, after: others = [] } of tasks) {
    if (after.has(id)) refuseDuplicate(id);
    after.set(id, others);
  }
  for (const [id, others] of after) {
    const missing = others.find((other) => !after.has(other) && !isKnown(other));
    if (missing !== undefined)
      refuse('after', `Task '${id}' waits for '${missing}', which no task is called. Check the spelling, or add the task.`);
  }
  const cycle = findCycle(after);
  if (cycle !== undefined) refuseCycle(cycle);
}
