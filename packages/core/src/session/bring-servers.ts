import { ControlError } from '../errors/control-error.ts';
import type { CallOptions, ControlChannel } from '../control/types.ts';
import { compareVersions } from '../policy/supported-versions.ts';

/** The servers that an agent must have. */
export interface RequiredServers {
  /** Processes and addresses, by name. */
  readonly mcpServers: Readonly<Record<string, unknown>> | undefined;
  /** Names of servers in this process. */
  readonly sdkServers: readonly string[];
  /** The version that the agent has told. */
  readonly version: string | undefined;
}

const silentMs = 2000;
// The oldest version that was seen to take the servers of `initialize`; 2.1.310 was the newest that was seen not to.
const takesServersSince = '2.1.329';

/**
 * Makes sure that the agent has the MCP servers that `initialize` has brought: older versions of the CLI pass them over without a word, and its model would
 * work without its tools. They are asked what they have, and given what is missing, over stdin as before.
 */
export async function bringServers(control: ControlChannel, required: RequiredServers, call: CallOptions): Promise<void> {
  const { mcpServers = {}, sdkServers, version } = required;
  const names = Object.keys(mcpServers);
  const isNew = version !== undefined && compareVersions(version, takesServersSince) >= 0;
  if (names.length === 0 || isNew) return;
  // Who does not know the question is no CLI that passes servers over; one that does not tell its version either may be silent.
  const waitMs = version === undefined ? Math.min(call.timeoutMs ?? silentMs, silentMs) : call.timeoutMs;
  const unknown = (cause: unknown): undefined => {
    const { code } = cause instanceof ControlError ? cause : {};
    if (code === 'CONTROL_REJECTED' || (code === 'CONTROL_TIMEOUT' && version === undefined)) return undefined;
    throw cause;
  };
  const answer = await control.request('mcp_status', {}, { ...call, ...(waitMs !== undefined && { timeoutMs: waitMs }) }).catch(unknown);
  if (answer === undefined) return;
  const known = new Set(answer.mcpServers.map(({ name }) => name));
  if (names.every((name) => known.has(name))) return;
  // What is not named here is taken away.
  const own = Object.fromEntries(sdkServers.map((name) => [name, { type: 'sdk', name }]));
  await control.request('mcp_set_servers', { servers: { ...own, ...mcpServers } }, call);
}
