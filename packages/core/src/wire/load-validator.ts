import { loadWireSchemas } from './load-schemas.ts';

/** Says what is wrong with a message of a known type, or returns undefined when it fits its schema. */
export type MessageValidator = (raw: Readonly<Record<string, unknown>>) => readonly string[] | undefined;

/** A validator of messages. Loads zod on first use. */
export async function loadValidator(): Promise<MessageValidator> {
  const { KnownMessage, SystemInitMessage } = await loadWireSchemas();
  return (raw) => {
    const schema = raw['type'] === 'system' && raw['subtype'] === 'init' ? SystemInitMessage : KnownMessage;
    const { error } = schema.safeParse(raw);
    return error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  };
}
