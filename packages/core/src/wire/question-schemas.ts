import { z } from 'zod';

const text = z.string();

/** A schema for each question that the CLI may ask of the host, under its subtype. */
export const questionSchemas = {
  can_use_tool: z.looseObject({
    tool_name: text,
    input: z.unknown(),
    tool_use_id: text.optional(),
    permission_suggestions: z.array(z.looseObject({})).nullable().optional(),
  }),
  hook_callback: z.looseObject({ callback_id: text, input: z.unknown(), tool_use_id: text.nullable().optional() }),
  mcp_message: z.looseObject({ server_name: text, message: z.looseObject({}) }),
  elicitation: z.looseObject({
    mcp_server_name: text,
    message: text,
    mode: text.optional(),
    url: text.optional(),
    elicitation_id: text.optional(),
    requested_schema: z.looseObject({}).optional(),
  }),
  request_user_dialog: z.looseObject({ dialog_kind: text, payload: z.unknown(), tool_use_id: text.optional() }),
} as const;
