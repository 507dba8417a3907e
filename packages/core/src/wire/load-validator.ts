import type { ZodType } from 'zod';
import { loadWireSchemas } from './load-schemas.ts';

/** Says what is wrong with a message of a known type, or returns undefined when it fits its schema. */
export type MessageValidator = (raw: Readonly<Record<string, unknown>>) => readonly string[] | undefined;

/** A validator of messages. Loads zod on first use. */
export async function loadValidator(): Promise<MessageValidator> {
  const { KnownMessage, SystemInitMessage } = await loadWireSchemas();
  const { systemSchemas } = await import('./system-schemas.ts');
  const bySubtype = new Map<unknown, ZodType>([['init', SystemInitMessage], ...Object.entries(systemSchemas)]);
  return (raw) => {
    const schema = (raw['type'] === 'system' ? bySubtype.get(raw['subtype']) : undefined) ?? KnownMessage;
    const { error } = schema.safeParse(raw);
    return error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  };
}
