import { createHash } from 'node:crypto';
import type { AgentTask } from '@subwire/pool';
import type { TaskDraft } from './task-fields.ts';

const slugLength = 24;
const digestLength = 8;

function slugOf(prompt: string): string {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  let slug = '';
  for (const word of words) {
    const next = slug === '' ? word.slice(0, slugLength) : `${slug}-${word}`;
    if (next.length > slugLength) break;
    slug = next;
  }
  return slug === '' ? 'task' : slug;
}

function digestOf({ prompt, agent, context, cwd, session }: TaskDraft): string {
  return createHash('sha256')
    .update(JSON.stringify([prompt, agent, context, cwd, session?.model]))
    .digest('hex')
    .slice(0, digestLength);
}

/**
 * Gives tasks without an id one that is made from what they say. A journal goes by ids: those made from line numbers would give a task the result of another
 * one as soon as somebody inserts a line.
 */
export function createTaskNamer(): (draft: TaskDraft) => AgentTask {
  const seen = new Map<string, number>();
  return (draft) => {
    if (draft.id !== undefined) return { ...draft, id: draft.id };
    const made = `${slugOf(draft.prompt)}-${digestOf(draft)}`;
    const count = (seen.get(made) ?? 0) + 1;
    seen.set(made, count);
    return { ...draft, id: count === 1 ? made : `${made}-${count}` };
  };
}
