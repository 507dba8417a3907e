import { expect, test } from 'vitest';
import { buildCliArgs } from '../../../src/policy/cli-args.ts';

test('P32 an isolated session reads no settings and only its own MCP servers, unless told otherwise', () => {
  const isolated = buildCliArgs({ isolated: true }, { asksHost: false });
  expect(isolated).toContain('--setting-sources=');
  expect(isolated).toContain('--strict-mcp-config');
  const told = buildCliArgs({ isolated: true, settingSources: ['project'], strictMcpConfig: false }, { asksHost: false });
  expect(told).toContain('--setting-sources=project');
  expect(told).not.toContain('--strict-mcp-config');
  expect(buildCliArgs({}, { asksHost: false }).join(' ')).not.toMatch(/setting-sources|strict-mcp/);
});
