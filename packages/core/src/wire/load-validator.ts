import type { ZodType } from 'zod';
import { loadWireSchemas } from './load-schemas.ts';

/** Says what is wrong with a message of a known type, or returns undefined when it fits its schema. */
export type MessageValidator = (raw: Readonly<Record<string, unknown>>) => readonly string[] | undefined;

/** Says what is wrong with frames of the CLI, or returns undefined when they fit their schemas or are of no known kind. */
export interface Validator {
  readonly message: MessageValidator;
  /** What the CLI asks. */
  readonly question: (body: Readonly<Record<string, unknown>>) => readonly string[] | undefined;
  /** What the CLI answers to a request of that subtype. */
  readonly answer: (subtype: string, response: unknown) => readonly string[] | undefined;
}

function issuesOf(schema: ZodType | undefined, raw: unknown): readonly string[] | undefined {
  return schema
    ?.safeParse(raw)
    .error?.issues.map((issue) => [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': '));
}

/** A validator of what the CLI says. Loads zod on first use. */
export async function loadValidator(): Promise<Validator> {
  const { KnownMessage, SystemInitMessage } = await loadWireSchemas();
  const { systemSchemas } = await import('./system-schemas.ts');
  const bySubtype = new Map<unknown, ZodType>([['init', SystemInitMessage], ...Object.entries(systemSchemas)]);
  const { answers, questions } = (await import('./control-schemas.ts')).controlSchemas;
  const answersBySubtype = new Map<string, ZodType>(Object.entries(answers));
  const questionsBySubtype = new Map<unknown, ZodType>(Object.entries(questions));
  return {
    message: (raw) => issuesOf((raw['type'] === 'system' ? bySubtype.get(raw['subtype']) : undefined) ?? KnownMessage, raw),
    question: (body) => issuesOf(questionsBySubtype.get(body['subtype']), body),
    answer: (subtype, response) => issuesOf(answersBySubtype.get(subtype), response),
  };
}
