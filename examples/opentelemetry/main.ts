import assert from 'node:assert/strict';
import { SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { openSession } from '@subwire/core';
import { fakeCli } from '@subwire/testing';
import { traceAgents } from './trace-agents.ts';

// In an application an OTLP exporter takes the place of this one, and the provider is registered by its SDK.
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
using _tracing = traceAgents(provider.getTracer('agents'));

const session = await openSession({
  ...fakeCli({ faults: [{ name: 'report-cost' }, { name: 'crash-on-input', text: 'crash now', code: 3 }] }),
  onToolUse: (_tool, input) =>
    Promise.resolve(JSON.stringify(input).includes('rm') ? { behavior: 'deny', message: 'no' } : { behavior: 'allow' }),
});
const tools = [{ command: 'touch ok' }, { command: 'rm ok' }].map((input) => ({ kind: 'tool_use', name: 'Bash', input }));
await session.prompt(`work <<fake ${JSON.stringify([...tools, { kind: 'text', text: 'done' }])}>>`).result();
await session.prompt('busy <<fake [{"kind":"error","status":529,"times":1},{"kind":"text","text":"at last"}]>>').result();
await assert.rejects(session.prompt('crash now').result());
await session.close();
await provider.forceFlush();

const spans = exporter.getFinishedSpans();
const named = (name: string): readonly ReadableSpan[] => spans.filter((span) => span.name === name);
const root = named('agent.session')[0]!;
const turns = named('agent.turn');
const permissions = named('agent.permission');
assert.equal(spans.length, 1 + 3 + 2);

assert.equal(root.attributes['process.pid'], session.transport.pid);
assert.equal(root.attributes['gen_ai.conversation.id'], session.id);
assert.ok(Number(root.attributes['agent.cost_usd']) > 0);
assert.deepEqual([root.status.code, root.attributes['error.type']], [SpanStatusCode.ERROR, 'EXIT_NONZERO']);

for (const turn of turns) assert.equal(turn.parentSpanContext?.spanId, root.spanContext().spanId);
assert.deepEqual(
  turns.map(({ status }) => status.code),
  [SpanStatusCode.UNSET, SpanStatusCode.UNSET, SpanStatusCode.ERROR],
);
assert.ok(Number(turns[0]?.attributes['gen_ai.usage.output_tokens']) > 0);
assert.ok(turns[1]?.events.some(({ name, attributes }) => name === 'retrying' && attributes?.['http.response.status_code'] === 529));

for (const permission of permissions) assert.equal(permission.parentSpanContext?.spanId, turns[0]?.spanContext().spanId);
assert.deepEqual(
  permissions.map(({ attributes }) => [attributes['gen_ai.tool.name'], attributes['agent.permission']]),
  [
    ['Bash', 'allow'],
    ['Bash', 'deny'],
  ],
);
