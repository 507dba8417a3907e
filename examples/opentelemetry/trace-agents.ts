import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { context, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { channels, type EventChannel, type ResultMessage, SubwireError } from '@subwire/core';

interface TracedSession {
  readonly span: Span;
  /** Turns that are open, oldest first: the first one is at work. */
  readonly turns: Map<string, Span>;
  /** Questions for a permission that are open, by the id of their request. */
  readonly questions: Map<string, Span>;
}

function fail(span: Span, cause: unknown): void {
  span.recordException(cause instanceof Error ? cause : String(cause));
  span.setAttribute('error.type', SubwireError.is(cause) ? cause.code : '_OTHER');
  span.setStatus({ code: SpanStatusCode.ERROR, message: String(cause) });
}

function noteResult({ span }: TracedSession, turn: Span, result: ResultMessage): void {
  const { subtype, is_error: isError, usage, total_cost_usd: costUsd } = result;
  if (isError) turn.setAttribute('error.type', subtype).setStatus({ code: SpanStatusCode.ERROR, message: result.result ?? subtype });
  if (usage?.input_tokens !== undefined) turn.setAttribute('gen_ai.usage.input_tokens', usage.input_tokens);
  if (usage?.output_tokens !== undefined) turn.setAttribute('gen_ai.usage.output_tokens', usage.output_tokens);
  // The figure grows over the life of the process: it is the session's.
  if (costUsd !== undefined) span.setAttribute('agent.cost_usd', costUsd);
}

/**
 * Makes spans of what agents do: one per session, below it one per turn, below that one per question for a permission. Disposing it ends the tracing and no
 * agent. What a subscriber of a channel throws would be an uncaught exception: an event of a session that is older than the tracing is passed over.
 */
export function traceAgents(tracer: Tracer): Disposable {
  const sessions = new Map<object, TracedSession>();
  const byPid = new Map<number | undefined, TracedSession>();
  const subscriptions: (() => void)[] = [];

  function on<T extends object>(channel: EventChannel<T>, listener: (event: T) => void): void {
    const handler = (event: unknown): void => listener(event as T);
    subscribe(channel.name, handler);
    subscriptions.push(() => unsubscribe(channel.name, handler));
  }
  const start = (name: string, parent: Span): Span => tracer.startSpan(name, {}, trace.setSpan(context.active(), parent));
  const current = ({ span, turns }: TracedSession): Span => turns.values().next().value ?? span;

  function endQuestions({ questions }: TracedSession): void {
    // Withdrawn, or the callback has failed: nobody has answered.
    for (const question of questions.values()) question.setAttribute('agent.permission', 'none').end();
    questions.clear();
  }
  function endTurn(session: TracedSession, turnId: string, note: (turn: Span) => void): void {
    const turn = session.turns.get(turnId);
    if (turn === undefined) return;
    endQuestions(session);
    note(turn);
    turn.end();
    session.turns.delete(turnId);
  }
  function endSession(key: object, pid: number | undefined): void {
    const session = sessions.get(key);
    if (session === undefined) return;
    for (const open of [...session.questions.values(), ...session.turns.values(), session.span]) open.end();
    sessions.delete(key);
    byPid.delete(pid);
  }

  on(channels.sessionOpening, ({ key, credentialSource }) => {
    const span = tracer.startSpan('agent.session', { attributes: { 'agent.credential_source': credentialSource } });
    sessions.set(key, { span, turns: new Map(), questions: new Map() });
  });
  on(channels.sessionOpened, ({ key, pid = 0, version = '' }) => {
    const session = sessions.get(key);
    session?.span.setAttributes({ 'process.pid': pid, 'agent.version': version }).addEvent('opened');
    if (session !== undefined) byPid.set(pid, session);
  });
  on(channels.sessionFailed, ({ key, pid, cause }) => {
    const session = sessions.get(key);
    if (session !== undefined) fail(session.span, cause);
    endSession(key, pid);
  });
  on(channels.sessionClosed, ({ key, pid }) => endSession(key, pid));

  on(channels.turnSent, ({ key, turnId }) => {
    const session = sessions.get(key);
    session?.turns.set(turnId, start('agent.turn', session.span));
  });
  on(channels.turnStarted, ({ key, turnId }) => void sessions.get(key)?.turns.get(turnId)?.addEvent('started'));
  on(channels.turnSettled, ({ key, turnId, sessionId = '', result }) => {
    const session = sessions.get(key);
    if (session === undefined) return;
    session.span.setAttribute('gen_ai.conversation.id', sessionId);
    endTurn(session, turnId, (turn) => noteResult(session, turn, result as ResultMessage));
  });
  on(channels.turnFailed, ({ key, turnId, cause }) => {
    const session = sessions.get(key);
    if (session !== undefined) endTurn(session, turnId, (turn) => fail(turn, cause));
  });
  on(channels.retrying, ({ key, attempt, delayMs, status }) => {
    const session = sessions.get(key);
    const about = { attempt, delay_ms: delayMs ?? 0, 'http.response.status_code': status ?? 0 };
    if (session !== undefined) current(session).addEvent('retrying', about);
  });

  // Questions name the process and not the key.
  on(channels.toolAsked, ({ pid, requestId, tool }) => {
    const session = byPid.get(pid);
    session?.questions.set(requestId, start('agent.permission', current(session)).setAttribute('gen_ai.tool.name', tool));
  });
  on(channels.toolAnswered, ({ pid, requestId, behavior }) => {
    const questions = byPid.get(pid)?.questions;
    questions?.get(requestId)?.setAttribute('agent.permission', behavior).end();
    questions?.delete(requestId);
  });
  on(channels.questionFailed, ({ pid, subtype, cause }) => {
    const session = byPid.get(pid);
    if (session !== undefined) current(session).addEvent('question-failed', { subtype, cause: String(cause) });
  });

  return { [Symbol.dispose]: () => subscriptions.forEach((unsubscribeOne) => unsubscribeOne()) };
}
