import { headBytes, readFormat } from './executable-format.ts';
import { type FileView, pathsOf, variableOf } from './file-view.ts';
import { resolveShim } from './shim.ts';

/** Why a file cannot be run. */
export interface Refusal {
  readonly ok: false;
  readonly code:
    'CLI_NOT_FOUND' | 'CLI_NOT_EXECUTABLE' | 'INTERPRETER_NOT_FOUND' | 'WRONG_ARCHITECTURE' | 'WRONG_LIBC' | 'BATCH_FILE_REFUSED';
  /** A few words, as they stand in a list of candidates. */
  readonly why: string;
}

/** What becomes of a file: the command that runs it, or the reason why nothing does. */
export type Inspection = { readonly ok: true; readonly command: readonly [string, ...string[]] } | Refusal;

type Environment = Readonly<Record<string, string | undefined>>;

const emulated: Readonly<Record<string, readonly string[]>> = { 'darwin-arm64': ['x64', 'universal'], 'darwin-x64': ['universal'] };
const refuse = (code: Refusal['code'], why: string): Refusal => ({ ok: false, code, why });

async function findOnPath(view: FileView, env: Environment, name: string): Promise<boolean> {
  const paths = pathsOf(view);
  const folders = (variableOf(view, env, 'PATH') ?? '/usr/bin:/bin').split(paths.delimiter);
  for (const folder of folders) {
    const path = paths.join(folder, name);
    if (folder !== '' && (await view.kind(path)) === 'file' && (await view.isExecutable(path))) return true;
  }
  return false;
}

async function inspectScript(view: FileView, env: Environment, words: readonly string[]): Promise<Refusal | undefined> {
  const [interpreter = '', ...rest] = words;
  if ((await view.kind(interpreter)) !== 'file' || !(await view.isExecutable(interpreter))) {
    return refuse('INTERPRETER_NOT_FOUND', `a script for ${interpreter}, which is not there`);
  }
  if (pathsOf(view).basename(interpreter) !== 'env') return undefined;
  // `env -S node --flag`, `env NODE_OPTIONS= node`, `env node`
  const program = rest.find((word) => !word.startsWith('-') && !word.includes('='));
  if (program === undefined || program.includes('/') || (await findOnPath(view, env, program))) return undefined;
  return refuse('INTERPRETER_NOT_FOUND', `a script for ${program}, which is not on the PATH that the agent gets`);
}

async function inspectElf(
  view: FileView,
  path: string,
  format: { arch: string; loader: { offset: number; length: number } | undefined },
): Promise<Refusal | undefined> {
  if (format.arch !== view.arch) return refuse('WRONG_ARCHITECTURE', `built for ${format.arch}, and this is ${view.arch}`);
  if (format.loader === undefined) return undefined;
  const bytes = await view.read(path, format.loader.offset, Math.min(format.loader.length, headBytes));
  const loader = bytes.toString('utf8').split('\0')[0] ?? '';
  if (loader === '' || (await view.kind(loader)) !== undefined) return undefined;
  // The kernel says ENOENT for this, with the name of the program, which is there for everybody to see.
  const libc = loader.includes('musl') ? 'musl' : 'glibc';
  return refuse('WRONG_LIBC', `built for ${libc}: its loader ${loader} is not there`);
}

async function inspectFormat(view: FileView, env: Environment, path: string): Promise<Refusal | undefined> {
  const format = readFormat(await view.read(path, 0, headBytes));
  const foreign = (system: string): Refusal => refuse('WRONG_ARCHITECTURE', `built for ${system}`);
  switch (format.kind) {
    case 'script':
      return inspectScript(view, env, format.words);
    case 'elf':
      return view.platform === 'linux' ? inspectElf(view, path, format) : foreign('Linux');
    case 'mach-o':
      if (view.platform !== 'darwin') return foreign('macOS');
      if (format.arch === view.arch || (emulated[`darwin-${view.arch}`] ?? []).includes(format.arch)) return undefined;
      return refuse('WRONG_ARCHITECTURE', `built for ${format.arch}, and this is ${view.arch}`);
    case 'pe':
      return view.platform === 'win32' ? undefined : foreign('Windows');
    case 'other':
      return undefined;
  }
}

/** Looks at one file with everything that would make its start fail, and says which of it does. */
export async function inspectExecutable(view: FileView, env: Environment, path: string): Promise<Inspection> {
  const kind = await view.kind(path);
  if (kind === undefined)
    return refuse('CLI_NOT_FOUND', /\.asar[\\/]/.test(path) ? 'inside an archive, from which the system runs nothing' : 'no such file');
  if (kind === 'directory') return refuse('CLI_NOT_FOUND', 'not a file');
  if (view.platform === 'win32') {
    if (/\.(?:cmd|bat)$/i.test(path)) return resolveShim(view, path);
    if (/\.(?:js|cjs|mjs)$/i.test(path)) return { ok: true, command: [view.node, path] };
  } else if (!(await view.isExecutable(path))) return refuse('CLI_NOT_EXECUTABLE', 'not executable');
  return (await inspectFormat(view, env, path)) ?? { ok: true, command: [path] };
}
