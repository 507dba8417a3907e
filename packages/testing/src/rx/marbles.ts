import { AssertionError, deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';

interface Recorded {
  readonly frame: number;
  readonly notification: { readonly kind: 'N' | 'E' | 'C'; readonly value?: unknown; readonly error?: unknown };
}

function isRecorded(value: unknown): value is Recorded {
  return typeof value === 'object' && value !== null && 'frame' in value && 'notification' in value;
}

function show(value: unknown): string {
  const text =
    value instanceof Error
      ? `${value.name}: ${value.message}`
      : typeof value === 'string'
        ? value
        : inspect(value, { breakLength: Infinity });
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Notifications in one line, for people: `0ms a, 10ms b, 12ms |`. */
function timeline(messages: unknown): string | undefined {
  if (!Array.isArray(messages) || !messages.every(isRecorded)) return undefined;
  if (messages.length === 0) return '(nothing)';
  return messages
    .map(
      ({ frame, notification: { kind, value, error } }) =>
        `${frame}ms ${kind === 'N' ? show(value) : kind === 'C' ? '|' : `# ${show(error)}`}`,
    )
    .join(', ');
}

function assertSame(actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (cause) {
    const [was, wanted] = [timeline(actual), timeline(expected)];
    if (!(cause instanceof AssertionError) || was === undefined || wanted === undefined) throw cause;
    throw new AssertionError({
      message: `The observable did something else.\n  expected: ${wanted}\n  actual:   ${was}\n\n${cause.message}`,
      actual,
      expected,
      operator: 'deepStrictEqual',
    });
  }
}

/**
 * Wraps a test that runs in virtual time: timers of RxJS cost nothing, and `expectObservable(...).toBe('a 99ms (b|)')` compares deeply with
 * `node:assert`, so it works under any test runner. What `test` returns is the function to hand to `it`.
 *
 * Throws a TypeError when the test is asynchronous: virtual time is over before the first `await` returns, so nothing after it would be checked.
 *
 * @example
 * it('waits', marbles(({ cold, expectObservable }) => {
 *   expectObservable(cold('a|').pipe(delay(5))).toBe('5ms a|');
 * }));
 */
export function marbles(test: (helpers: RunHelpers) => void): () => void {
  return () => {
    const returned = new TestScheduler(assertSame).run<unknown>(test);
    if (typeof returned === 'object' && returned !== null && 'then' in returned) {
      throw new TypeError(
        'A marble test must not be async: virtual time ends when the function returns, so what follows an await is never checked.',
      );
    }
  };
}
