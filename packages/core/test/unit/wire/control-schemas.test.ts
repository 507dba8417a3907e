import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wrongField } from '../../../src/wire/control-fields.ts';
import { loadValidator } from '../../../src/wire/load-validator.ts';

const folder = new URL('../../fixtures/wire/', import.meta.url);

interface Body {
  readonly subtype: string;
  readonly request_id?: string;
  readonly response?: unknown;
}

interface Frame {
  readonly type?: string;
  readonly request_id?: string;
  readonly request?: Body;
  readonly response?: Body;
}

interface Line {
  readonly run: string;
  readonly dir: string;
  readonly json?: Frame;
}

const lines = readdirSync(folder)
  .filter((file) => file.endsWith('.ndjson'))
  .flatMap((file) => readFileSync(new URL(file, folder), 'utf8').split('\n'))
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Line);

test('every question and answer that the real CLI was recorded to give fits its schema', async () => {
  const validator = await loadValidator();
  const asked = new Map<string, string>();
  const checked = new Set<string>();
  for (const { run, dir, json } of lines) {
    if (json?.type === 'control_request' && dir === 'stdin' && typeof json.request?.subtype === 'string')
      asked.set(`${run} ${json.request_id}`, json.request.subtype);
    if (json?.type === 'control_request' && dir === 'stdout') {
      expect(validator.question(json.request as never)).toBeUndefined();
      checked.add(json.request!.subtype);
    }
    const subtype = asked.get(`${run} ${json?.response?.request_id}`);
    if (json?.type === 'control_response' && dir === 'stdout' && json.response?.subtype === 'success' && subtype !== undefined) {
      expect(validator.answer(subtype, json.response.response), subtype).toBeUndefined();
      checked.add(subtype);
    }
  }
  expect([...checked]).toEqual(
    expect.arrayContaining(['initialize', 'can_use_tool', 'hook_callback', 'mcp_message', 'interrupt', 'set_model']),
  );
});

test('every request that was recorded and accepted passes the check of what is written', () => {
  const refused = new Set(
    lines.filter(({ json }) => json?.response?.subtype === 'error').map(({ run, json }) => `${run} ${json?.response?.request_id}`),
  );
  const sent = lines.filter(
    ({ dir, json }) => dir === 'stdin' && json?.type === 'control_request' && typeof json.request?.subtype === 'string',
  );
  const accepted = sent.filter(({ run, json }) => !refused.has(`${run} ${json?.request_id}`));
  expect(accepted.length).toBeGreaterThan(30);
  for (const { json } of accepted) {
    const { subtype, ...body } = json!.request!;
    expect(wrongField(subtype, body), JSON.stringify(json)).toBeUndefined();
  }
});

test('what does not fit is said with its path', async () => {
  const validator = await loadValidator();
  expect(validator.question({ subtype: 'can_use_tool', input: {} })?.[0]).toMatch(/^tool_name: /);
  expect(validator.answer('mcp_status', { mcpServers: [{ name: 'a' }] })?.[0]).toMatch(/^mcpServers\.0\.status: /);
  expect(validator.answer('of_a_later_version', 42)).toBeUndefined();
});
