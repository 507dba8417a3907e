import type { SessionOptions } from '@subwire/core';

/** Options of a session whose answers are looked at. */
export interface WatchedGrants {
  readonly options: SessionOptions;
  /** Whether an answer of the caller's has changed what the agent may do. Such rules outlive the conversation in which they were given. */
  readonly hasGranted: () => boolean;
}

interface Answer {
  readonly updatedPermissions?: unknown;
  readonly hookSpecificOutput?: { readonly decision?: Answer };
}

function grants(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  const { updatedPermissions, hookSpecificOutput } = answer as Answer;
  return (Array.isArray(updatedPermissions) && updatedPermissions.length > 0) || grants(hookSpecificOutput?.decision);
}

/** Looks at what the callbacks for permissions and hooks answer. */
export function watchGrants(options: SessionOptions): WatchedGrants {
  const { onToolUse, hooks } = options;
  let granted = false;
  function watched<A extends readonly unknown[], R>(answer: (...args: A) => R | Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      const given = await answer(...args);
      granted ||= grants(given);
      return given;
    };
  }
  const watchedHooks = Object.entries(hooks ?? {}).map(([event, matchers]) => [
    event,
    matchers?.map((matcher) => ({ ...matcher, hooks: matcher.hooks.map(watched) })),
  ]);
  return {
    options: {
      ...options,
      ...(onToolUse !== undefined && { onToolUse: watched(onToolUse) }),
      ...(hooks !== undefined && { hooks: Object.fromEntries(watchedHooks) as typeof hooks }),
    },
    hasGranted: () => granted,
  };
}
