import { randomUUID } from 'node:crypto';
import { ReplaySubject, Subject } from 'rxjs';
import { openControl } from '../control/channel.ts';
import type { CallOptions, ControlChannel } from '../control/types.ts';
import { ClosedError } from '../errors/closed-error.ts';
import { ExitError } from '../errors/exit-error.ts';
import { buildCliArgs } from '../policy/cli-args.ts';
import type { CloseReceipt } from '../ports/child-process.ts';
import { createTransport } from '../transport/subprocess-transport.ts';
import type { Diagnostic, Transport } from '../transport/types.ts';
import type { InitializeResponse } from '../wire/control.ts';
import type { Message } from '../wire/messages.ts';
import { userFrame, type UserInput } from '../wire/outgoing.ts';
import { shakeHands } from './handshake.ts';
import { answerToolUse } from './tool-use.ts';
import { createTurn } from './turn.ts';
import { createTurnLedger } from './turn-ledger.ts';
import type { Session, SessionOptions, Turn } from './types.ts';

const maxReplayedDiagnostics = 100;

function stoppedEarly(transport: Transport): unknown {
  if (transport.failure !== undefined) return transport.failure;
  const message = 'The session ended before the agent gave its result.';
  return new ExitError({
    code: 'EXIT_EARLY',
    exitCode: 0,
    signal: null,
    phase: 'running',
    stderrTail: transport.stderrTail,
    pid: transport.pid,
    message,
  });
}

function createSession(
  transport: Transport,
  control: ControlChannel,
  info: InitializeResponse,
  diagnostics: ReplaySubject<Diagnostic>,
): Session {
  const messages = new Subject<Message>();
  const ledger = createTurnLedger((diagnostic) => diagnostics.next(diagnostic));
  let id: string | undefined;
  let closing = false;

  transport.messages$.subscribe({
    next(message) {
      if ('session_id' in message && typeof message.session_id === 'string' && message.session_id !== '') id = message.session_id;
      ledger.take(message);
      messages.next(message);
    },
    error(cause) {
      ledger.failAll(cause);
      messages.error(cause);
    },
    complete() {
      ledger.failAll(closing ? closed('A prompt was open when the session was closed.') : stoppedEarly(transport));
      messages.complete();
    },
  });

  function closed(message: string): ClosedError {
    return new ClosedError({ code: 'CLOSED', state: transport.state, message });
  }

  function prompt(input: string | UserInput): Turn {
    const turnId = (typeof input === 'string' ? undefined : input.uuid) ?? randomUUID();
    const entry = createTurn(turnId, () => interrupt());
    ledger.add(entry);
    transport.send(userFrame(input, turnId)).then(
      () => entry.move('sent'),
      (cause: unknown) => entry.fail(cause),
    );
    return entry.turn;
  }

  async function interrupt(options?: CallOptions): Promise<void> {
    await control.request('interrupt', {}, options);
  }

  function close(): Promise<CloseReceipt> {
    closing = true;
    // EOF alone is no stop: the CLI would finish the turn first, and with a tool running it would never end.
    return transport.close({ from: ledger.open.length > 0 ? 'term' : 'eof' });
  }

  return {
    get id() {
      return id;
    },
    info,
    transport,
    control,
    messages$: messages.asObservable(),
    diagnostics$: diagnostics.asObservable(),
    prompt,
    interrupt,
    setModel: async (model, options) => void (await control.request('set_model', { model }, options)),
    setPermissionMode: async (mode, options) => void (await control.request('set_permission_mode', { mode }, options)),
    mcpStatus: (options) => control.request('mcp_status', {}, options),
    contextUsage: (options) => control.request('get_context_usage', {}, options),
    stopTask: async (taskId, options) => void (await control.request('stop_task', { task_id: taskId }, options)),
    rewindFiles: async (messageId, options) => void (await control.request('rewind_files', { user_message_id: messageId }, options)),
    close,
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}

/**
 * Starts an agent and waits until it has answered `initialize`: the session is then ready for prompts. On any failure the process is gone before the
 * promise rejects.
 * @throws ConfigError, LaunchError, ExitError (`EXIT_EARLY`), ControlError (`CONTROL_TIMEOUT`, `CONTROL_REJECTED`), or the signal's reason
 */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const args = [...buildCliArgs(options, { asksHost: options.onToolUse !== undefined }), ...(options.args ?? [])];
  const transport = createTransport({ ...options, args });
  const diagnostics = new ReplaySubject<Diagnostic>(maxReplayedDiagnostics);
  transport.diagnostics$.subscribe((diagnostic) => diagnostics.next(diagnostic));
  const control = openControl(transport, { onDiagnostic: (diagnostic) => diagnostics.next(diagnostic) });
  if (options.onToolUse !== undefined) answerToolUse(control, options.onToolUse);
  try {
    await transport.connect(options.signal === undefined ? {} : { signal: options.signal });
    const info = await shakeHands(control, options);
    return createSession(transport, control, info, diagnostics);
  } catch (cause) {
    await transport.close({ from: 'term' });
    throw cause;
  }
}
