import type { SessionPolicyOptions } from './session-options.ts';

/** Flags of the CLI that take JSON or the path of a file with it. */
const takesJsonOrPath = new Set(['settings', 'mcp-config', 'agents']);
/** Flags that have a twin which takes a path. */
const hasFileTwin = new Set(['system-prompt', 'append-system-prompt']);
/** A command line is short, above all on Windows, and every user of the machine can read it. */
const longBytes = 4096;

function isJson(value: unknown): value is string {
  return typeof value === 'string' && /^\s*\{/.test(value);
}

/** The flag and the text for a file, or undefined where the value may stand on the command line. */
function fileArg(name: string, value: string | null): readonly [flag: string, text: string] | undefined {
  if (value === null) return undefined;
  if (takesJsonOrPath.has(name) && isJson(value)) return [name, value];
  if (hasFileTwin.has(name) && Buffer.byteLength(value) > longBytes) return [`${name}-file`, value];
  return undefined;
}

/** Whether a flag of `extraArgs` is among {@link buildFileArgs}. */
export function goesToFile(name: string, value: string | null): boolean {
  return fileArg(name, value) !== undefined;
}

/** The settings as JSON text; undefined when there are none, or when they are a path. */
function settingsText({ settings, sandbox }: SessionPolicyOptions): string | undefined {
  if (typeof settings === 'string') return isJson(settings) ? settings : undefined;
  if (settings === undefined && sandbox === undefined) return undefined;
  return JSON.stringify({ ...settings, ...(sandbox !== undefined && { sandbox }) });
}

/** What is long or secret and has no place in `initialize`: values of flags that the CLI also reads from a file. */
export function buildFileArgs(options: SessionPolicyOptions): Readonly<Record<string, string>> {
  const settings = settingsText(options);
  const extra = Object.entries(options.extraArgs ?? {}).flatMap(([name, value]) => {
    const found = fileArg(name, value);
    return found === undefined ? [] : [found];
  });
  return { ...(settings !== undefined && { settings }), ...Object.fromEntries(extra) };
}
