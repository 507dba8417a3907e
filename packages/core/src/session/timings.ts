import { BehaviorSubject, filter, type Observable, take } from 'rxjs';
import type { Message } from '../wire/messages.ts';
import type { SessionTimings, Turn } from './types.ts';

/** How long it took to open a session. */
export interface OpeningTimes extends Pick<SessionTimings, 'spawnMs' | 'handshakeMs'> {
  /** When `initialize` was answered, on the clock of {@link createTimings}. */
  readonly openedAtMs: number;
}

/** Measures what comes after the opening. */
export interface TimingsRecorder {
  readonly timings$: Observable<SessionTimings>;
  readonly current: SessionTimings;
  /** A prompt is about to be written. */
  sent(turn: Turn): void;
  /** Looks for what a message says about MCP servers. */
  take(message: Message): void;
  /** What an answer to `mcp_status` says. */
  servers(list: readonly { readonly status: string }[]): void;
  /** Nothing more will be measured. */
  complete(): void;
}

function isToken(message: Message): boolean {
  return (message.type === 'stream_event' || message.type === 'assistant') && message.parent_tool_use_id == null;
}

/** The phases of one session. */
export function createTimings({ openedAtMs, ...opening }: OpeningTimes, now: () => number = () => performance.now()): TimingsRecorder {
  const timings = new BehaviorSubject<SessionTimings>({ ...opening, mcpReadyMs: undefined, firstTokenMs: undefined });
  let lastSettledAtMs = openedAtMs;

  function servers(list: readonly { readonly status: string }[]): void {
    if (timings.value.mcpReadyMs !== undefined || list.some(({ status }) => status === 'pending')) return;
    timings.next({ ...timings.value, mcpReadyMs: now() - openedAtMs });
  }

  return {
    timings$: timings.asObservable(),
    get current() {
      return timings.value;
    },
    sent(turn) {
      const sentAtMs = now();
      turn.messages$.pipe(filter(isToken), take(1)).subscribe({
        // A prompt that waited for the one before it is not slow because of that.
        next: () => timings.next({ ...timings.value, firstTokenMs: now() - Math.max(sentAtMs, lastSettledAtMs) }),
        error: () => undefined,
      });
      turn.messages$.subscribe({ complete: () => (lastSettledAtMs = now()), error: () => undefined });
    },
    take(message) {
      if (message.type === 'system' && message.subtype === 'init' && Array.isArray(message.mcp_servers)) servers(message.mcp_servers);
    },
    servers,
    complete: () => timings.complete(),
  };
}
