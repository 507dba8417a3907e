import type * as Yaml from 'yaml';
import { TaskFileError } from './task-file-error.ts';
import type { RawTask } from './task-fields.ts';

function lineOf(counter: Yaml.LineCounter, node: { readonly range?: readonly number[] | null | undefined } | null | undefined): number {
  return counter.linePos(node?.range?.[0] ?? 0).line;
}

function listOf(yaml: typeof Yaml, document: Yaml.Document.Parsed, counter: Yaml.LineCounter, file: string): readonly unknown[] {
  const { contents } = document;
  const list: unknown = yaml.isMap(contents) ? contents.get('tasks', true) : contents;
  if (yaml.isSeq(list)) return list.items;
  const what = 'is no list of tasks. Begin each task with a dash, or put the list under tasks:.';
  throw new TaskFileError({ file, line: lineOf(counter, contents) }, what);
}

/**
 * A YAML list of tasks, or one under `tasks`; JSON is YAML as well. A task is a map of fields, or a text that is its prompt.
 * @throws TaskFileError
 */
export async function parseYamlTasks(text: string, file: string): Promise<readonly RawTask[]> {
  const yaml = await import('yaml');
  const counter = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = counter.linePos(error.pos[0]);
    throw new TaskFileError({ file, line }, `is no YAML (${error.message.replace(/\.$/, '')}). Correct it there.`);
  }
  if (document.contents === null) return [];
  return listOf(yaml, document, counter, file).map((item): RawTask => {
    const line = lineOf(counter, item as Yaml.Node);
    if (yaml.isAlias(item) || yaml.isNode(item)) {
      const value: unknown = item.toJS(document);
      if (typeof value === 'string') return { line, fields: { prompt: value } };
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { line, fields: value as Record<string, unknown> };
    }
    throw new TaskFileError({ file, line }, 'is no task. Write fields with a prompt among them, or a text that is the prompt.');
  });
}
