/** What the queue needs to know of one that waits. */
export interface Waiter {
  /** Rises with each arrival; settles ties. */
  readonly id: number;
  readonly key: string;
  readonly tenant: string;
  /** 0 is served first, 9 last. */
  readonly priority: number;
  readonly enqueuedAtMs: number;
}

/** Which waiters can be served at the moment. */
export interface ServableQuery {
  readonly key: (key: string) => boolean;
  readonly tenant: (tenant: string) => boolean;
}

/** How the queue orders. */
export interface WaitQueueOptions {
  /** Waiting for this long makes up for one step of priority, in milliseconds. */
  readonly ageingMs: number;
  readonly weightOf: (tenant: string) => number;
}

/**
 * Those who wait, in the order in which they are to be served: among tenants by their share, within a tenant by priority and age, among equals by
 * arrival. It has no clock and starts nothing: the same calls always give the same answers.
 */
export interface WaitQueue<T extends Waiter> {
  /** Those that wait and are not held. */
  readonly size: number;
  add(waiter: T): void;
  /** Removes one wherever it is, in constant time. */
  remove(id: number): T | undefined;
  /** The next to be served, or undefined. */
  next(query: ServableQuery): T | undefined;
  /** Takes one out of the order without giving up its place, while its worker is checked. Counts as served for its tenant. */
  hold(id: number): void;
  /** Puts a held one back at its old place. */
  unhold(id: number): void;
  countOf(filter: { readonly key?: string; readonly tenant?: string }): number;
  /** Whether one comes before another, tenants aside. */
  precedes(one: T, other: T): boolean;
  /** How many combinations of key and tenant have waiters, held ones included. */
  readonly laneCount: number;
  /** Keys with waiters, the one with the longest-suffering first waiter first. */
  keys(): readonly string[];
  /** How many would be served before this one, tenants aside. */
  positionOf(id: number): number;
  all(): readonly T[];
}

interface Entry<T> {
  readonly waiter: T;
  readonly lane: Lane<T>;
  held: boolean;
}

interface Lane<T> {
  readonly key: string;
  readonly tenant: string;
  readonly byPriority: (Map<number, Entry<T>> | undefined)[];
  waiting: number;
  /** Those that wait and those that are held. */
  entries: number;
}

interface Share {
  /** Hand-outs so far divided by weight: the tenant with the least is served next. */
  virtual: number;
  waiting: number;
}

const priorities = 10;
// Lanes that are empty are kept up to this number: the next call of the same key comes soon, as a rule.
const keptLanes = 64;

export function createWaitQueue<T extends Waiter>(options: WaitQueueOptions): WaitQueue<T> {
  const entries = new Map<number, Entry<T>>();
  const lanes = new Map<string, Map<string, Lane<T>>>();
  const shares = new Map<string, Share>();
  let waiting = 0;
  let busyLanes = 0;
  let laneTotal = 0;
  let virtualNow = 0;

  // The order among waiters never changes as time goes by, for all of them age at the same rate.
  const scoreOf = ({ enqueuedAtMs, priority }: Waiter): number => enqueuedAtMs + priority * options.ageingMs;
  const isBefore = (one: Waiter, other: Waiter): boolean =>
    scoreOf(one) < scoreOf(other) || (scoreOf(one) === scoreOf(other) && one.id < other.id);

  function laneOf(key: string, tenant: string): Lane<T> {
    let tenants = lanes.get(key);
    if (tenants === undefined) {
      tenants = new Map<string, Lane<T>>();
      lanes.set(key, tenants);
    }
    let lane = tenants.get(tenant);
    if (lane === undefined) {
      lane = { key, tenant, byPriority: Array.from<undefined>({ length: priorities }), waiting: 0, entries: 0 };
      tenants.set(tenant, lane);
      laneTotal += 1;
    }
    return lane;
  }

  function shareOf(tenant: string): Share {
    const share = shares.get(tenant) ?? { virtual: virtualNow, waiting: 0 };
    shares.set(tenant, share);
    return share;
  }

  function count(entry: Entry<T>, by: 1 | -1): void {
    const share = shareOf(entry.lane.tenant);
    // One that was away has saved nothing up: it joins at the present, or its backlog would starve all others.
    if (by === 1 && share.waiting === 0) share.virtual = Math.max(share.virtual, virtualNow);
    share.waiting += by;
    entry.lane.waiting += by;
    waiting += by;
  }

  function headOf(lane: Lane<T>): T | undefined {
    let best: T | undefined;
    if (lane.waiting === 0) return undefined;
    for (const level of lane.byPriority) {
      if (level === undefined) continue;
      for (const { waiter, held } of level.values()) {
        if (held) continue;
        if (best === undefined || isBefore(waiter, best)) best = waiter;
        break;
      }
    }
    return best;
  }

  function leave(lane: Lane<T>): void {
    lane.entries -= 1;
    if (lane.entries > 0) return;
    busyLanes -= 1;
    if (laneTotal > keptLanes) {
      const { key, tenant } = lane;
      const tenants = lanes.get(key);
      tenants?.delete(tenant);
      if (tenants?.size === 0) lanes.delete(key);
      laneTotal -= 1;
    }
    // With nobody else waiting, nothing is owed to anybody: forgetting it keeps a pool of many passing tenants small.
    if (entries.size === 0) {
      shares.clear();
      virtualNow = 0;
    }
  }

  return {
    get size() {
      return waiting;
    },
    get laneCount() {
      return busyLanes;
    },
    add(waiter) {
      const lane = laneOf(waiter.key, waiter.tenant);
      const entry: Entry<T> = { waiter, lane, held: false };
      const level = lane.byPriority[waiter.priority] ?? new Map<number, Entry<T>>();
      lane.byPriority[waiter.priority] = level;
      level.set(waiter.id, entry);
      entries.set(waiter.id, entry);
      lane.entries += 1;
      if (lane.entries === 1) busyLanes += 1;
      count(entry, 1);
    },
    remove(id) {
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      entries.delete(id);
      entry.lane.byPriority[entry.waiter.priority]?.delete(id);
      if (!entry.held) count(entry, -1);
      leave(entry.lane);
      return entry.waiter;
    },
    next(query) {
      if (waiting === 0) return undefined;
      const bestOf = new Map<string, T>();
      for (const [key, tenants] of lanes) {
        if (!query.key(key)) continue;
        for (const [tenant, lane] of tenants) {
          const head = headOf(lane);
          if (head === undefined || !query.tenant(tenant)) continue;
          const best = bestOf.get(tenant);
          if (best === undefined || isBefore(head, best)) bestOf.set(tenant, head);
        }
      }
      let chosen: T | undefined;
      for (const head of bestOf.values()) {
        if (chosen === undefined) {
          chosen = head;
          continue;
        }
        const mine = shareOf(head.tenant).virtual;
        const theirs = shareOf(chosen.tenant).virtual;
        if (mine < theirs || (mine === theirs && isBefore(head, chosen))) chosen = head;
      }
      return chosen;
    },
    hold(id) {
      const entry = entries.get(id);
      if (entry === undefined || entry.held) return;
      const share = shareOf(entry.waiter.tenant);
      virtualNow = Math.max(virtualNow, share.virtual);
      share.virtual += 1 / options.weightOf(entry.waiter.tenant);
      count(entry, -1);
      entry.held = true;
    },
    unhold(id) {
      const entry = entries.get(id);
      if (entry?.held !== true) return;
      entry.held = false;
      shareOf(entry.waiter.tenant).virtual -= 1 / options.weightOf(entry.waiter.tenant);
      count(entry, 1);
    },
    precedes: isBefore,
    countOf({ key, tenant }) {
      if (key === undefined) return tenant === undefined ? waiting : (shares.get(tenant)?.waiting ?? 0);
      let sum = 0;
      for (const lane of lanes.get(key)?.values() ?? []) if (tenant === undefined || lane.tenant === tenant) sum += lane.waiting;
      return sum;
    },
    keys() {
      const heads: { readonly key: string; readonly head: T }[] = [];
      for (const [key, tenants] of lanes) {
        let best: T | undefined;
        for (const lane of tenants.values()) {
          const head = headOf(lane);
          if (head !== undefined && (best === undefined || isBefore(head, best))) best = head;
        }
        if (best !== undefined) heads.push({ key, head: best });
      }
      return heads.sort((one, other) => (isBefore(one.head, other.head) ? -1 : 1)).map(({ key }) => key);
    },
    positionOf(id) {
      const entry = entries.get(id);
      if (entry === undefined) return -1;
      let position = 0;
      for (const { waiter, held } of entries.values()) if (!held && isBefore(waiter, entry.waiter)) position += 1;
      return position;
    },
    all: () => [...entries.values()].map(({ waiter }) => waiter),
  };
}
