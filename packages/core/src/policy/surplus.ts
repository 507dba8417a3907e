import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Surplus } from '../errors/launch-error.ts';
import type { SessionPolicyOptions } from './session-options.ts';

/** What an agent may have. Undefined stands for anything. */
export interface Requested {
  readonly servers: ReadonlySet<string> | undefined;
  /** Whether servers were also given where their names are not seen: in a file, or as flags. */
  readonly hasMoreServers: boolean;
  readonly tools: ReadonlySet<string> | undefined;
  readonly skills: ReadonlySet<string> | undefined;
  /** Directories of plugins; undefined stands for any plugin. */
  readonly plugins: readonly string[] | undefined;
  /** Plugins that the given settings switch on. */
  readonly enabledPlugins: ReadonlySet<string>;
}

/** What the request depends on besides the options. */
export interface RequestContext {
  /** Names of in-process servers. */
  readonly sdkServers: readonly string[];
  /** All other arguments. */
  readonly args: readonly string[];
  readonly cwd: string | URL;
}

type Reported = Readonly<Record<string, unknown>>;

// The CLI adds them by itself: for a schema, for servers with resources, and as the older name of a tool.
const companions = ['StructuredOutput', 'ListMcpResourcesTool', 'ReadMcpResourceTool'];
const otherNames: Readonly<Record<string, string>> = { Agent: 'Task', Task: 'Agent' };

function requestedTools({ tools, toolAliases = {} }: SessionPolicyOptions): ReadonlySet<string> | undefined {
  if (tools === undefined || tools.includes('default')) return undefined;
  const names = tools.map((rule) => rule.replace(/\(.*$/s, '').trim());
  return new Set([...companions, ...names.flatMap((name) => [name, otherNames[name] ?? name, toolAliases[name] ?? name])]);
}

function enabledIn(settings: SessionPolicyOptions['settings']): readonly string[] {
  const { enabledPlugins = {} } = (typeof settings === 'object' ? settings : {}) as { readonly enabledPlugins?: object };
  return Object.entries(enabledPlugins).flatMap(([name, on]) => (on === false ? [] : [name]));
}

/**
 * What a session may have by its options. Undefined unless it was asked to be strict: `strictMcpConfig` is about servers, `isolated` about everything, and
 * setting sources that are named bring what they bring.
 */
export function requestedOf(
  options: SessionPolicyOptions & { readonly isolated?: boolean },
  context: RequestContext,
): Requested | undefined {
  const { isolated = false, settingSources = [], agents = {}, plugins = [] } = options;
  const strictServers = options.strictMcpConfig ?? isolated;
  const strict = isolated && settingSources.length === 0;
  if (!strictServers && !strict) return undefined;
  const isMcpFlag = (word: string): boolean => /^--mcp-config(?:=|$)/.test(word);
  const cwd = context.cwd instanceof URL ? fileURLToPath(context.cwd) : context.cwd;
  const skills = [...(options.skills ?? []), ...Object.values(agents).flatMap((agent) => agent.skills ?? [])];
  return {
    servers: strictServers ? new Set([...Object.keys(options.mcpServers ?? {}), ...context.sdkServers]) : undefined,
    hasMoreServers: context.args.some(isMcpFlag),
    tools: strict ? requestedTools(options) : undefined,
    skills: strict ? new Set(skills) : undefined,
    plugins: strict ? plugins.map((directory) => resolve(cwd, directory)) : undefined,
    enabledPlugins: new Set(enabledIn(options.settings)),
  };
}

function list(value: unknown): readonly Reported[] {
  return Array.isArray(value) ? value.filter((entry): entry is Reported => typeof entry === 'object' && entry !== null) : [];
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function hasPlugins({ plugins, enabledPlugins }: Requested): boolean {
  return plugins === undefined || plugins.length > 0 || enabledPlugins.size > 0;
}

/** Servers that nobody asked for. `byHost` says whether those count as asked for that came through the arguments or the control protocol. */
export function surplusServers(requested: Requested, reported: unknown, byHost = requested.hasMoreServers): readonly Surplus[] {
  const { servers } = requested;
  if (servers === undefined) return [];
  const isRequested = ({ name, source }: Reported): boolean =>
    servers.has(String(name)) ||
    (byHost && (source === 'dynamic' || source === 'sdk')) ||
    (hasPlugins(requested) && String(name).startsWith('plugin:'));
  return list(reported).flatMap((server) => (isRequested(server) ? [] : [{ kind: 'mcp-server', name: String(server['name']) }]));
}

/** Commands of the answer to `initialize`, skills among them, that are neither the CLI's own nor asked for. A CLI that does not mark its own tells nothing. */
export function surplusCommands(requested: Requested, commands: unknown): readonly Surplus[] {
  const all = list(commands);
  if (!all.some((command) => command['builtin'] === true)) return [];
  return surplusSkills(
    requested,
    all.filter((command) => command['builtin'] !== true).map((command) => String(command['name'])),
  );
}

function surplusSkills(requested: Requested, reported: readonly string[]): readonly Surplus[] {
  const { skills } = requested;
  if (skills === undefined) return [];
  const fromPlugins = hasPlugins(requested);
  const isRequested = (name: string): boolean => skills.has(name) || (fromPlugins && name.includes(':'));
  return reported.filter((name) => !isRequested(name)).map((name) => ({ kind: 'skill', name }));
}

function surplusPlugins(requested: Requested, reported: unknown): readonly Surplus[] {
  const { plugins, enabledPlugins } = requested;
  if (plugins === undefined) return [];
  const isRequested = ({ name, path, source }: Reported): boolean => {
    if (path === 'builtin' || String(source).endsWith('@builtin')) return true;
    if (enabledPlugins.has(String(source)) || enabledPlugins.has(String(name))) return true;
    return (
      plugins.some((directory) => path === directory || String(path).startsWith(`${directory}/`)) ||
      (plugins.length > 0 && String(source).endsWith('@inline'))
    );
  };
  return list(reported).flatMap((plugin) => (isRequested(plugin) ? [] : [{ kind: 'plugin', name: String(plugin['name']) }]));
}

/** The server of a tool such as `mcp__shop__buy`. */
function serverOf(tool: string): string | undefined {
  return /^mcp__(.+?)__/.exec(tool)?.[1];
}

function surplusTools(requested: Requested, tools: readonly string[], servers: readonly string[]): readonly Surplus[] {
  const known = new Set(servers.map((name) => name.replace(/[^\w-]/g, '_')));
  const isRequested = (tool: string): boolean => {
    const server = serverOf(tool);
    if (server === undefined) return requested.tools === undefined || requested.tools.has(tool);
    // Tools of a server that is there only by name, or not reported at all.
    return requested.servers === undefined || known.has(server) || [...known].some((name) => tool.startsWith(`mcp__${name}__`));
  };
  return tools.filter((tool) => !isRequested(tool)).map((name) => ({ kind: 'tool', name }));
}

/** What `system/init` reports that nobody asked for. `builtin` names the CLI's own commands and skills. */
export function surplusInInit(requested: Requested, init: Reported, builtin: ReadonlySet<string>): readonly Surplus[] {
  const { mcp_servers: reported } = init;
  const servers = surplusServers(requested, reported, true);
  const unasked = new Set(servers.map(({ name }) => name));
  const allowed = [...(requested.servers ?? []), ...list(reported).map(({ name }) => String(name))].filter((name) => !unasked.has(name));
  const skills = builtin.size === 0 ? [] : names(init['skills']).filter((name) => !builtin.has(name));
  return [
    ...servers,
    ...surplusPlugins(requested, init['plugins']),
    ...surplusSkills(requested, skills),
    ...surplusTools(requested, names(init['tools']), allowed),
  ];
}
