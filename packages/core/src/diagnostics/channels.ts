import { channel } from 'node:diagnostics_channel';
import { redact, redactCause } from '../errors/redact.ts';

/** A channel of `node:diagnostics_channel` whose messages are made only when somebody listens. */
export interface EventChannel<T extends object> {
  /** Name of the channel, for `diagnostics_channel.subscribe`. */
  readonly name: string;
  readonly hasSubscribers: boolean;
  /** Makes and publishes a message. Costs one check of a flag while nobody listens. What a subscriber throws becomes an uncaught exception, as Node has it. */
  publish(make: () => T): void;
}

/** Events go into logs and traces. The key stays the very object: the events of one session are told by it. */
function withoutSecrets(event: object): object {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]: [string, unknown]) => {
      if (name === 'key') return [name, value];
      return [name, name === 'cause' ? redactCause(value) : redact(value)];
    }),
  );
}

function eventChannel<T extends object>(name: string): EventChannel<T> {
  const inner = channel(name);
  return {
    name,
    get hasSubscribers() {
      return inner.hasSubscribers;
    },
    publish(make) {
      if (inner.hasSubscribers) inner.publish(withoutSecrets(make()));
    },
  };
}

/** What every lifecycle event says. */
export interface LifecycleEvent {
  /** Process id of the agent, once started. */
  readonly pid: number | undefined;
  /** The conversation, once known. */
  readonly sessionId?: string | undefined;
}

/** What an event about one prompt says besides. */
export interface TurnEvent extends LifecycleEvent {
  /** The turn's id: the uuid of the user's line. */
  readonly turnId: string;
}

/** The lifecycle events, by what they are about. The names of the channels begin with `subwire:`. */
export const channels = Object.freeze({
  /** A process is about to be started. `key` is the same object in all events of one session; `credentialSource` says whose account pays, never with what. */
  sessionOpening: eventChannel<
    LifecycleEvent & { readonly key: object; readonly credentialSource: 'apiKey' | 'oauthToken' | 'inherit' | 'none' }
  >('subwire:session-opening'),
  /** `initialize` was answered. */
  sessionOpened: eventChannel<LifecycleEvent & { readonly key: object; readonly durationMs: number; readonly version: string | undefined }>(
    'subwire:session-opened',
  ),
  /** The session could not be opened, or ended although nobody asked it to. */
  sessionFailed: eventChannel<LifecycleEvent & { readonly key: object; readonly cause: unknown }>('subwire:session-failed'),
  /** The process is gone after a close or stop; `receipt` says how. */
  sessionClosed: eventChannel<LifecycleEvent & { readonly key: object; readonly receipt: object }>('subwire:session-closed'),
  /** A prompt was written. */
  turnSent: eventChannel<TurnEvent & { readonly key: object }>('subwire:turn-sent'),
  /** The agent began with a prompt. */
  turnStarted: eventChannel<TurnEvent & { readonly key: object }>('subwire:turn-started'),
  /** A prompt has its result: the wire's own object, without secrets. */
  turnSettled: eventChannel<TurnEvent & { readonly key: object; readonly result: object }>('subwire:turn-settled'),
  /** A prompt will never get a result. */
  turnFailed: eventChannel<TurnEvent & { readonly key: object; readonly cause: unknown }>('subwire:turn-failed'),
  /** A result came that no prompt of ours asked for. */
  strayResult: eventChannel<LifecycleEvent & { readonly key: object; readonly result: object }>('subwire:stray-result'),
  /** The agent repeats a call to its API. */
  retrying: eventChannel<
    LifecycleEvent & { readonly key: object; readonly attempt: number; readonly delayMs: number | null; readonly status: number | null }
  >('subwire:retrying'),
  /** The CLI asked for a permission; `tool` is its name. */
  toolAsked: eventChannel<LifecycleEvent & { readonly tool: string; readonly requestId: string }>('subwire:tool-asked'),
  /** A permission was given or refused. */
  toolAnswered: eventChannel<LifecycleEvent & { readonly tool: string; readonly requestId: string; readonly behavior: 'allow' | 'deny' }>(
    'subwire:tool-answered',
  ),
  /** A handler of the host's failed to answer the CLI. */
  questionFailed: eventChannel<LifecycleEvent & { readonly subtype: string; readonly cause: unknown }>('subwire:question-failed'),
});
