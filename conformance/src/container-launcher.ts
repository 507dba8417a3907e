import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ChildProcessLike, ProcessExit, Spawner, SpawnSpec } from '@subwire/core';

/** A launcher whose processes are none of this host's children. */
export interface ContainerLauncher extends AsyncDisposable {
  readonly spawner: Spawner;
}

interface Event {
  readonly started?: true;
  readonly error?: string;
  readonly exit?: ProcessExit;
}

class ContainerProcess extends EventEmitter implements ChildProcessLike {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  readonly #control: Promise<Socket>;
  #started = false;
  #ended = false;

  constructor(path: string, id: string, spec: SpawnSpec) {
    super();
    this.#control = this.#connect(path, id, spec);
    this.#control.catch(() => undefined);
  }

  async #connect(path: string, id: string, spec: SpawnSpec): Promise<Socket> {
    const open = async (channel: string): Promise<Socket> => {
      const socket = createConnection(path);
      socket.on('error', (error) => this.#lost(error));
      socket.write(`${JSON.stringify({ id, channel })}\n`);
      await once(socket, 'readable');
      socket.read(3);
      return socket;
    };
    const [control, stdin, stdout, stderr] = await Promise.all(['control', 'stdin', 'stdout', 'stderr'].map(open));
    this.stdin.pipe(stdin!);
    stdout!.pipe(this.stdout);
    stderr!.pipe(this.stderr);
    control!.on('close', () => this.#lost(new Error('The engine has gone.')));
    let text = '';
    control!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
        this.#take(JSON.parse(text.slice(0, end)) as Event);
        text = text.slice(end + 1);
      }
    });
    control!.write(`${JSON.stringify({ start: spec })}\n`);
    return control!;
  }

  /** The engine has gone, and its containers with it. */
  #lost(error: Error): void {
    if (this.#ended) return;
    if (!this.#started) this.emit('error', error);
    else this.#take({ exit: { code: null, signal: 'SIGKILL' } });
    for (const stream of [this.stdout, this.stderr]) stream.end();
  }

  #take({ started, error, exit }: Event): void {
    if (started === true) {
      this.#started = true;
      this.emit('spawn');
    }
    if (error !== undefined) this.emit('error', Object.assign(new Error(`the engine says ${error}`), { code: error }));
    if (exit === undefined || this.#ended) return;
    this.#ended = true;
    this.exitCode = exit.code;
    this.signalCode = exit.signal;
    this.emit('exit', exit.code, exit.signal);
    void this.#control.then((control) => control.destroy());
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): boolean {
    if (this.exitCode !== null || this.signalCode !== null) return false;
    void this.#control.then((control) => control.write(`${JSON.stringify({ kill: signal })}\n`)).catch(() => undefined);
    return true;
  }
}

/** Starts the engine on a socket of its own. */
export async function startContainers(socketPath: string): Promise<ContainerLauncher> {
  const daemon: ChildProcess = spawn(process.execPath, [fileURLToPath(new URL('container-daemon.mjs', import.meta.url)), socketPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(daemon.stdout!, 'data');
  let count = 0;
  return {
    spawner: (spec) => new ContainerProcess(socketPath, `c${++count}`, spec),
    async [Symbol.asyncDispose]() {
      if (daemon.exitCode !== null || daemon.signalCode !== null) return;
      const gone = once(daemon, 'exit');
      daemon.kill('SIGKILL');
      await gone;
    },
  };
}
