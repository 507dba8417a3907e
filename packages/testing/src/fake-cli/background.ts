import { systemFrame } from '../scenario/frames.ts';
import type { JsonObject } from '../scenario/json.ts';
import type { AgentState, BackgroundTask } from './agent-state.ts';
import type { ToolOutcome } from './host.ts';

/** What a background task is called and what ends it. */
export interface TaskStart {
  readonly toolUseId: string;
  readonly description: string;
  /** @defaultValue 'local_bash' */
  readonly type?: string;
  /** Starts the work; returns how to stop it. */
  begin(done: (outcome: ToolOutcome) => void): () => void;
}

/** Lets work go on after its turn: prints what the CLI prints at its start and its end, and afterwards starts a turn that nobody asked for. */
export function startTask(state: AgentState, start: TaskStart): BackgroundTask {
  const number = state.uuid().replaceAll('-', '');
  const id = `b${number.slice(0, 8)}`;
  const runId = `0${number.slice(8, 16)}-${number.slice(16, 24)}`;
  const common = { task_id: id, run_id: runId };
  let stop: () => void = () => {};
  const task: BackgroundTask = {
    id,
    runId,
    toolUseId: start.toolUseId,
    description: start.description,
    type: start.type ?? 'local_bash',
    stop: () => {
      if (!state.tasks.delete(id)) return;
      stop();
      const notice = { ...common, tool_use_id: start.toolUseId, status: 'stopped', output_file: '', summary: start.description };
      state.say(systemFrame(state, 'task_notification', notice));
      state.say(systemFrame(state, 'task_updated', { ...common, patch: { status: 'killed', end_time: state.host.nowMs() } }));
      listTasks(state);
      state.wake();
    },
  };
  state.tasks.set(id, task);
  listTasks(state);
  const started = {
    ...common,
    tool_use_id: start.toolUseId,
    description: start.description,
    is_backgrounded: true,
    task_type: start.type ?? 'local_bash',
  };
  state.say(systemFrame(state, 'task_started', started));
  stop = start.begin((outcome) => {
    if (!state.tasks.delete(id)) return;
    const status = outcome.code === 0 ? 'completed' : 'failed';
    const summary = `Background command "${start.description}" ${status} (exit code ${outcome.code})`;
    state.say(systemFrame(state, 'task_updated', { ...common, patch: { status, end_time: state.host.nowMs() } }));
    const notice = { ...common, tool_use_id: start.toolUseId, status, output_file: `${state.cwd}/tasks/${id}.output`, summary };
    state.say(systemFrame(state, 'task_notification', notice));
    listTasks(state);
    state.notices.push({ text: summary, runId });
    state.wake();
  });
  return task;
}

function listTasks(state: AgentState): void {
  const tasks = [...state.tasks.values()].map((task): JsonObject => ({
    task_id: task.id,
    run_id: task.runId,
    task_type: task.type,
    description: task.description,
  }));
  state.say(systemFrame(state, 'background_tasks_changed', { tasks }));
}
