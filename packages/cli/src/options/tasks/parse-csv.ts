import { TaskFileError } from './task-file-error.ts';
import type { RawTask } from './task-fields.ts';

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function fieldsOf(names: readonly string[], values: readonly string[], place: { file: string; line: number }): Record<string, unknown> {
  if (values.length > names.length)
    throw new TaskFileError(
      place,
      `has ${values.length} values for ${names.length} columns. Put a value with a comma in it between double quotes.`,
    );
  const fields = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  const { context } = fields;
  if (context === undefined || context === '') return fields;
  try {
    return { ...fields, context: JSON.parse(context) as unknown };
  } catch {
    return fields;
  }
}

/**
 * Tasks of a table whose first line names the fields. `delimiter` is a comma unless the file is of tab separated values.
 * @throws TaskFileError
 */
export async function parseCsvTasks(text: string, file: string, delimiter = ','): Promise<readonly RawTask[]> {
  const { parse, CsvError } = await import('csv-parse/sync');
  let rows: readonly Row[];
  try {
    const options = { bom: true, info: true, delimiter, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
    rows = parse(text, options) as unknown as readonly Row[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause['lines'] === 'number' ? cause['lines'] : 1;
    throw new TaskFileError({ file, line }, `is no CSV (${cause.message.replace(/\.$/, '')}). Check the double quotes there.`);
  }
  const [head, ...body] = rows;
  if (head === undefined) return [];
  const names = head.record.map((name) => name.trim());
  if (!names.includes('prompt'))
    throw new TaskFileError({ file, line: 1 }, 'names no column prompt. Name the fields of the tasks there, as in id,prompt,cwd.');
  let before = head.info.lines;
  return body.map(({ record, info }): RawTask => {
    // The parser counts up to the line that a record ends on; a quoted value may have several.
    const line = before + 1;
    before = info.lines;
    return { line, fields: fieldsOf(names, record, { file, line }) };
  });
}
