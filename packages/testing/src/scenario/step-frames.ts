import { assistantFrame, initFrame, resultFrame, systemFrame, type FrameContext } from './frames.ts';
import { isObject, type JsonObject } from './json.ts';
import type { AnswerStep, AssistantStep, InitStep, ResultStep, TaskStep } from './step.ts';
import { tokensOf } from './usage.ts';

/** The control response of an `answer` step; undefined for `never`. */
export function answerFrame(step: AnswerStep, id: unknown, response: unknown): JsonObject | undefined {
  if (step.answer === 'never') return undefined;
  const envelope = { request_id: id };
  if (step.answer !== 'error') return { type: 'control_response', response: { subtype: 'success', ...envelope, response: response ?? {} } };
  const code = step.errorCode === undefined ? {} : { error_code: step.errorCode };
  return { type: 'control_response', response: { subtype: 'error', ...envelope, error: step.error ?? 'refused by the scenario', ...code } };
}

export function taskFrame(context: FrameContext, step: TaskStep): JsonObject {
  const common = { task_id: step.task_id };
  const own: Readonly<Record<TaskStep['task'], JsonObject>> = {
    started: { ...common, description: 'background work', is_backgrounded: true, task_type: 'local_bash' },
    progress: { ...common, description: 'background work', usage: { total_tokens: 0, tool_uses: 0, duration_ms: 0 } },
    updated: { ...common, patch: { status: 'completed' } },
    notification: { ...common, status: 'completed', output_file: '', summary: 'background work completed' },
  };
  return systemFrame(context, `task_${step.task}`, { ...own[step.task], ...step.fields });
}

export function initStepFrame(context: FrameContext, step: InitStep): JsonObject {
  return initFrame(context, step.init);
}

export function assistantStepFrame(context: FrameContext, step: AssistantStep): JsonObject {
  const content = typeof step.assistant === 'string' ? [{ type: 'text', text: step.assistant }] : step.assistant;
  return assistantFrame(context, `msg_${context.uuid()}`, content);
}

export function resultStepFrame(context: FrameContext, step: ResultStep, index: number): JsonObject {
  const fields = isObject(step.result) ? step.result : { result: step.result };
  const text = typeof fields['result'] === 'string' ? fields['result'] : '';
  const tokens = { input: 10, output: tokensOf(text) };
  const ledger = new Map([[context.model, tokens]]);
  return resultFrame(context, {
    index,
    turns: 1,
    durationMs: 1,
    stopReason: 'end_turn',
    tokens,
    total: ledger,
    since: ledger,
    fields: { api_error_status: null, ...fields },
  });
}
