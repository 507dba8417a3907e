import { isObservable, Observable, of } from 'rxjs';
import { ResultError } from '../errors/result-error.ts';
import type { Message, ResultMessage } from '../wire/messages.ts';
import type { UserInput } from '../wire/outgoing.ts';
import { openSession } from './session.ts';
import type { Session, SessionOptions, Turn } from './types.ts';

const retryableStatus = new Set([408, 429, 500, 502, 503, 504, 529]);

function resultError(result: ResultMessage): ResultError {
  const errors = result.errors?.filter((text) => text.trim() !== '') ?? [];
  const status = result.api_error_status ?? undefined;
  const said = errors.length > 0 ? errors.join('; ') : (result.result ?? result.subtype);
  return new ResultError({
    code: 'RESULT_ERROR',
    subtype: result.subtype,
    errors,
    apiStatus: status,
    sessionId: result.session_id,
    retryable: status !== undefined && retryableStatus.has(status),
    message: `The agent ended with an error${status === undefined ? '' : ` (HTTP ${status})`}: ${said}`,
  });
}

/** Sends each input as it comes; resolves with the turns once the input has ended. */
function sendAll(session: Session, input$: Observable<string | UserInput>, signal: AbortSignal): Promise<readonly Turn[]> {
  return new Promise((resolve, reject) => {
    const turns: Turn[] = [];
    const subscription = input$.subscribe({
      next: (input) => void turns.push(session.prompt(input)),
      error: (cause) => reject(cause as Error),
      complete: () => resolve(turns),
    });
    signal.addEventListener('abort', () => subscription.unsubscribe(), { once: true });
  });
}

/**
 * One run of an agent, cold: subscribing starts a process, unsubscribing ends it and its whole tree, subscribing again starts another. Emits every
 * message; completes when each prompt has its result and the process is gone.
 * Errors with what kept the run from its end, and with `RESULT_ERROR`, after the result itself, when the agent reports a failure: so `retry()` sees it.
 */
export function query(prompt: string | Observable<string | UserInput>, options: SessionOptions = {}): Observable<Message> {
  return new Observable<Message>((subscriber) => {
    const controller = new AbortController();
    const signal = options.signal === undefined ? controller.signal : AbortSignal.any([options.signal, controller.signal]);

    async function run(): Promise<void> {
      const session = await openSession({ ...options, signal });
      const onAbort = (): void => void session.close();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        const broken = new Promise<never>((_, reject) => {
          session.messages$.subscribe({ next: (message) => subscriber.next(message), error: reject });
        });
        broken.catch(() => undefined);
        const turns = await Promise.race([sendAll(session, isObservable(prompt) ? prompt : of(prompt), signal), broken]);
        const results = await Promise.all(turns.map((turn) => turn.result()));
        await session.close();
        const last = results.at(-1);
        if (last?.is_error === true) throw resultError(last);
      } finally {
        signal.removeEventListener('abort', onAbort);
        await session.close();
      }
    }

    run().then(
      () => subscriber.complete(),
      (cause: unknown) => subscriber.error(options.signal?.aborted === true ? options.signal.reason : cause),
    );
    return () => controller.abort();
  });
}
