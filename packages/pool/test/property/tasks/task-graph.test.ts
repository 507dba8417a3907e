import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkGraph, findCycle } from '../../../src/tasks/check-graph.ts';
import { createOrdered } from '../../../src/tasks/ordered.ts';
import { createTaskBook, type Booked } from '../../../src/tasks/task-book.ts';

const options = { ageingMs: 10_000, priority: 5, maxBlocked: 1_000, maxRemembered: 1_000 };

interface Node {
  readonly after: readonly number[];
  readonly fails: boolean;
  readonly priority: number;
}

// Edges go to lower numbers only; a permutation then decides who comes first, so that tasks come before those that they wait for as well.
const graph = fc.integer({ min: 1, max: 14 }).chain((count) =>
  fc.tuple(
    fc.tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc.record({
          after: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 3 }),
          fails: fc.boolean(),
          priority: fc.nat(9),
        }),
      ),
    ),
    fc.shuffledSubarray(
      Array.from({ length: count }, (_, index) => index),
      { minLength: count, maxLength: count },
    ),
    fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  ),
);

function unlucky(nodes: readonly Node[]): ReadonlySet<number> {
  const bad = new Set<number>();
  nodes.forEach(({ after }, index) => {
    if (after.some((other) => bad.has(other) || nodes[other]?.fails)) bad.add(index);
  });
  return bad;
}

test('in every graph each task is taken once, after all that it waits for, or skipped because one of them did not succeed', () => {
  fc.assert(
    fc.property(graph, ([nodes, arrival, choices]) => {
      const book = createTaskBook<Booked>(options);
      const taken: number[] = [];
      const skipped = new Set<number>();
      const running: Booked[] = [];
      const arriving = arrival.map((node, index) => ({
        index,
        task: { id: String(node), prompt: '', after: (nodes[node] as Node).after.map(String), priority: (nodes[node] as Node).priority },
      }));
      const skip = (entries: readonly Booked[]): void => {
        for (const { task } of entries) {
          skipped.add(Number(task.id));
          skip(book.settle(task.id, false).skipped);
        }
      };
      const step = (choice: number): void => {
        const entry = arriving[0];
        if (entry !== undefined && choice % 3 === 0) {
          arriving.shift();
          book.check(entry.task);
          if (book.add(entry, 0) === 'skipped') skip([entry]);
        } else if (choice % 3 === 1) {
          const next = book.take();
          if (next !== undefined) {
            taken.push(Number(next.task.id));
            expect(next.task.after?.every((other) => book.stateOf(other) === 'done')).toBe(true);
            running.push(next);
          }
        } else {
          const [over] = running.splice(choice % Math.max(1, running.length), 1);
          if (over !== undefined) skip(book.settle(over.task.id, nodes[Number(over.task.id)]?.fails !== true).skipped);
        }
      };
      for (const choice of choices) step(choice);
      while (arriving.length > 0) step(0);
      for (let round = 0; round < nodes.length * 2 + 2; round += 1) {
        step(1);
        step(2);
      }
      expect(skipped).toEqual(unlucky(nodes));
      expect([...taken].sort((one, other) => one - other)).toEqual(nodes.map((_, index) => index).filter((index) => !skipped.has(index)));
      expect(book.waiting()).toEqual([]);
      expect(book.ready).toBe(0);
    }),
  );
});

test('a circle is found wherever it is, and nothing else is taken for one', () => {
  fc.assert(
    fc.property(graph, fc.nat(), ([nodes], from) => {
      const after = new Map((nodes as readonly Node[]).map((node, index) => [String(index), node.after.map(String)] as const));
      expect(findCycle(after)).toBeUndefined();
      // An edge back from something that it depends on closes a circle.
      const start = from % nodes.length;
      const reachable = new Set([start]);
      for (const index of reachable) for (const other of nodes[index]?.after ?? []) reachable.add(other);
      const end = [...reachable].at(-1) as number;
      after.set(String(end), [...(after.get(String(end)) ?? []), String(start)]);
      const cycle = findCycle(after);
      expect(cycle).toBeDefined();
      cycle?.forEach((id, index) => expect(after.get(id)).toContain(cycle[(index + 1) % cycle.length]));
    }),
  );
});

test('a chain of 100 000 tasks needs no stack', () => {
  const chain = Array.from({ length: 100_000 }, (_, index) => ({
    id: String(index),
    prompt: '',
    after: index === 0 ? [] : [String(index - 1)],
  }));
  expect(() => checkGraph(chain.reverse())).not.toThrow();
});

test('results in any order come out in order, each once, as early as possible', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }).chain((count) =>
        fc.shuffledSubarray(
          Array.from({ length: count }, (_, index) => index),
          { minLength: count, maxLength: count },
        ),
      ),
      (arrival) => {
        const ordered = createOrdered<number>();
        const out: number[] = [];
        const seen = new Set<number>();
        for (const index of arrival) {
          seen.add(index);
          out.push(...ordered.push(index, index));
          let whole = 0;
          while (seen.has(whole)) whole += 1;
          expect(out).toHaveLength(whole);
          expect(ordered.held).toBe(seen.size - whole);
        }
        expect(out).toEqual([...out].sort((one, other) => one - other));
      },
    ),
  );
});
