import { isBlock } from '../wire/content.ts';
import type { Message } from '../wire/messages.ts';

/** A call of a tool that has no result yet. */
export interface OpenTool {
  readonly name: string;
  /** When it was seen, in milliseconds of the caller's clock. */
  readonly sinceMs: number;
}

/** What the agent is doing, as far as its messages say. */
export interface Activity {
  /** Whether a turn runs, also one that nobody asked for. */
  readonly running: boolean;
  /** Calls of tools without a result, by id, oldest first. */
  readonly tools: ReadonlyMap<string, OpenTool>;
  /** Background work, by task id, with its description. */
  readonly tasks: ReadonlyMap<string, string>;
  /** Whether background work has ended, about which the CLI is going to begin a turn. */
  readonly expecting: boolean;
}

/** Nothing is under way. */
export const idleActivity: Activity = Object.freeze({ running: false, tools: new Map(), tasks: new Map(), expecting: false });

type System = Extract<Message, { type: 'system' }>;

/** Kinds of tasks that go on for as long as the session does: nobody can wait for their end. */
const endless = /^(monitor_|in_process_teammate$)/;
const ended = new Set(['completed', 'failed', 'stopped', 'killed', 'cancelled']);

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function without<V>(map: ReadonlyMap<string, V>, ids: Iterable<string>): ReadonlyMap<string, V> {
  const copy = new Map(map);
  for (const id of ids) copy.delete(id);
  return copy;
}

function withTools(activity: Activity, message: Extract<Message, { type: 'assistant' }>, nowMs: number): Activity {
  const calls = message.message.content.filter((block) => isBlock(block, 'tool_use'));
  if (calls.length === 0) return activity;
  const tools = new Map(activity.tools);
  for (const { id, name } of calls) tools.set(id, { name, sinceMs: nowMs });
  return { ...activity, tools };
}

function withResults(activity: Activity, message: Extract<Message, { type: 'user' }>): Activity {
  const { content } = message.message;
  if (typeof content === 'string' || activity.tools.size === 0) return activity;
  const ids = content.filter((block) => isBlock(block, 'tool_result')).map((block) => block.tool_use_id);
  return ids.length === 0 ? activity : { ...activity, tools: without(activity.tools, ids) };
}

function endTask(activity: Activity, id: string, expecting: boolean): Activity {
  return { ...activity, tasks: without(activity.tasks, [id]), expecting: activity.expecting || expecting };
}

function listTasks(activity: Activity, listed: readonly unknown[]): Activity {
  const tasks = new Map(activity.tasks);
  for (const entry of listed) {
    const { task_id: id, task_type: type, description } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof id === 'string' && !endless.test(wordOf(type))) tasks.set(id, wordOf(description));
  }
  return { ...activity, tasks };
}

function stepSystem(activity: Activity, message: System): Activity {
  const id = typeof message['task_id'] === 'string' ? message['task_id'] : undefined;
  switch (message.subtype) {
    case 'init':
      return { ...activity, running: true, expecting: false };
    case 'session_state_changed':
      if (message['state'] === 'idle') return { ...activity, running: false };
      return activity.running ? activity : { ...activity, running: true };
    case 'task_started':
      if (id === undefined || endless.test(wordOf(message['task_type']))) return activity;
      return { ...activity, tasks: new Map(activity.tasks).set(id, wordOf(message['description'])) };
    case 'task_updated': {
      const patch = message['patch'] as { readonly status?: unknown } | undefined;
      const over = id !== undefined && activity.tasks.has(id) && ended.has(String(patch?.status));
      // The notification follows, and after it the turn about it, unless a turn runs that can take it in.
      return over ? endTask(activity, id, !activity.running && patch?.status !== 'killed') : activity;
    }
    case 'task_notification': {
      if (id === undefined) return activity;
      return endTask(activity, id, !activity.running && activity.tasks.has(id) && message['status'] !== 'stopped');
    }
    case 'background_tasks_changed':
      // Only adds: foreground subagents are missing from the list, so that absence says nothing.
      return Array.isArray(message['tasks']) && message['tasks'].length > 0 ? listTasks(activity, message['tasks']) : activity;
    default:
      return activity;
  }
}

/** The next activity. The same object comes back when nothing has changed. */
export function stepActivity(activity: Activity, message: Message, nowMs: number): Activity {
  switch (message.type) {
    case 'assistant':
      return withTools(activity, message, nowMs);
    case 'user':
      return withResults(activity, message);
    case 'result':
      return { ...activity, running: false, expecting: false, tools: new Map() };
    case 'conversation_reset':
      return { ...activity, tools: new Map() };
    case 'system':
      return stepSystem(activity, message);
    default:
      return activity;
  }
}
