/** A map by id for what is nearly always alone in it. */
export interface LoneMap<V> {
  readonly size: number;
  set(id: string, value: V): void;
  has(id: string): boolean;
  /** Takes the entry out. Undefined when there is none. */
  take(id: string): V | undefined;
  /** A copy, in the order in which they came. */
  entries(): [string, V][];
}

/**
 * The first entry stands beside the map: one question at a time is the rule, and two hashes and two changes of a map for each cost more than all else that is done
 * with it.
 */
export function createLoneMap<V>(): LoneMap<V> {
  const others = new Map<string, V>();
  let loneId: string | undefined;
  let lone: V | undefined;

  return {
    get size() {
      return others.size + (loneId === undefined ? 0 : 1);
    },
    set(id, value) {
      // Never before older ones, so that the order stays.
      if (loneId === id || (loneId === undefined && others.size === 0)) {
        loneId = id;
        lone = value;
      } else others.set(id, value);
    },
    has: (id) => loneId === id || others.has(id),
    take(id) {
      if (loneId === id) {
        const value = lone;
        loneId = lone = undefined;
        return value;
      }
      const value = others.get(id);
      others.delete(id);
      return value;
    },
    entries: () => (loneId === undefined ? [...others] : [[loneId, lone as V], ...others]),
  };
}
