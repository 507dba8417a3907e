import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

/** The application's own data, to which the agent gets a tool and not a password. */
export interface Orders {
  find(id: string): Promise<{ readonly id: string; readonly state: string } | undefined>;
}

/** A server with the tool `mcp__orders__find`. It runs in this process: no port, no program of its own, and its tools close over whatever is in scope. */
export function createOrdersServer(orders: Orders): McpServer {
  const server = new McpServer({ name: 'orders', version: '1.0.0' });
  server.registerTool(
    'find',
    { description: 'Finds an order by its number.', inputSchema: { id: z.string().regex(/^\d+$/) } },
    async ({ id }) => {
      const order = await orders.find(id);
      if (order === undefined) return { content: [{ type: 'text', text: `There is no order ${id}.` }], isError: true };
      return { content: [{ type: 'text', text: JSON.stringify(order) }] };
    },
  );
  return server;
}
