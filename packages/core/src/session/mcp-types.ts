/** A message of JSON-RPC, as MCP servers speak it. */
export interface JsonRpcMessage {
  readonly jsonrpc: '2.0';
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly [more: string]: unknown };
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** What a server of `@modelcontextprotocol/sdk` connects to: structurally its `Transport`. */
export interface McpTransport {
  start(): Promise<void>;
  // Its own types differ between versions; everything is checked when it comes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  send(message: any, options?: any): Promise<void>;
  close(): Promise<void>;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  onmessage?: ((message: any, extra?: any) => void) | undefined;
}

/**
 * An MCP server that runs in this process: structurally an `McpServer` or `Server` of `@modelcontextprotocol/sdk`, of any version, or the object that the
 * official SDK's `createSdkMcpServer` returns.
 */
export type SdkMcpServer = McpServerInstance | { readonly instance: McpServerInstance };

/** The part of a server that is used. */
export interface McpServerInstance {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  connect(transport: any): Promise<void>;
  close(): Promise<void>;
}
