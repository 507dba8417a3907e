import { holdSecrets } from '../errors/known-secrets.ts';
import { openControl } from '../control/channel.ts';
import { channels } from '../diagnostics/channels.ts';
import { shadowedCallback, checkSessionOptions } from '../policy/check-session-options.ts';
import { buildCliArgs } from '../policy/cli-args.ts';
import { buildFileArgs } from '../policy/file-args.ts';
import { credentialSource, secretsOfSession } from '../policy/secrets.ts';
import { createTransport } from '../transport/subprocess-transport.ts';
import type { Transport } from '../transport/types.ts';
import { withAskedMode } from './asked-mode.ts';
import { bringServers } from './bring-servers.ts';
import { debugTransport } from './debug-transport.ts';
import { answerDialogs } from './dialogs.ts';
import { initializeBody, shakeHands } from './handshake.ts';
import { createHookTable, type Hooks } from './hooks.ts';
import type { SessionOptions } from './options.ts';
import { createParkingLot, type ParkingLot } from './parking.ts';
import { createSdkMcpBridge } from './sdk-mcp.ts';
import { createSession } from './session.ts';
import { resolveClocks } from './session-defaults.ts';
import { answerToolUse } from './tool-use.ts';
import { createStrictness } from './strictness.ts';
import type { Session } from './types.ts';

function withParking(hooks: Hooks = {}, parking: ParkingLot | undefined): Hooks {
  return parking === undefined ? hooks : { ...hooks, PreToolUse: [parking.matcher, ...(hooks['PreToolUse'] ?? [])] };
}

function openTransport(options: SessionOptions): Transport {
  const awaitsInitialize = Object.keys(options.mcpServers ?? {}).length > 0 || options.parking?.decision !== undefined;
  const args = [
    ...buildCliArgs(withAskedMode(options), { asksHost: options.onToolUse !== undefined, awaitsInitialize }),
    ...(options.args ?? []),
  ];
  const env = {
    // Makes the CLI say when it is running, idle, or waits for an answer.
    CLAUDE_CODE_SDK_READS_SESSION_STATE: '1',
    ...(options.fileCheckpointing === true && { CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING: 'true' }),
    ...options.env,
  };
  const fileArgs = { ...buildFileArgs(options), ...options.fileArgs };
  const transport = createTransport({ ...options, args, fileArgs, env });
  const forget = holdSecrets(secretsOfSession(options));
  transport.exit$.subscribe({ complete: forget });
  return debugTransport(transport);
}

/**
 * Starts an agent and waits until it has answered `initialize`: the session is then ready for prompts. On any failure the process is gone before the
 * promise rejects.
 * With `isolated` or `strictMcpConfig`, an agent that has more than it was asked to have is refused: here, or with its first turn, when it tells the rest.
 * @throws ConfigError, LaunchError (`UNREQUESTED_CONFIGURATION` among them), ExitError (`EXIT_EARLY`), LimitError (`TIME_LIMIT`, clock `init`),
 * ControlError (`CONTROL_REJECTED`), or the signal's reason
 */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const { onToolUse, signal } = options;
  checkSessionOptions(options, onToolUse !== undefined);
  const clocks = resolveClocks(options);
  const parking = options.parking === undefined ? undefined : createParkingLot(options.parking);
  const hooks = createHookTable(withParking(options.hooks, parking));
  const servers = createSdkMcpBridge(options.sdkMcpServers, { timeoutMs: options.timeouts?.mcpMs ?? Infinity });
  const strictness = createStrictness(options, servers.names);
  const transport = openTransport(options);
  const control = openControl(transport);
  const key = {};
  const startedAt = performance.now();

  if (onToolUse !== undefined) {
    answerToolUse(control, { onToolUse, timeoutMs: options.timeouts?.toolUseMs ?? Infinity, pid: () => transport.pid });
    for (const message of shadowedCallback(options)) transport.report({ code: 'CALLBACK_SHADOWED', message });
  }
  hooks.answer(control);
  servers.answer(control);
  answerDialogs(control, options);

  try {
    channels.sessionOpening.publish(() => ({ pid: undefined, key, credentialSource: credentialSource(options.credential) }));
    await transport.connect(signal === undefined ? {} : { signal });
    const spawnedAt = performance.now();
    const body = initializeBody(options, { hooks: hooks.declaration, sdkMcpServers: servers.names });
    const info = await shakeHands(control, body, { timeoutMs: clocks.initMs, signal });
    const call = { timeoutMs: clocks.initMs, ...(signal !== undefined && { signal }) };
    const { mcpServers } = options;
    await bringServers(control, { mcpServers, sdkServers: servers.names, version: info.claude_code_version }, call);
    await strictness?.checkStart(control, info, call);
    // An abort in the same breath as the last answer: who has given up gets no session that nobody would close.
    signal?.throwIfAborted();
    const openedAtMs = performance.now();
    const opening = { spawnMs: spawnedAt - startedAt, handshakeMs: openedAtMs - spawnedAt, openedAtMs };
    const { pid } = transport;
    channels.sessionOpened.publish(() => ({ pid, key, durationMs: openedAtMs - startedAt, version: info.claude_code_version }));
    return createSession({
      transport,
      control,
      info,
      options,
      clocks,
      opening,
      parking,
      key,
      strictness,
      release: () => servers.close(),
    });
  } catch (cause) {
    channels.sessionFailed.publish(() => ({ pid: transport.pid, key, cause }));
    await transport.close({ from: 'term' });
    await servers.close();
    throw cause;
  }
}
