import type { JsonRpcMessage, McpServerInstance, McpTransport } from './mcp-types.ts';

/** One client's connection to a server that others may use as well. */
export interface McpConnection {
  /** Passes a message to the server; resolves with its answer, or with undefined when none is due. */
  deliver(message: JsonRpcMessage, signal: AbortSignal): Promise<JsonRpcMessage | undefined>;
  /** Ends this connection; the server is closed with the last one. */
  close(): Promise<void>;
}

/** What a connection gets that is no answer: a notification of the server's. */
export type OnNotification = (message: JsonRpcMessage) => void;

interface Waiter {
  readonly client: OnNotification;
  readonly originalId: string | number;
  readonly originalToken: unknown;
  readonly resolve: (answer: JsonRpcMessage) => void;
}

interface Shared {
  readonly clients: Set<OnNotification>;
  attach(client: OnNotification): McpConnection;
}

const methodNotFound = -32601;
const internalError = -32603;

/** An answer that says why there is none. */
export function rpcError(id: string | number | null, message: string, code = internalError): JsonRpcMessage {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

/**
 * A server of the SDK can be connected once only; a second session with the same server would take it away from the first, which then waits for ever. So all
 * sessions of this process share one connection, and ids and progress tokens are told apart here.
 */
async function share(server: McpServerInstance, onEmpty: () => void): Promise<Shared> {
  const clients = new Set<OnNotification>();
  const waiters = new Map<number, Waiter>();
  let nextId = 0;
  let closed = false;

  function idOf(client: OnNotification, originalId: unknown): number | undefined {
    for (const [id, waiter] of waiters) if (waiter.client === client && waiter.originalId === originalId) return id;
    return undefined;
  }

  function takeAnswer(message: JsonRpcMessage): void {
    const id = Number(message.id);
    const waiter = waiters.get(id);
    if (waiter === undefined) return;
    waiters.delete(id);
    waiter.resolve({ ...message, id: waiter.originalId });
  }

  function takeNotification(message: JsonRpcMessage): void {
    if (message.method !== 'notifications/progress') {
      for (const client of clients) client(message);
      return;
    }
    const waiter = waiters.get(Number(message.params?.['progressToken']));
    waiter?.client({ ...message, params: { ...message.params, progressToken: waiter.originalToken } });
  }

  const transport: McpTransport = {
    start: () => Promise.resolve(),
    send(message: JsonRpcMessage) {
      if (message.method === undefined) takeAnswer(message);
      else if (message.id === undefined) takeNotification(message);
      // The CLI answers no requests of servers over this way: a ping is answered here, anything else refused, so that the server does not wait.
      else if (message.method === 'ping') transport.onmessage?.({ jsonrpc: '2.0', id: message.id, result: {} });
      else transport.onmessage?.(rpcError(message.id, `${message.method} is not supported by this client.`, methodNotFound));
      return Promise.resolve();
    },
    close() {
      closed = true;
      const left = [...waiters.values()];
      waiters.clear();
      for (const waiter of left) waiter.resolve(rpcError(waiter.originalId, 'The server was closed.'));
      transport.onclose?.();
      return Promise.resolve();
    },
  };
  await server.connect(transport);

  function request(client: OnNotification, message: JsonRpcMessage, signal: AbortSignal): Promise<JsonRpcMessage> {
    const originalId = message.id as string | number;
    if (idOf(client, originalId) !== undefined) return Promise.resolve(rpcError(originalId, `The id ${originalId} is already in use.`));
    const id = nextId++;
    const originalToken = message.params?._meta?.['progressToken'];
    return new Promise((resolve) => {
      const onAbort = (): void => resolve(rpcError(originalId, 'The request was cancelled.', -32800));
      signal.addEventListener('abort', onAbort, { once: true });
      const settle = (answer: JsonRpcMessage): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      };
      waiters.set(id, { client, originalId, originalToken, resolve: settle });
      const meta =
        originalToken === undefined ? {} : { params: { ...message.params, _meta: { ...message.params?._meta, progressToken: id } } };
      transport.onmessage?.({ ...message, ...meta, id });
    });
  }

  return {
    clients,
    attach(client) {
      clients.add(client);
      return {
        async deliver(message, signal) {
          if (closed) return message.id === undefined ? undefined : rpcError(message.id, 'The server is closed.');
          if (message.method !== undefined && message.id !== undefined && message.id !== null)
            return await request(client, message, signal);
          const requestId = message.method === 'notifications/cancelled' ? idOf(client, message.params?.['requestId']) : undefined;
          transport.onmessage?.(requestId === undefined ? message : { ...message, params: { ...message.params, requestId } });
          return undefined;
        },
        async close() {
          if (!clients.delete(client)) return;
          for (const [id, waiter] of waiters) if (waiter.client === client) waiters.delete(id);
          if (clients.size > 0) return;
          onEmpty();
          await server.close();
        },
      };
    },
  };
}

const open = new WeakMap<McpServerInstance, Promise<Shared>>();

/** Connects to a server, or joins the connection that is there. */
export async function connectShared(server: McpServerInstance, onNotification: OnNotification): Promise<McpConnection> {
  let shared = open.get(server);
  if (shared === undefined) {
    shared = share(server, () => open.delete(server));
    open.set(server, shared);
    shared.catch(() => open.delete(server));
  }
  return (await shared).attach(onNotification);
}
