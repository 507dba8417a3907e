import type { ControlChannel } from '../control/types.ts';
import { ControlError } from '../errors/control-error.ts';
import { LaunchError, type Surplus } from '../errors/launch-error.ts';
import { type Requested, requestedOf, surplusCommands, surplusInInit, surplusServers } from '../policy/surplus.ts';
import type { InitializeResponse } from '../wire/control.ts';
import type { Message } from '../wire/messages.ts';
import type { SessionOptions } from './options.ts';

/** Compares what an agent has with what it was asked to have. */
export interface Strictness {
  /**
   * Asks the agent which servers it knows, and looks at its commands.
   * @throws LaunchError `UNREQUESTED_CONFIGURATION`
   */
  checkStart(
    control: ControlChannel,
    info: InitializeResponse,
    call: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<void>;
  /** The error for a message that reports more than was asked for. Only the first `system/init` is looked at: later the host itself may have added servers. */
  surplusIn(message: Message): LaunchError | undefined;
}

const kinds: Readonly<Record<Surplus['kind'], string>> = { 'mcp-server': 'MCP server', tool: 'tool', skill: 'skill', plugin: 'plugin' };

function refusal(surplus: readonly Surplus[], version: string | undefined): LaunchError {
  const named = surplus.map(({ kind, name }) => `the ${kinds[kind]} ${name}`).join(', ');
  return new LaunchError({
    code: 'UNREQUESTED_CONFIGURATION',
    surplus,
    version,
    message: `The agent has what nobody asked for: ${named}. Ask for it in the options of the session, or find out which configuration of this machine brings it.`,
  });
}

async function serversOf(control: ControlChannel, call: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<unknown> {
  try {
    return (await control.request('mcp_status', {}, call)).mcpServers;
  } catch (cause) {
    // A CLI that does not know the question tells its servers with the first turn.
    if (cause instanceof ControlError && cause.code === 'CONTROL_REJECTED') return [];
    throw cause;
  }
}

/** The comparison for a session; undefined when its options ask for none. */
export function createStrictness(options: SessionOptions, sdkServers: readonly string[]): Strictness | undefined {
  const { args = [], fileArgs = {}, extraArgs = {}, cwd } = options;
  const flags = [...Object.keys(fileArgs), ...Object.keys(extraArgs)].map((name) => `--${name}`);
  const requested: Requested | undefined = requestedOf(options, { sdkServers, args: [...args, ...flags], cwd: cwd ?? process.cwd() });
  if (requested === undefined) return undefined;
  let builtin: ReadonlySet<string> = new Set();
  let version: string | undefined;
  let looked = false;

  return {
    async checkStart(control, info, call) {
      version = info.claude_code_version;
      const own = (info.commands ?? []) as readonly { readonly name?: unknown; readonly builtin?: unknown }[];
      builtin = new Set(own.filter((command) => command.builtin === true).map(({ name }) => String(name)));
      const servers = requested.servers === undefined ? [] : await serversOf(control, call);
      const surplus = [...surplusServers(requested, servers), ...surplusCommands(requested, own)];
      if (surplus.length > 0) throw refusal(surplus, version);
    },
    surplusIn(message) {
      if (looked || message.type !== 'system' || message.subtype !== 'init') return undefined;
      looked = true;
      const surplus = surplusInInit(requested, message, builtin);
      return surplus.length > 0 ? refusal(surplus, version) : undefined;
    },
  };
}
