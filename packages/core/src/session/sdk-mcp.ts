import { ConfigError } from '../errors/config-error.ts';
import type { ControlChannel } from '../control/types.ts';
import type { JsonRpcMessage, McpServerInstance, SdkMcpServer } from './mcp-types.ts';
import { connectShared, type McpConnection, rpcError } from './shared-mcp-server.ts';

/** Servers in this process, reached by the CLI through `mcp_message`. */
export interface SdkMcpBridge {
  /** The field `sdkMcpServers` of `initialize`. */
  readonly names: readonly string[];
  /** Answers `mcp_message`. */
  answer(control: ControlChannel): Disposable;
  /** Ends the connections of this session. Never rejects. */
  close(): Promise<void>;
}

/** Options of {@link createSdkMcpBridge}. */
export interface SdkMcpBridgeOptions {
  /** How long one call of a server may take, in milliseconds. */
  readonly timeoutMs: number;
}

const notFound = -32601;
/** What a message is acknowledged with to which no answer is due. */
const acknowledged: JsonRpcMessage = { jsonrpc: '2.0', result: {}, id: 0 };

function instanceOf(name: string, server: SdkMcpServer): McpServerInstance {
  const instance = 'instance' in server ? server.instance : server;
  if (typeof instance.connect === 'function' && typeof instance.close === 'function') return instance;
  throw new ConfigError({
    code: 'INVALID_OPTION',
    option: `sdkMcpServers.${name}`,
    message: `The option sdkMcpServers.${name} is no MCP server: it needs the methods connect and close of @modelcontextprotocol/sdk.`,
  });
}

/**
 * A server is connected at its first message and stays for the life of the session. A server that fails to connect is tried again when the CLI
 * initialises it again.
 * @throws ConfigError `INVALID_OPTION` that names the server
 */
export function createSdkMcpBridge(servers: Readonly<Record<string, SdkMcpServer>> = {}, options: SdkMcpBridgeOptions): SdkMcpBridge {
  const instances = new Map(Object.entries(servers).map(([name, server]) => [name, instanceOf(name, server)]));
  const connections = new Map<string, Promise<McpConnection>>();
  let closed = false;

  function connect(control: ControlChannel, name: string, instance: McpServerInstance): Promise<McpConnection> {
    const known = connections.get(name);
    if (known !== undefined) return known;
    const connection = connectShared(instance, (message) => {
      // A notification is told, not asked: nothing waits for it, and a CLI that is gone needs none.
      void control.request('mcp_message', { server_name: name, message }).catch(() => undefined);
    });
    connections.set(name, connection);
    connection.catch(() => connections.delete(name));
    return connection;
  }

  return {
    names: [...instances.keys()],
    answer: (control) =>
      control.handle(
        'mcp_message',
        async ({ server_name: name, message }, { signal }) => {
          if (typeof name !== 'string' || typeof message !== 'object' || (message as unknown) === null)
            throw new TypeError('An mcp_message needs a server_name and a message.');
          const rpc = message as JsonRpcMessage;
          const id = rpc.id ?? null;
          const instance = instances.get(name);
          if (instance === undefined) return { mcp_response: rpcError(id, `This host has no server with the name ${name}.`, notFound) };
          if (closed) return { mcp_response: rpcError(id, 'The session is closed.') };
          try {
            const connection = await connect(control, name, instance);
            return { mcp_response: (await connection.deliver(rpc, signal)) ?? acknowledged };
          } catch (cause) {
            return { mcp_response: rpcError(id, cause instanceof Error ? cause.message : String(cause)) };
          }
        },
        { timeoutMs: options.timeoutMs },
      ),
    async close() {
      closed = true;
      const open = [...connections.values()];
      connections.clear();
      await Promise.allSettled(open.map(async (connection) => (await connection).close()));
    },
  };
}
