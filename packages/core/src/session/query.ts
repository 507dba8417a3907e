import { from, isObservable, Observable, of, takeUntil } from 'rxjs';
import { ReplaySubject } from 'rxjs';
import type { Message } from '../wire/messages.ts';
import type { UserInput } from '../wire/outgoing.ts';
import { resultError } from './end-cause.ts';
import { openSession } from './open-session.ts';
import type { SessionOptions } from './options.ts';
import type { Session, Turn } from './types.ts';

/** What {@link query} takes as its prompts. */
export type PromptInput =
  string | UserInput | Observable<string | UserInput> | AsyncIterable<string | UserInput> | Iterable<string | UserInput>;

function isInput(prompt: PromptInput): prompt is string | UserInput {
  return typeof prompt === 'string' || 'content' in prompt;
}

function inputsOf(prompt: PromptInput): Observable<string | UserInput> {
  if (isInput(prompt)) return of(prompt);
  return isObservable(prompt) ? prompt : from(prompt);
}

/** Sends each input as it comes; resolves with the turns once the input has ended. */
function sendAll(session: Session, input$: Observable<string | UserInput>): Promise<readonly Turn[]> {
  return new Promise((resolve, reject) => {
    const turns: Turn[] = [];
    input$.subscribe({
      next: (input) => void turns.push(session.prompt(input)),
      error: (cause) => reject(cause as Error),
      complete: () => resolve(turns),
    });
  });
}

/** Runs a session to its end. Whatever goes wrong comes out as it is, once the process is gone. */
async function run(input$: Observable<string | UserInput>, session: Session, emit: (message: Message) => void): Promise<void> {
  const stopInput = new ReplaySubject<void>(1);
  const ended = new Promise<void>((resolve, reject) => {
    session.messages$.subscribe({ next: emit, error: reject, complete: resolve });
  });
  ended.catch(() => undefined);
  try {
    // A session that ends before its input has ended asks for no more of it.
    const turns = await Promise.race([sendAll(session, input$.pipe(takeUntil(stopInput))), ended.then(() => [])]);
    const ending = session.end();
    ending.catch(() => undefined);
    const all = session.continued === undefined ? turns : [session.continued, ...turns];
    const results = await Promise.all(all.map((turn) => turn.result()));
    await ending;
    await ended;
    const last = results.at(-1);
    if (last?.is_error === true) throw resultError(last);
  } finally {
    stopInput.next();
    await session.close();
  }
}

/**
 * One run of an agent, cold: subscribing starts a process, unsubscribing ends it and its whole tree, subscribing again starts another. Emits every
 * message; completes when each prompt has its result, the background work is done (see `completion`) and the process is gone.
 * Errors with what kept the run from its end, and with `RESULT_ERROR`, after the result itself, when the agent reports a failure: so `retry()` sees it.
 *
 * @example
 * query('What is in this folder?').pipe(textOf()).subscribe((text) => process.stdout.write(text));
 */
export function query(prompt: PromptInput, options: SessionOptions = {}): Observable<Message> {
  return new Observable<Message>((subscriber) => {
    const controller = new AbortController();
    const signal = options.signal === undefined ? controller.signal : AbortSignal.any([options.signal, controller.signal]);

    async function start(): Promise<void> {
      const session = await openSession({ ...options, signal });
      const onAbort = (): void => void session.close();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        signal.throwIfAborted();
        await run(inputsOf(prompt), session, (message) => subscriber.next(message));
      } finally {
        signal.removeEventListener('abort', onAbort);
        await session.close();
      }
    }

    start().then(
      () => subscriber.complete(),
      (cause: unknown) => subscriber.error(options.signal?.aborted === true ? options.signal.reason : cause),
    );
    return () => controller.abort();
  });
}
