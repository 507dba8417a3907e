import { z } from 'zod';

const text = z.string();
const count = z.number();
const envelope = { session_id: text.optional(), uuid: text.optional(), timestamp: text.optional(), type: z.literal('system') };
const usage = z.looseObject({ total_tokens: count, tool_uses: count, duration_ms: count });
const hookEvent = {
  ...envelope,
  subtype: z.enum(['hook_started', 'hook_response']),
  hook_event: text.optional(),
  hook_name: text.optional(),
  output: text.optional(),
  exit_code: count.optional(),
  outcome: text.optional(),
};

/** A schema for each known subtype of `system` but `init`, under the name of its subtype. */
export const systemSchemas = {
  task_started: z.looseObject({
    ...envelope,
    subtype: z.literal('task_started'),
    task_id: text,
    description: text,
    tool_use_id: text.optional(),
    task_type: text.optional(),
    is_backgrounded: z.boolean().optional(),
  }),
  task_progress: z.looseObject({
    ...envelope,
    subtype: z.literal('task_progress'),
    task_id: text,
    description: text,
    usage,
    tool_use_id: text.optional(),
    last_tool_name: text.optional(),
  }),
  task_updated: z.looseObject({
    ...envelope,
    subtype: z.literal('task_updated'),
    task_id: text.optional(),
    patch: z.looseObject({ status: text.optional() }).optional(),
  }),
  task_notification: z.looseObject({
    ...envelope,
    subtype: z.literal('task_notification'),
    task_id: text,
    status: text,
    output_file: text,
    summary: text,
    tool_use_id: text.optional(),
    usage: usage.optional(),
  }),
  background_tasks_changed: z.looseObject({
    ...envelope,
    subtype: z.literal('background_tasks_changed'),
    tasks: z.array(z.looseObject({ task_id: text, task_type: text.optional(), description: text.optional() })),
  }),
  status: z.looseObject({ ...envelope, subtype: z.literal('status'), status: text.nullable(), permissionMode: text.optional() }),
  api_retry: z.looseObject({
    ...envelope,
    subtype: z.literal('api_retry'),
    attempt: count,
    max_retries: count,
    retry_delay_ms: count,
    error_status: count.nullable(),
    error: text,
  }),
  permission_denied: z.looseObject({
    ...envelope,
    subtype: z.literal('permission_denied'),
    tool_name: text,
    tool_use_id: text,
    message: text,
  }),
  session_state_changed: z.looseObject({ ...envelope, subtype: z.literal('session_state_changed'), state: text }),
  compact_boundary: z.looseObject({
    ...envelope,
    subtype: z.literal('compact_boundary'),
    compact_metadata: z.looseObject({ trigger: text, pre_tokens: count, post_tokens: count.optional() }),
  }),
  informational: z.looseObject({ ...envelope, subtype: z.literal('informational'), content: text, level: text, tag: text.optional() }),
  hook_started: z.looseObject(hookEvent),
  hook_response: z.looseObject(hookEvent),
} as const;
