import { findInlineScript, type InlineScript } from './inline-script.ts';
import type { ApiRequest, ApiRequestBody } from './request.ts';
import { checkReply, type ApiReply, type ApiScript } from './script.ts';

/** Picks the reply to each model request. */
export type ReplyChooser = (request: ApiRequest) => ApiReply;

const plain: ApiReply = Object.freeze({ kind: 'text', text: 'ok' });
const failures: ReadonlySet<string> = new Set<ApiReply['kind']>(['error', 'disconnect', 'sse_error', 'hang']);

/** The n-th reply of a list in which each counts `times`; the last one goes on for ever. */
export function stepAt(steps: readonly ApiReply[], index: number): ApiReply {
  let left = index;
  for (const step of steps) {
    left -= step.times ?? 1;
    if (left < 0) return step;
  }
  return steps.at(-1) ?? plain;
}

/**
 * The reply of a prompt's own script. Messages are counted in the conversation itself, so the order in which several conversations reach the server does not
 * matter; failures leave no message behind, so the attempts since the last message are counted by the server.
 */
export function inlineStepAt({ steps, replied }: InlineScript, attempt: number): ApiReply {
  let messages = replied;
  let at = 0;
  for (const step of steps.slice(0, -1)) {
    const failing = failures.has(step.kind);
    if (failing ? messages === 0 : messages < (step.times ?? 1)) break;
    if (!failing) messages -= step.times ?? 1;
    at++;
  }
  const rest = steps.slice(at);
  const next = rest.findIndex((step) => !failures.has(step.kind));
  return stepAt(next < 0 ? rest : rest.slice(0, next + 1), next === 0 ? 0 : attempt);
}

/** Checks a script and makes the chooser for it. The order: the matcher, the prompt's own script, a plain answer for warm-ups, the steps. */
export function createReplyChooser(script: ApiScript): ReplyChooser {
  const steps = (script.steps ?? []).map((step, index) => checkReply(step, `steps.${index}`));
  const attempts = new Map<string, number>();
  let answered = 0;

  const fromPrompt = (body: ApiRequestBody): ApiReply | undefined => {
    try {
      const inline = findInlineScript(body);
      if (inline === undefined) return undefined;
      const key = `${JSON.stringify(body['metadata'] ?? null)}:${inline.key}:${inline.replied}`;
      const attempt = attempts.get(key) ?? 0;
      attempts.set(key, attempt + 1);
      return inlineStepAt(inline, attempt);
    } catch (cause) {
      return {
        kind: 'error',
        status: 400,
        message: `The prompt's own script cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      };
    }
  };

  return (request) => {
    const matched = script.match?.(request);
    if (matched !== undefined) return checkReply(matched, 'match');
    if (request.purpose === 'warm-up') return plain;
    const inline = script.inlineScripts === true && request.body !== undefined ? fromPrompt(request.body) : undefined;
    return inline ?? stepAt(steps, answered++);
  };
}
