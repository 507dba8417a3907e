import fc from 'fast-check';
import type { Frame } from './frames.ts';

/** One line of a conversation between a host and the CLI. */
export interface HistoryEntry {
  readonly dir: 'stdin' | 'stdout';
  readonly frame: Frame;
}

/** What {@link histories} makes. */
export interface HistoriesOptions {
  /**
   * The most turns of one conversation.
   * @defaultValue 4
   */
  readonly maxTurns?: number;
}

/** A thing that happens inside a turn. */
type Incident = 'text' | 'tool' | 'permission-allowed' | 'permission-denied' | 'hook' | 'task' | 'canceled' | 'status' | 'unknown';

const incidents = fc.constantFrom<Incident>(
  'text',
  'tool',
  'permission-allowed',
  'permission-denied',
  'hook',
  'task',
  'canceled',
  'status',
  'unknown',
);

interface Turn {
  readonly during: readonly Incident[];
  /** A task of this turn ends only after the result. */
  readonly lateTask: boolean;
  readonly end: 'success' | 'error' | 'interrupted';
}

const sessionId = '5e551000-0000-4000-8000-000000000000';

function said(frame: Frame): HistoryEntry {
  return { dir: 'stdout', frame: { ...frame, session_id: sessionId } };
}

function control(dir: HistoryEntry['dir'], id: string, request: object): HistoryEntry {
  return { dir, frame: { type: 'control_request', request_id: id, request } };
}

function answer(dir: HistoryEntry['dir'], id: string, response: object): HistoryEntry {
  return { dir, frame: { type: 'control_response', response: { subtype: 'success', request_id: id, response } } };
}

function assistant(content: readonly object[]): HistoryEntry {
  return said({ type: 'assistant', message: { role: 'assistant', model: 'claude-opus-5-5', content }, parent_tool_use_id: null });
}

function toolResult(id: string, isError: boolean): HistoryEntry {
  return said({
    type: 'user',
    message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'done', is_error: isError }] },
  });
}

function play(incident: Incident, id: string): readonly HistoryEntry[] {
  const tool = `toolu_${id}`;
  const use = assistant([{ type: 'tool_use', id: tool, name: 'Bash', input: { command: 'true' } }]);
  const ask = control('stdout', `ask_${id}`, { subtype: 'can_use_tool', tool_name: 'Bash', input: { command: 'true' }, tool_use_id: tool });
  switch (incident) {
    case 'text':
      return [assistant([{ type: 'text', text: `text ${id}` }])];
    case 'tool':
      return [use, toolResult(tool, false)];
    case 'permission-allowed':
      return [use, ask, answer('stdin', `ask_${id}`, { behavior: 'allow', updatedInput: { command: 'true' } }), toolResult(tool, false)];
    case 'permission-denied':
      return [use, ask, answer('stdin', `ask_${id}`, { behavior: 'deny', message: 'no' }), toolResult(tool, true)];
    case 'canceled':
      return [use, ask, { dir: 'stdout', frame: { type: 'control_cancel_request', request_id: `ask_${id}` } }, toolResult(tool, true)];
    case 'hook':
      return [
        control('stdout', `hook_${id}`, { subtype: 'hook_callback', callback_id: 'hook_0', input: {} }),
        answer('stdin', `hook_${id}`, {}),
      ];
    case 'task':
      return [...taskStart(id), taskEnd(id)];
    case 'status':
      return [said({ type: 'system', subtype: 'status', status: 'requesting' })];
    case 'unknown':
      return [said({ type: 'a_later_kind', detail: id })];
  }
}

function taskStart(id: string): readonly HistoryEntry[] {
  return [said({ type: 'system', subtype: 'task_started', task_id: `task_${id}`, task_type: 'local_agent' })];
}

function taskEnd(id: string): HistoryEntry {
  return said({ type: 'system', subtype: 'task_notification', task_id: `task_${id}`, status: 'completed' });
}

function playTurn(turn: Turn, index: number): readonly HistoryEntry[] {
  const id = (part: number): string => `${index}_${part}`;
  const late = id(turn.during.length);
  const interrupted = turn.end === 'interrupted';
  return [
    {
      dir: 'stdin',
      frame: {
        type: 'user',
        message: { role: 'user', content: `prompt ${index}` },
        uuid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      },
    },
    said({ type: 'system', subtype: 'init', cwd: '/workspace', model: 'claude-opus-5-5', tools: ['Bash'] }),
    ...turn.during.flatMap((incident, part) => play(incident, id(part))),
    ...(turn.lateTask ? taskStart(late) : []),
    ...(interrupted ? [control('stdin', `interrupt_${index}`, { subtype: 'interrupt' }), answer('stdout', `interrupt_${index}`, {})] : []),
    said({
      type: 'result',
      subtype: interrupted ? 'error_during_execution' : 'success',
      is_error: turn.end !== 'success',
      num_turns: 1,
      result_index: index,
      ...(interrupted ? { terminal_reason: 'aborted_streaming' } : { result: `end ${index}` }),
    }),
    ...(turn.lateTask ? [taskEnd(late)] : []),
  ];
}

/**
 * A whole conversation as the wire allows it: the handshake, then turns with tools, permissions, hooks, background tasks and interrupts. Each prompt leads to
 * one result, each request is answered or withdrawn, each task ends, a few of them after the result of their turn.
 */
export function histories(options: HistoriesOptions = {}): fc.Arbitrary<readonly HistoryEntry[]> {
  const turn: fc.Arbitrary<Turn> = fc.record({
    during: fc.array(incidents, { maxLength: 5 }),
    lateTask: fc.boolean(),
    end: fc.constantFrom('success', 'success', 'error', 'interrupted'),
  });
  const handshake = [
    control('stdin', 'init_0', { subtype: 'initialize', hooks: { Stop: [{ hookCallbackIds: ['hook_0'] }] } }),
    answer('stdout', 'init_0', {}),
  ];
  return fc.array(turn, { maxLength: options.maxTurns ?? 4 }).map((turns) => [...handshake, ...turns.flatMap(playTurn)]);
}
