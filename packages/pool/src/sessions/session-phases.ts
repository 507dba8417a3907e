import type { Session, SessionTimings } from '@subwire/core';
import { catchError, concatMap, EMPTY, exhaustMap, filter, ignoreElements, merge, take, takeUntil, timer, type Observable } from 'rxjs';
import type { PhaseTiming } from '../policy/worker-factory.ts';
import type { SessionRecord } from './session-record.ts';

// How often a session is asked whether its MCP servers are ready, and for how long, in milliseconds. An answer costs it a tenth of a millisecond.
const askEveryMs = 100;
const askForMs = 30_000;

const names = { spawnMs: 'spawn', handshakeMs: 'handshake', mcpReadyMs: 'mcpReady', firstTokenMs: 'firstToken' } as const;

/** Asks until no MCP server is pending: an agent says so by itself only in its first turn, when somebody waits already. */
function askForServers(session: Session, ask: SessionRecord['ask']): Observable<never> {
  const isKnown$ = session.timings$.pipe(
    filter(({ mcpReadyMs }) => mcpReadyMs !== undefined),
    take(1),
  );
  return timer(0, askEveryMs).pipe(
    exhaustMap(() => ask(() => session.mcpStatus({ timeoutMs: askForMs })).catch(() => undefined)),
    takeUntil(merge(isKnown$, timer(askForMs), session.transport.exit$)),
    ignoreElements(),
  );
}

/** How long the phases of a session took, each as soon as it is known. Never errors. */
export function phasesOf(session: Session, ask: SessionRecord['ask']): Observable<PhaseTiming> {
  let known: Partial<SessionTimings> = {};
  const phases$ = session.timings$.pipe(
    concatMap((timings) => {
      const fields = Object.keys(names) as (keyof typeof names)[];
      const changed = fields.flatMap((field): readonly PhaseTiming[] => {
        const durationMs = timings[field];
        return durationMs === undefined || durationMs === known[field] ? [] : [{ phase: names[field], durationMs }];
      });
      known = timings;
      return changed;
    }),
  );
  return merge(phases$, askForServers(session, ask)).pipe(catchError(() => EMPTY));
}
