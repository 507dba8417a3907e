import type { Transport } from '../transport/types.ts';
import { userFrame, type UserInput } from '../wire/outgoing.ts';
import type { OpenTurn } from './turn.ts';

/** What changes a prompt before it is sent. */
export interface PromptPolicy {
  readonly framework?: string | undefined;
  readonly beforeSend?: ((text: string) => string | Promise<string>) | undefined;
}

/** Writes prompts in the order in which they were given. */
export interface TurnQueue {
  /** Prepares and writes a prompt; fails its turn when that fails. */
  add(input: string | UserInput, entry: OpenTurn): void;
  /** Prompts that were not written yet are not written any more. */
  stop(): void;
}

type Content = UserInput['content'];

function isText(block: object): block is { readonly type: 'text'; readonly text: string } {
  return (block as { readonly type?: unknown }).type === 'text' && typeof (block as { readonly text?: unknown }).text === 'string';
}

async function changeText(content: Content, change: (text: string) => string | Promise<string>): Promise<Content> {
  if (typeof content === 'string') return await change(content);
  return await Promise.all(content.map(async (block) => (isText(block) ? { ...block, text: await change(block.text) } : block)));
}

function prepend(framework: string, content: Content): Content {
  return typeof content === 'string' ? `${framework}\n\n${content}` : [{ type: 'text', text: framework }, ...content];
}

/** The framework is put before the first prompt that is written: one whose preparation fails leaves it to the next. */
export function createTurnQueue(
  transport: Transport,
  policy: PromptPolicy,
  outlets: { readonly sent: (entry: OpenTurn) => void; readonly failed: (entry: OpenTurn, cause: unknown) => void },
): TurnQueue {
  const { beforeSend } = policy;
  let framework = policy.framework;
  let stopped = false;
  let tail: Promise<void> | undefined;

  function write(input: UserInput, entry: OpenTurn): void {
    if (stopped || entry.state === 'settled') return;
    const content = framework === undefined ? input.content : prepend(framework, input.content);
    framework = undefined;
    entry.move('sent');
    outlets.sent(entry);
    transport.send(userFrame({ ...input, content }, entry.turn.id)).catch((cause: unknown) => outlets.failed(entry, cause));
  }

  async function prepare(input: UserInput, entry: OpenTurn): Promise<void> {
    try {
      if (stopped || entry.state === 'settled') return;
      const content = beforeSend === undefined ? input.content : await changeText(input.content, beforeSend);
      write({ ...input, content }, entry);
    } catch (cause) {
      outlets.failed(entry, cause);
    }
  }

  return {
    add(input, entry) {
      const whole = typeof input === 'string' ? { content: input } : input;
      // Written at once where nothing has to be waited for.
      if (beforeSend === undefined) write(whole, entry);
      else tail = (tail ?? Promise.resolve()).then(() => prepare(whole, entry));
    },
    stop: () => void (stopped = true),
  };
}
