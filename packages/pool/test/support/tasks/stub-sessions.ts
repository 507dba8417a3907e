import { emptyUsage, type Message, type ResultMessage, type Session, type Turn, type TurnState } from '@subwire/core';
import { BehaviorSubject, filter, map, ReplaySubject, type Subject } from 'rxjs';
import { createPool, type Pool, type PoolOptions } from '../../../src/index.ts';

/** What a stub does with a prompt. Whatever it throws ends the session, as a crash of its process would. */
export type Answer = (prompt: string, stub: StubSession) => Promise<object | undefined> | object | undefined;

/** A session that is nothing but its answers: for what can be shown without a process. */
export interface StubSession {
  readonly number: number;
  readonly session: Session;
  readonly prompts: string[];
  say(message: object): void;
  die(cause?: unknown): void;
}

export interface StubPool {
  readonly pool: Pool<Session>;
  readonly made: StubSession[];
  readonly destroyed: StubSession[];
  /** Most prompts that were being answered at once. */
  readonly peak: number;
  readonly working: number;
}

export function assistantText(text: string): object {
  return { type: 'assistant', message: { content: [{ type: 'text', text }] } };
}

export function toolUse(name = 'Bash'): object {
  return { type: 'assistant', message: { content: [{ type: 'tool_use', id: 'tool', name, input: {} }] } };
}

/** A pool of sessions without processes. */
export function stubPool(answer: Answer, options: PoolOptions = {}): StubPool {
  const made: StubSession[] = [];
  const destroyed: StubSession[] = [];
  let peak = 0;
  let working = 0;

  function createStub(): StubSession {
    const number = made.length;
    const lost = new ReplaySubject<unknown>(1);
    const prompts: string[] = [];
    let current: Subject<Message> | undefined;
    let fail: (cause: unknown) => void = () => {};
    const transport = { pid: 1_000 + number, isConnected: true, exit$: lost };

    function prompt(input: unknown): Turn {
      const text = typeof input === 'string' ? input : String((input as { content: unknown }).content);
      const state = new BehaviorSubject<TurnState>('sent');
      const messages = new ReplaySubject<Message>();
      current = messages;
      prompts.push(text);
      working += 1;
      peak = Math.max(peak, working);
      const result = new Promise<ResultMessage>((resolve, reject) => {
        let isOver = false;
        const end = (): boolean => {
          if (isOver) return false;
          isOver = true;
          working -= 1;
          return true;
        };
        fail = (cause) => {
          if (end()) reject(cause);
        };
        Promise.resolve()
          .then(() => answer(text, stub))
          .then((given) => {
            if (!end()) return;
            const whole = {
              type: 'result',
              subtype: 'success',
              is_error: false,
              result: text,
              session_id: `s${number}`,
              ...given,
            } as ResultMessage;
            messages.next(whole);
            messages.complete();
            resolve(whole);
          }, die);
      });
      result.catch(() => {});
      return {
        id: 'turn',
        state$: state,
        messages$: messages,
        text$: messages.pipe(
          filter((message) => message.type === 'assistant'),
          map(({ message }) => message.content.map((block) => ('text' in block ? String(block.text) : '')).join('')),
        ),
        result: () => result,
        interrupt: () => Promise.resolve(),
      };
    }

    function die(cause: unknown = new Error('died')): void {
      transport.isConnected = false;
      fail(cause);
      lost.next(cause);
    }

    const session = { id: `s${number}`, transport, usage: emptyUsage, tasks: [], whenQuiescent: () => Promise.resolve(), prompt };
    const stub: StubSession = {
      number,
      prompts,
      session: session as unknown as Session,
      say: (message) => current?.next(message as Message),
      die,
    };
    made.push(stub);
    return stub;
  }

  const stubOf = (session: Session): StubSession => made.find((stub) => stub.session === session) as StubSession;
  const pool = createPool<Session>(
    {
      create: () => Promise.resolve(createStub().session),
      lost$: ({ transport }) => transport.exit$,
      pidOf: ({ transport }) => transport.pid,
      destroy(session) {
        const stub = stubOf(session);
        stub.die(new Error('ended'));
        destroyed.push(stub);
        return Promise.resolve();
      },
    },
    { size: 4, ...options },
  );
  return {
    pool,
    made,
    destroyed,
    get peak() {
      return peak;
    },
    get working() {
      return working;
    },
  };
}
