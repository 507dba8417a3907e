import { EventEmitter } from 'node:events';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { ReplaySubject } from 'rxjs';
import { commandName } from '../policy/command.ts';
import { credentialVariables, posixProfile, windowsProfile } from '../policy/environment.ts';
import type { TransportOptions } from '../policy/options.ts';
import { resolveTransportOptions } from '../policy/resolve-options.ts';
import type { CloseReceipt, ProcessExit } from '../ports/child-process.ts';
import { launch, type Launched } from '../process/launch.ts';
import { createStderrLines } from './stderr-lines.ts';

/** What the official TypeScript SDK asks its `spawnClaudeCodeProcess` for: structurally its `SpawnOptions`. */
export interface OfficialSpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** What the official SDK gets back: structurally its `SpawnedProcess`. */
export interface OfficialSpawnedProcess extends EventEmitter {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Whether an end was asked for. */
  readonly killed: boolean;
  readonly exitCode: number | null;
  readonly signalCode: NodeJS.Signals | null;
  readonly pid: number | undefined;
  kill(signal: NodeJS.Signals): boolean;
}

/** What the process layer adds to the official SDK. */
export interface SpawnClaudeCodeOptions extends Pick<
  TransportOptions,
  'shutdown' | 'limits' | 'rlimits' | 'orphanGuard' | 'containment' | 'credential' | 'allowedCommands' | 'stderrTailLines'
> {
  /** How much of the environment that the SDK gives is passed on: all, or our profile and the agent's own variables. @defaultValue 'all' */
  readonly inheritEnv?: 'all' | 'profile';
  /** The process is gone; says how, and what of its tree had to be ended. @defaultValue nothing is done */
  readonly onReceipt?: (receipt: CloseReceipt) => void;
  /** A line of stderr, which the SDK does not read with a spawner of its user's. @defaultValue stderr is drained unheard */
  readonly onStderr?: (line: string) => void;
}

function environment(env: OfficialSpawnOptions['env'], options: SpawnClaudeCodeOptions): Record<string, string> {
  const profile = new Set((process.platform === 'win32' ? windowsProfile : posixProfile).map((name) => name.toUpperCase()));
  const credentials = new Set(credentialVariables);
  const chosen = options.credential !== undefined && options.credential !== 'inherit';
  const passes = (name: string): boolean => {
    if (credentials.has(name)) return !chosen;
    return options.inheritEnv !== 'profile' || profile.has(name.toUpperCase()) || /^(CLAUDE|ANTHROPIC)_/.test(name);
  };
  const kept = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0]));
  return Object.fromEntries(kept);
}

/**
 * A drop-in for the official TypeScript SDK's option `spawnClaudeCodeProcess`: the SDK keeps its protocol and gets our process layer: the tree is ended, not
 * only its root, with a receipt; a guard outlives a host that is killed; limits hold for the whole tree.
 *
 * @example
 * query({ prompt: 'hello', options: { spawnClaudeCodeProcess: createClaudeCodeSpawner({ onReceipt: console.log }) } });
 */
export function createClaudeCodeSpawner(options: SpawnClaudeCodeOptions = {}): (request: OfficialSpawnOptions) => OfficialSpawnedProcess {
  const { inheritEnv: _inheritEnv, onReceipt, onStderr, ...layer } = options;
  return ({ command, args, cwd, env, signal }) => {
    const resolved = resolveTransportOptions(
      {
        ...layer,
        command,
        args,
        env: environment(env, options),
        inheritEnv: 'none',
        // The SDK chooses what it starts, unless the caller has said what may be.
        allowedCommands: layer.allowedCommands ?? [commandName(command)],
        ...(cwd !== undefined && { cwd }),
      },
      process.cwd(),
    );
    const hurry = new ReplaySubject<void>(1);
    const stdout = new PassThrough();
    const stderr = createStderrLines(resolved.stderrTailLines);
    if (onStderr !== undefined) stderr.stderr$.subscribe(onStderr);
    const state = { killed: false, exit: undefined as ProcessExit | undefined, launched: undefined as Launched | undefined };
    let ending: Promise<void> | undefined;

    async function attach(launched: Launched): Promise<void> {
      state.launched = launched;
      const { handle } = launched;
      launched.limits$.subscribe(({ kind }) => {
        if (kind === 'hard') void end();
      });
      handle.stderr$.subscribe({ next: (chunk) => stderr.push(chunk), complete: () => stderr.end() });
      handle.stdout$.subscribe({ next: (chunk) => stdout.write(chunk), complete: () => stdout.end() });
      handle.exit$.subscribe((exit) => {
        state.exit = exit;
        child.emit('exit', exit.code, exit.signal);
        void end();
      });
      await Promise.resolve();
    }

    const started = launch(resolved, { drain: () => end() }).then(attach);
    started.catch((cause: unknown) => {
      stdout.end();
      child.emit('error', cause);
    });

    /** Also after an exit of its own: what it leaves behind is looked for. */
    function end(): Promise<void> {
      ending ??= started.then(
        async () => {
          const { launched } = state;
          if (launched === undefined) return;
          const receipt = await launched.end({ policy: resolved.shutdown, from: 'term', hurry$: hurry });
          await launched.handle.release();
          onReceipt?.(receipt);
        },
        () => undefined,
      );
      return ending;
    }

    const stdin = new Writable({
      write(chunk: Buffer, _encoding, done) {
        started.then(() => state.launched?.handle.input.write(chunk)).then(() => done(), done);
      },
      final(done) {
        started.then(() => state.launched?.handle.input.end()).then(() => done(), done);
      },
    });
    // A write to a process that has gone is no reason to end the host; its exit says what happened.
    stdin.on('error', () => undefined);

    const child = Object.assign(new EventEmitter(), {
      stdin,
      stdout,
      kill(name: NodeJS.Signals): boolean {
        if (state.exit !== undefined) return false;
        state.killed = true;
        if (name === 'SIGKILL') hurry.next();
        void end();
        return true;
      },
    });
    signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    return Object.defineProperties(child, {
      killed: { get: () => state.killed },
      exitCode: { get: () => state.exit?.code ?? null },
      signalCode: { get: () => state.exit?.signal ?? null },
      pid: { get: () => state.launched?.handle.pid },
    }) as unknown as OfficialSpawnedProcess;
  };
}
