import { ControlError } from '../errors/control-error.ts';
import type { CommandLifecycleMessage, Message, ResultMessage } from '../wire/messages.ts';
import type { OpenTurn } from './turn.ts';

/** What the ledger tells the session. */
export interface LedgerOutlets {
  /** The number of open turns has changed. */
  readonly changed: (open: number) => void;
  /** The agent has begun with a turn. */
  readonly started: (turn: OpenTurn) => void;
  /** A turn has its result. */
  readonly settled: (turn: OpenTurn, result: ResultMessage) => void;
  /** A message of a turn that nobody here asked for. */
  readonly stray: (message: Message) => void;
}

/** Which message belongs to which turn. */
export interface TurnLedger {
  /** Turns that are not settled, in the order in which they were sent. */
  readonly open: readonly OpenTurn[];
  add(turn: OpenTurn): void;
  /** Takes a turn that the CLI begins by itself, such as one that goes on with a call that was put aside. */
  adopt(turn: OpenTurn): void;
  take(message: Message): void;
  /** Ends one open turn without a result. */
  drop(turn: OpenTurn, cause: unknown): void;
}

/** The error of a prompt that was taken back in time. */
export function takenBack(): ControlError {
  return new ControlError({
    code: 'CONTROL_CANCELED',
    subtype: 'interrupt',
    message: 'The prompt was taken out of the queue before the agent began with it.',
  });
}

/**
 * Sends and results are not one to one: prompts that wait are merged into one turn, one that comes while a tool runs is folded into the running
 * turn, and a background task that ends starts a turn nobody asked for. So a turn is moved by the `command_lifecycle` lines that carry its uuid and settled
 * by the result that names it. A CLI that says neither is taken in order.
 */
export function createTurnLedger(outlets: LedgerOutlets): TurnLedger {
  let open: OpenTurn[] = [];
  let namesTurns = false;
  let adopted: OpenTurn | undefined;
  let stray: Message[] | undefined;

  const byId = (id: string): OpenTurn | undefined => open.find((entry) => entry.turn.id === id);
  const running = (): readonly OpenTurn[] => open.filter((entry) => entry.state === 'running');

  function keep(entries: readonly OpenTurn[]): void {
    if (entries.length === open.length) return;
    open = [...entries];
    outlets.changed(open.length);
  }

  function drop(entry: OpenTurn, cause: unknown): void {
    keep(open.filter((other) => other !== entry));
    entry.fail(cause);
  }

  function begin(entry: OpenTurn): void {
    if (entry.state === 'running' || entry.state === 'settled') return;
    passOn();
    entry.move('running');
    outlets.started(entry);
  }

  function takeLifecycle(message: CommandLifecycleMessage): void {
    const entry = byId(message.command_uuid);
    if (entry === undefined) {
      if (message.state === 'started' && adopted !== undefined) begin(adopted);
      return;
    }
    namesTurns = true;
    if (message.state === 'started') begin(entry);
    entry.take(message);
    // One that was started is cancelled by an interrupt, after its result.
    if (message.state === 'cancelled' && entry.state !== 'running') drop(entry, takenBack());
  }

  function answered(message: ResultMessage): readonly OpenTurn[] {
    const names = message.user_message_uuids;
    const named = names === undefined ? [] : open.filter((entry) => names.includes(entry.turn.id));
    if (named.length > 0) return named;
    // It never has a name that this side knows.
    if (adopted?.state === 'running') return [adopted];
    // A CLI that names turns leaves nothing but foreign results without a name, and says where they come from.
    if (names !== undefined || message.origin !== undefined) return [];
    return open.filter((entry) => entry.state !== 'queued').slice(0, 1);
  }

  function takeResult(message: ResultMessage): void {
    const turns = answered(message);
    if (turns.length === 0) {
      passOn();
      outlets.stray(message);
      return;
    }
    // In order, as nothing said whose turn it is: what was kept belongs to it.
    const held = stray ?? [];
    stray = undefined;
    for (const entry of turns) {
      if (entry === adopted) adopted = undefined;
      begin(entry);
      for (const earlier of held) entry.take(earlier);
      entry.take(message);
      entry.settle(message);
      outlets.settled(entry, message);
    }
    keep(open.filter((entry) => !turns.includes(entry)));
  }

  /** Whose turn runs is known for sure only when a prompt of ours waits: then its messages are kept until something says. */
  function hold(message: Message): void {
    if (stray === undefined) return;
    if (open.length > 0) stray.push(message);
    else {
      passOn();
      stray = [];
      outlets.stray(message);
    }
  }

  /** The turn that runs is not ours after all. */
  function passOn(): void {
    for (const message of stray ?? []) outlets.stray(message);
    stray = undefined;
  }

  function takeInit(message: Message): void {
    if (running().length > 0) return;
    // Otherwise the first turn of a CLI that does name them could be taken for ours although it is not.
    const { capabilities } = message as { readonly capabilities?: unknown };
    if (Array.isArray(capabilities) && capabilities.includes('msg_lifecycle_v1')) namesTurns = true;
    passOn();
    const first = open.find((entry) => entry.state !== 'queued');
    if (adopted !== undefined) begin(adopted);
    else if (namesTurns || first === undefined) stray = [];
    else begin(first);
  }

  return {
    get open() {
      return open;
    },
    add(entry) {
      open.push(entry);
      outlets.changed(open.length);
    },
    adopt(entry) {
      adopted = entry;
      open.push(entry);
      outlets.changed(open.length);
    },
    take(message) {
      if (message.type === 'command_lifecycle') {
        takeLifecycle(message);
        return;
      }
      if (message.type === 'result') {
        takeResult(message);
        return;
      }
      if (message.type === 'system' && message.subtype === 'init') takeInit(message);
      const turns = running();
      if (turns.length === 0) hold(message);
      for (const entry of turns) entry.take(message);
    },
    drop,
  };
}
