import { readFileSync } from 'node:fs';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, expect, test } from 'vitest';
import { openSession } from '@subwire/core';
import { fakeCli } from '@subwire/testing';
import { traceAgents } from '../../examples/opentelemetry/trace-agents.ts';

afterEach(() => context.disable());

test('P43 the spans of a run are one tree below the span of its caller, and the agent gets the trace as well', async () => {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('agents');
  const caller = tracer.startSpan('caller');
  const active = trace.setSpan(ROOT_CONTEXT, caller);
  context.setGlobalContextManager({
    active: () => active,
    with: (_context, fn, thisArg, ...args) => fn.call(thisArg as never, ...args),
    bind: (_context, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  const { traceId, spanId } = caller.spanContext();
  const traceparent = `00-${traceId}-${spanId}-01`;
  const fake = fakeCli();
  using _tracing = traceAgents(tracer);
  const session = await openSession({
    ...fake,
    env: { ...fake.env, TRACEPARENT: traceparent },
    onToolUse: async () => ({ behavior: 'allow' }),
  });
  expect(readFileSync(`/proc/${session.transport.pid}/environ`, 'utf8').split('\0')).toContain(`TRACEPARENT=${traceparent}`);
  const replies = [
    { kind: 'tool_use', name: 'Bash', input: { command: 'touch /dev/null' } },
    { kind: 'text', text: 'done' },
  ];
  await session.prompt(`work <<fake ${JSON.stringify(replies)}>>`).result();
  await session.close();
  caller.end();

  const spans = exporter.getFinishedSpans();
  const named = (name: string): ReadableSpan => spans.find((span) => span.name === name)!;
  const chain = ['agent.permission', 'agent.turn', 'agent.session', 'caller'];
  expect(spans.map(({ name }) => name).sort()).toEqual([...chain].sort());
  for (const [index, name] of chain.slice(0, -1).entries())
    expect(named(name).parentSpanContext?.spanId, name).toBe(named(chain[index + 1]!).spanContext().spanId);
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
});
