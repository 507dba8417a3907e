import { ControlError } from '../errors/control-error.ts';
import type { Diagnostic } from '../transport/types.ts';
import type { CommandLifecycleMessage, Message, ResultMessage } from '../wire/messages.ts';
import type { OpenTurn } from './turn.ts';

/** Which message belongs to which turn. */
export interface TurnLedger {
  /** Turns that are not settled, in the order in which they were sent. */
  readonly open: readonly OpenTurn[];
  add(turn: OpenTurn): void;
  take(message: Message): void;
  /** Ends every open turn. */
  failAll(cause: unknown): void;
}

function canceled(): ControlError {
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
export function createTurnLedger(report: (diagnostic: Diagnostic) => void): TurnLedger {
  let open: OpenTurn[] = [];
  let namesTurns = false;

  const byId = (id: string): OpenTurn | undefined => open.find((entry) => entry.turn.id === id);
  const running = (): readonly OpenTurn[] => open.filter((entry) => entry.state === 'running');

  function takeLifecycle(message: CommandLifecycleMessage): void {
    namesTurns = true;
    const entry = byId(message.command_uuid);
    if (entry === undefined) return;
    if (message.state === 'started') entry.move('running');
    entry.take(message);
    // One that was started is cancelled by an interrupt, after its result.
    if (message.state === 'cancelled' && entry.state !== 'running') {
      open = open.filter((other) => other !== entry);
      entry.fail(canceled());
    }
  }

  function answered(message: ResultMessage): readonly OpenTurn[] {
    const names = message.user_message_uuids;
    if (names !== undefined) return open.filter((entry) => names.includes(entry.turn.id));
    if (namesTurns || message.origin !== undefined) return [];
    return open.slice(0, 1);
  }

  function takeResult(message: ResultMessage): void {
    const turns = answered(message);
    if (turns.length === 0) {
      const origin = message.origin?.kind ?? 'unknown';
      report({ code: 'STRAY_RESULT', message: `A result came that answers no prompt of this session (origin: ${origin}).`, raw: message });
    }
    open = open.filter((entry) => !turns.includes(entry));
    for (const entry of turns) {
      entry.take(message);
      entry.settle(message);
    }
  }

  return {
    get open() {
      return open;
    },
    add: (entry) => void open.push(entry),
    take(message) {
      if (message.type === 'command_lifecycle') {
        takeLifecycle(message);
        return;
      }
      if (message.type === 'result') {
        takeResult(message);
        return;
      }
      if (!namesTurns && message.type === 'system' && message.subtype === 'init') open[0]?.move('running');
      for (const entry of running()) entry.take(message);
    },
    failAll(cause) {
      const turns = open;
      open = [];
      for (const entry of turns) entry.fail(cause);
    },
  };
}
