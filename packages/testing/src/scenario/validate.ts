import { isObject, type JsonObject } from './json.ts';

/** Where a value breaks a schema, and how. */
export interface SchemaProblem {
  /** As `steps[2].answer`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Checks a value against the part of JSON Schema that `scenario.schema.json` is written in; undefined when it fits. */
export function findProblem(value: unknown, schema: JsonObject, root: JsonObject, path = ''): SchemaProblem | undefined {
  const reference = schema['$ref'];
  if (typeof reference === 'string') return findProblem(value, resolve(reference, root), root, path);
  const options = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(options)) return findInUnion(value, options as readonly JsonObject[], root, path);
  if ('const' in schema && value !== schema['const']) return { path, message: `has to be ${JSON.stringify(schema['const'])}` };
  const allowed = schema['enum'];
  if (Array.isArray(allowed) && !allowed.includes(value)) return { path, message: `has to be one of ${allowed.join(', ')}` };
  return findInType(value, schema, path) ?? findInNumber(value, schema, path) ?? findInChildren(value, schema, root, path);
}

function resolve(reference: string, root: JsonObject): JsonObject {
  let found: unknown = root;
  for (const key of reference.replace(/^#\//u, '').split('/')) found = isObject(found) ? found[key] : undefined;
  if (!isObject(found)) throw new Error(`The schema has no part ${reference}.`);
  return found;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function findInType(value: unknown, schema: JsonObject, path: string): SchemaProblem | undefined {
  const wanted = schema['type'];
  if (typeof wanted !== 'string') return undefined;
  const actual = typeOf(value);
  const fits = wanted === 'integer' ? Number.isInteger(value) : actual === wanted;
  return fits
    ? undefined
    : {
        path,
        message: `has to be ${wanted === 'object' || wanted === 'array' || wanted === 'integer' ? 'an' : 'a'} ${wanted}, not ${actual}`,
      };
}

function findInNumber(value: unknown, schema: JsonObject, path: string): SchemaProblem | undefined {
  if (typeof value !== 'number') return undefined;
  const { minimum, maximum } = schema;
  if (typeof minimum === 'number' && !(value >= minimum)) return { path, message: `has to be at least ${minimum}` };
  if (typeof maximum === 'number' && value > maximum) return { path, message: `has to be at most ${maximum}` };
  return undefined;
}

function findInChildren(value: unknown, schema: JsonObject, root: JsonObject, path: string): SchemaProblem | undefined {
  if (Array.isArray(value) && isObject(schema['items'])) {
    for (const [index, item] of value.entries()) {
      const problem = findProblem(item, schema['items'], root, `${path}[${index}]`);
      if (problem !== undefined) return problem;
    }
  }
  if (!isObject(value)) return undefined;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  for (const key of requiredKeys(schema)) if (!Object.hasOwn(value, key)) return { path, message: `needs the field "${key}"` };
  for (const [key, item] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const inside = path === '' ? key : `${path}.${key}`;
    if (isObject(known)) {
      const problem = findProblem(item, known, root, inside);
      if (problem !== undefined) return problem;
    } else if (schema['additionalProperties'] === false) {
      return { path: inside, message: `is not known here. Known are: ${Object.keys(properties).join(', ')}` };
    }
  }
  return undefined;
}

function requiredKeys(schema: JsonObject): readonly string[] {
  return Array.isArray(schema['required']) ? (schema['required'] as readonly string[]) : [];
}

/** Reports on the one branch that the value was meant for, which its type, its first required field or its constants tell. */
function findInUnion(value: unknown, options: readonly JsonObject[], root: JsonObject, path: string): SchemaProblem | undefined {
  const branches = options.map((option) => ({
    title: String(option['title']),
    schema: typeof option['$ref'] === 'string' ? resolve(option['$ref'], root) : option,
  }));
  const meant = branches.filter(({ schema }) => isMeant(value, schema, root));
  const problems = meant.map(({ schema }) => findProblem(value, schema, root, path));
  if (problems.includes(undefined)) return undefined;
  return problems[0] ?? { path, message: `has to be one of: ${branches.map(({ title }) => title).join(', ')}` };
}

function isMeant(value: unknown, schema: JsonObject, root: JsonObject): boolean {
  const options = schema['oneOf'];
  if (Array.isArray(options)) return (options as readonly JsonObject[]).some((option) => isMeant(value, option, root));
  if (findInType(value, schema, '') !== undefined) return false;
  if (!isObject(value)) return true;
  const [first] = requiredKeys(schema);
  if (first === undefined) return true;
  const property = isObject(schema['properties']) ? schema['properties'][first] : undefined;
  const constant = isObject(property) ? property['const'] : undefined;
  return Object.hasOwn(value, first) && (typeof constant !== 'string' || value[first] === constant);
}
