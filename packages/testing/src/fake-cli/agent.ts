import { cliFacts } from '../scenario/cli-facts.ts';
import { isObject, type JsonObject } from '../scenario/json.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { AgentState, UserMessage } from './agent-state.ts';
import { handleControl, type ControlPowers, type Responder } from './control.ts';
import { run, type Running } from './coroutine.ts';
import { parseFlags } from './flags.ts';
import type { Behavior } from './behavior.ts';
import type { TurnHooks } from './faults/fault-hooks.ts';
import type { Host } from './host.ts';
import { createHostRequests } from './host-requests.ts';
import { decodeInputLine, decodeUserMessage, isInitialize } from './input-line.ts';
import { isOneShot, stdinPatienceMs, withOutputFormat } from './one-shot.ts';
import { refuseSession, rememberSession } from './session-store.ts';
import { runTurn } from './turn.ts';
import { reportLifecycle, TurnInterrupted, TurnKilled, uuidsOf } from './turn-record.ts';

/** A fake CLI that answers as the real one does. */
export function createAgent(outside: Host, scenario: Scenario, turnHooks: TurnHooks = {}): Behavior {
  const flags = parseFlags(outside.argv);
  const host = withOutputFormat(outside, flags);
  const oneShot = isOneShot(flags);
  const plain: string[] = [];
  const requests = createHostRequests(host);
  let running: Running | undefined;
  let interrupting = false;
  let leaving: number | undefined;
  const defaultModel = scenario.model ?? flags.value('model') ?? cliFacts.model;
  const state: AgentState = {
    host,
    scenario,
    flags,
    turnHooks,
    cwd: host.cwd,
    sessionId: flags.value('session-id') ?? (flags.has('fork-session') ? undefined : flags.value('resume')) ?? host.uuid(),
    model: defaultModel,
    defaultModel,
    permissionMode: flags.value('permission-mode') ?? 'default',
    startedMs: host.nowMs(),
    initialized: false,
    inputEnded: false,
    begun: false,
    turns: 0,
    results: 0,
    apiRequests: 0,
    lastFailed: false,
    total: new Map(),
    since: new Map(),
    queue: [],
    hooks: new Map(),
    mcp: new Map(),
    tasks: new Map(),
    notices: [],
    allowed: new Set(),
    uuid: () => host.uuid(),
    timestamp: () => new Date(host.nowMs()).toISOString(),
    say: (frame) => host.write(frame),
    ask: (request, options) => requests.ask(request, options),
    wake,
  };

  /** Starts the next turn, or leaves when there is nothing left to do. */
  function wake(): void {
    if (running !== undefined && !running.done) return;
    if (leaving !== undefined) {
      leave(leaving);
      return;
    }
    const urgent = state.queue.filter((message) => message.priority === 'now');
    const next = urgent.length > 0 ? urgent : [...state.queue];
    const notice = next.length === 0 ? state.notices.shift() : undefined;
    if (next.length > 0) {
      state.queue.splice(0, state.queue.length, ...state.queue.filter((message) => !next.includes(message)));
      start(next);
    } else if (notice !== undefined) {
      const origin = { kind: 'task-notification', producer: 'session-task', runId: notice.runId };
      start([{ uuid: undefined, content: notice.text, text: notice.text, queries: true, priority: 'next' }], origin);
    } else if (state.inputEnded && state.tasks.size === 0) host.exit(state.lastFailed ? 1 : 0);
  }

  function start(messages: readonly UserMessage[], origin?: JsonObject): void {
    interrupting = false;
    let ended = false;
    const turn = run(runTurn(state, messages, origin), () => {
      ended = true;
      running = undefined;
      // A step later, so that what arrived in the same chunk is still taken into account.
      host.after(0, wake);
    });
    if (!ended) running = turn;
  }

  function interrupt(reason: TurnInterrupted, between: () => void = () => {}): void {
    if (running === undefined || running.done || interrupting) {
      between();
      return;
    }
    interrupting = true;
    running.interrupt(reason, between);
  }

  function leave(code: number): void {
    for (const task of [...state.tasks.values()]) task.stop();
    host.exit(code);
  }

  /** Ends the turn with an error result, if one runs, and then the process. */
  function stopThenLeave(code: number): void {
    leaving = code;
    if (running === undefined || running.done) leave(code);
    else interrupt(new TurnInterrupted(true, requests.waiting > 0));
  }

  const powers: ControlPowers = {
    interrupt: (answer) => interrupt(new TurnInterrupted(true), answer),
    cancelQueued: (uuid) => {
      const gone = state.queue.filter((message) => uuid === undefined || message.uuid === uuid);
      state.queue.splice(0, state.queue.length, ...state.queue.filter((message) => !gone.includes(message)));
      reportLifecycle(state, gone, 'cancelled');
      return uuidsOf(gone);
    },
    endSession: () => stopThenLeave(running === undefined || running.done ? 0 : 1),
  };

  function take(message: UserMessage): void {
    state.begun = true;
    state.queue.push(message);
    reportLifecycle(state, [message], 'queued');
    if (message.priority === 'now') interrupt(new TurnInterrupted(false));
    wake();
  }

  function fail(line: string): void {
    host.complain(line);
    host.exit(1);
  }

  function control(frame: JsonObject): void {
    const { request } = frame;
    const id = 'request_id' in frame ? { request_id: frame['request_id'] } : {};
    if (!isObject(request)) {
      fail('Error: Missing request on control_request');
      return;
    }
    const answer: Responder = {
      id: frame['request_id'],
      success: (payload, envelope) =>
        state.say({
          type: 'control_response',
          response: { subtype: 'success', ...id, ...(payload === undefined ? {} : { response: payload }), ...envelope },
        }),
      error: (error, code, extra) =>
        state.say({
          type: 'control_response',
          response: { subtype: 'error', ...id, error, ...(code === undefined ? {} : { error_code: code }), ...extra },
        }),
    };
    handleControl(state, request, answer, powers);
  }

  function user(frame: JsonObject): void {
    const message = decodeUserMessage(frame);
    if (typeof message === 'string') fail(message);
    else if (message !== undefined) take(message);
  }

  function refused(folder: string): boolean {
    const refusal = refuseSession(folder, flags, host.uuid());
    if (refusal === undefined) rememberSession(folder, state.sessionId);
    else {
      if (refusal.result !== undefined) host.write(refusal.result);
      fail(refusal.stderr);
    }
    return refusal !== undefined;
  }

  /** One prompt, from the arguments and from stdin, and then the end. */
  function takePlain(): void {
    const text = [...(flags.prompt === undefined ? [] : [flags.prompt]), ...plain].join('\n');
    state.inputEnded = true;
    if (text.trim() === '') fail('Error: Input must be provided either through stdin or as a prompt argument when using --print');
    else take({ uuid: undefined, content: text, text, queries: true, priority: 'next' });
  }

  return {
    start() {
      if (flags.problem !== undefined) {
        fail(flags.problem);
        return;
      }
      if (scenario.sessions !== undefined && refused(scenario.sessions)) return;
      if (!oneShot) {
        if (flags.prompt !== undefined)
          take({ uuid: undefined, content: flags.prompt, text: flags.prompt, queries: true, priority: 'next' });
        return;
      }
      if (flags.prompt === undefined) return;
      host.after(stdinPatienceMs, () => {
        if (state.inputEnded || plain.length > 0) return;
        host.complain(
          'Warning: no stdin data received in 3s, proceeding without it. If piping from a slow command, redirect stdin explicitly: < /dev/null to skip, or wait longer.',
        );
        takePlain();
      });
    },
    line(text) {
      if (oneShot) {
        plain.push(text);
        return;
      }
      const input = decodeInputLine(text);
      if (input.kind === 'fatal') fail(input.message);
      if (input.kind !== 'frame') return;
      const { frame } = input;
      if (flags.has('await-initialize') && !state.initialized && !isInitialize(frame)) {
        fail(
          'Error: --await-initialize requires the initialize control request as the first stdin line, and the first line is a different message.',
        );
      } else if (frame['type'] === 'user') user(frame);
      else if (frame['type'] === 'control_request') control(frame);
      else if (frame['type'] === 'control_response' && isObject(frame['response'])) requests.settle(frame['response']);
    },
    end() {
      if (state.inputEnded) return;
      if (oneShot) {
        takePlain();
        return;
      }
      state.inputEnded = true;
      requests.close();
      wake();
    },
    signal(signal) {
      if (signal === 'SIGINT') stopThenLeave(0);
      else if (signal === 'SIGTERM' || signal === 'SIGHUP') {
        requests.silence();
        running?.interrupt(new TurnKilled());
        leave(signal === 'SIGTERM' ? 143 : 129);
      }
    },
  };
}
