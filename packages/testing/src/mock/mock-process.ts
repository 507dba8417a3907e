import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { createEventQueue } from './event-queue.ts';
import { createMockInput, createMockOutput, type MockInput } from './mock-streams.ts';
import { reactionTo, resolveSignal } from './signals.ts';
import { communicateWith, type Communicated } from './communicate.ts';
import type { MockProcessBehavior, MockProcessOptions } from './mock-options.ts';
import { spawnError, type SpawnFailure } from './spawn-failure.ts';

let nextPid = 4_194_305;

/**
 * A faithful `ChildProcess` in memory: same events in the same order (`spawn`, data, `exit`, end of the pipes, `close`), none of them inside the call
 * that caused it; EPIPE after death; unread output thrown away at exit. It begins to live when the host first touches it.
 *
 * @example
 * const child = new MockProcess();
 * child.say({ type: 'system', subtype: 'init' }).exit(0);
 */
export class MockProcess extends EventEmitter {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Lines received on stdin, without their line feed; at its end also an unfinished last one. */
  readonly written: readonly string[];
  /** Every signal that was sent, in order. */
  readonly signals: readonly NodeJS.Signals[];
  /** True once `kill()` succeeded in sending a signal, whether or not it was ignored. */
  killed = false;
  readonly #stdin: MockInput;
  readonly #stdout = createMockOutput();
  readonly #stderr = createMockOutput();
  readonly #queue = createEventQueue();
  readonly #signals: NodeJS.Signals[] = [];
  readonly #ignores: Set<string>;
  readonly #behaviors: MockProcessBehavior[] = [];
  readonly #codeAtEnd: number;
  #pid: number | undefined;
  #spawned = false;
  #failure: NodeJS.ErrnoException | undefined;
  #death: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  #reported = false;
  #held = false;
  #closed = false;

  constructor(options: MockProcessOptions = {}) {
    super();
    this.#pid = options.pid ?? nextPid++;
    this.#ignores = new Set(options.ignores);
    this.#stdin = createMockInput({
      line: (line) => this.#received(line),
      end: () => this.#inputEnded(),
      confirmsLater: (callback) => {
        if (!this.#spawned) this.#queue.add('event', callback);
        return !this.#spawned;
      },
    });
    this.stdin = this.#stdin.stream;
    this.stdout = this.#stdout.stream;
    this.stderr = this.#stderr.stream;
    this.written = this.#stdin.lines;
    this.signals = this.#signals;
    for (const output of [this.stdout, this.stderr]) output.once('end', () => this.#maybeClose()).once('close', () => this.#maybeClose());
    for (const emitter of [this, this.stdin, this.stdout, this.stderr] as EventEmitter[]) emitter.once('newListener', () => this.#touch());
    this.#queue.add('event', () => {
      this.#spawned = true;
      // Queued only now, behind what the host has written by then.
      if (options.exitCode !== undefined) this.#queue.add('event', () => this.exit(this.#codeAtEnd));
      if (this.#failure === undefined) this.emit('spawn');
    });
    if (options.stdout !== undefined) this.sayRaw(options.stdout);
    if (options.stderr !== undefined) this.#deliver('stderr', Buffer.from(options.stderr));
    this.#codeAtEnd = options.exitCode ?? 0;
  }

  /** Undefined after {@link failToSpawn}, as with a real child. */
  get pid(): number {
    return this.#pid as number;
  }

  /** The error of {@link failToSpawn}, if that was called. */
  get spawnFailure(): NodeJS.ErrnoException | undefined {
    return this.#failure;
  }

  /** Null until the exit was reported; then the code, or null after a signal. After a failed spawn minus the errno, as Node has it. */
  get exitCode(): number | null {
    return this.#reported ? (this.#death?.code ?? null) : null;
  }

  get signalCode(): NodeJS.Signals | null {
    return this.#reported ? (this.#death?.signal ?? null) : null;
  }

  /** Sends a signal. False when the process is dead or never started. Throws ERR_UNKNOWN_SIGNAL for a name that the platform lacks. */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    const name = resolveSignal(signal);
    this.#touch();
    if (this.#death !== undefined || this.#failure !== undefined) return false;
    this.killed = true;
    if (name === undefined) return true;
    this.#signals.push(name);
    const action = reactionTo(name, this.#ignores, this.#behaviors);
    if (action === 'die') this.#die(null, name);
    else if (action !== 'nothing') {
      this.#queue.hold(action === 'stop');
      this.#stdin.read(action !== 'stop');
    }
    return true;
  }

  /** The exit code once the process is dead (null after a signal), null while it runs. Never waits for the event. */
  poll(): number | null {
    this.#touch();
    return this.#death?.code ?? null;
  }

  /** Writes `input`, ends stdin, and resolves with everything printed from now on when the process has closed. A process that reads nothing is no error. */
  communicate(input?: string): Promise<Communicated> {
    return communicateWith(this, this.#closed, input);
  }

  /** Prints each frame as one line of JSON, each in a chunk of its own. */
  say(...frames: readonly object[]): this {
    for (const frame of frames) this.#deliver('stdout', Buffer.from(`${JSON.stringify(frame)}\n`));
    return this;
  }

  /** Prints bytes as they are, in chunks of `chunkBytes`. @defaultValue one chunk */
  sayRaw(bytes: string | Uint8Array, options: { readonly chunkBytes?: number } = {}): this {
    const buffer = Buffer.from(bytes as Uint8Array);
    const size = Math.max(1, options.chunkBytes ?? buffer.length);
    for (let start = 0; start < buffer.length; start += size) this.#deliver('stdout', buffer.subarray(start, start + size));
    return this;
  }

  /** Prints one line on stderr. */
  complain(line: string): this {
    this.#deliver('stderr', Buffer.from(`${line}\n`));
    return this;
  }

  /** Adds a behaviour: what the process does with lines, EOF and signals. */
  behave(behavior: MockProcessBehavior): this {
    this.#behaviors.push(behavior);
    return this;
  }

  /** Ends the process: writes fail from now on; what was said before is delivered, then come `exit`, the end of the pipes, `close`. */
  exit(code: number, signal?: NodeJS.Signals): void {
    this.#die(signal === undefined ? code : null, signal ?? null);
  }

  /** The executable could not be started: no `spawn`, no `exit`, but `error` and then `close`. */
  failToSpawn(code: SpawnFailure): void {
    if (this.#failure !== undefined || this.#death !== undefined) return;
    const failure = spawnError(code);
    this.#failure = failure;
    this.#pid = undefined;
    this.#stdin.breakPipe();
    this.#queue.add('event', () => {
      this.#death = { code: failure.errno ?? null, signal: null };
      this.#reported = true;
      for (const output of [this.#stdout, this.#stderr]) output.end();
      this.#stdin.destroy();
      try {
        this.emit('error', failure);
      } finally {
        for (const output of [this.stdout, this.stderr]) output.resume();
        this.#maybeClose();
      }
    });
  }

  /** Closes one side while the process lives on: the host sees the end of that output, or EPIPE when it writes. */
  closePipe(name: 'stdin' | 'stdout' | 'stderr'): this {
    this.#queue.add('event', () => {
      if (name === 'stdin') this.#stdin.breakPipe();
      else (name === 'stdout' ? this.#stdout : this.#stderr).end();
    });
    return this;
  }

  /** As if a descendant had inherited stdout and stderr: they outlive the process, and `close` waits for {@link releaseOutput}. */
  holdOutput(): this {
    this.#held = true;
    return this;
  }

  /** The descendant of {@link holdOutput} is gone. */
  releaseOutput(): void {
    this.#held = false;
    if (this.#death !== undefined) this.#queue.add('event', () => this.#endOutput());
  }

  /** `false`: stops reading stdin, so that writes are accepted but not flushed. `true`: reads again, what was held first. */
  read(reads: boolean): this {
    this.#stdin.read(reads);
    return this;
  }

  #touch(): void {
    this.#queue.start();
  }

  #deliver(name: 'stdout' | 'stderr', chunk: Buffer): void {
    this.#queue.add('data', () => (name === 'stdout' ? this.#stdout : this.#stderr).deliver(chunk));
  }

  #received(line: string): void {
    this.#touch();
    for (const behavior of this.#behaviors) behavior.line?.(line);
  }

  #inputEnded(): void {
    this.#touch();
    if (this.#death !== undefined || this.#failure !== undefined || this.#ignores.has('EOF')) return;
    if (!this.#behaviors.some((behavior) => behavior.end?.() === true)) this.#die(this.#codeAtEnd, null);
  }

  #die(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#death !== undefined || this.#failure !== undefined) return;
    this.#death = { code, signal };
    this.#stdin.breakPipe();
    this.#queue.hold(false);
    this.#queue.add('event', () => {
      this.#reported = true;
      this.#stdin.destroy();
      // What nobody reads at exit, Node throws away; a paused stream it resumes.
      this.#queue.add('event', () => {
        for (const output of [this.stdout, this.stderr]) output.resume();
        if (!this.#held) this.#endOutput();
      });
      this.emit('exit', code, signal);
    });
  }

  #endOutput(): void {
    this.#stdout.end();
    this.#stderr.end();
    this.#maybeClose();
  }

  #maybeClose(): void {
    if (this.#closed || !this.#reported || !this.#stdout.done || !this.#stderr.done) return;
    this.#closed = true;
    const { code, signal } = this.#death ?? { code: null, signal: null };
    this.#queue.add('event', () => this.emit('close', code, signal));
  }
}
