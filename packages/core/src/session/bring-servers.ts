import type { CallOptions, ControlChannel } from '../control/types.ts';
import { compareVersions, supportedVersions } from '../policy/supported-versions.ts';

/** The servers that an agent must have. */
export interface RequiredServers {
  /** Processes and addresses, by name. */
  readonly mcpServers: Readonly<Record<string, unknown>> | undefined;
  /** Names of servers in this process. */
  readonly sdkServers: readonly string[];
  /** The version that the agent has told. */
  readonly version: string | undefined;
}

/**
 * Makes sure that the agent has the MCP servers that `initialize` has brought: older versions of the CLI pass them over without a word, and its model would
 * work without its tools. They are asked what they have, and given what is missing, over stdin as before.
 */
export async function bringServers(control: ControlChannel, required: RequiredServers, call: CallOptions): Promise<void> {
  const { mcpServers = {}, sdkServers, version } = required;
  const names = Object.keys(mcpServers);
  const isNew = version !== undefined && compareVersions(version, supportedVersions.tested) >= 0;
  if (names.length === 0 || isNew) return;
  const { mcpServers: status } = await control.request('mcp_status', {}, call);
  const known = new Set(status.map(({ name }) => name));
  if (names.every((name) => known.has(name))) return;
  // What is not named here is taken away.
  const own = Object.fromEntries(sdkServers.map((name) => [name, { type: 'sdk', name }]));
  await control.request('mcp_set_servers', { servers: { ...own, ...mcpServers } }, call);
}
