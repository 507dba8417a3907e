import type { Io } from '../../io/io.ts';
import { oneLine } from '../../render/safe-text.ts';

interface AgentQuestion {
  readonly question: string;
  readonly options: readonly { readonly label: string; readonly description?: string }[];
}

/** What the agent's own tool for questions is called with. */
export interface Questionnaire {
  readonly questions: readonly AgentQuestion[];
}

function isQuestion(value: unknown): value is AgentQuestion {
  const { question, options } = (value ?? {}) as Partial<AgentQuestion>;
  if (typeof question !== 'string' || !Array.isArray(options) || options.length === 0) return false;
  return options.every((option: unknown) => typeof (option as { readonly label?: unknown } | null)?.label === 'string');
}

/** Whether a call is the agent's tool for asking its user, which is answered through the permission question. */
export function isQuestionnaire(tool: string, input: unknown): input is Questionnaire {
  if (tool !== 'AskUserQuestion') return false;
  const { questions } = (input ?? {}) as { readonly questions?: unknown };
  return Array.isArray(questions) && questions.length > 0 && questions.every(isQuestion);
}

/** Asks each question. The input with the answers, by the text of the question; undefined when one was broken off. */
export async function answerQuestions(io: Io, input: Questionnaire, signal: AbortSignal): Promise<object | undefined> {
  const answers: Record<string, string> = {};
  for (const { question, options } of input.questions) {
    const choices = options.map(({ label, description }) => ({
      value: label,
      label: oneLine(label, io.stderr.columns),
      ...(description !== undefined && { hint: oneLine(description, io.stderr.columns) }),
    }));
    const answer = await io.choose({ message: oneLine(question, io.stderr.columns * 3), choices, signal });
    if (answer === undefined) return undefined;
    answers[question] = answer;
  }
  return { ...input, answers };
}
