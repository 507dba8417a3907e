import type {
  Io,
  LineReader,
  LiveArea,
  TreeMeasure,
  LineReaderOptions,
  Output,
  Program,
  Question,
  Runtime,
  StopSignal,
} from '../../src/io/io.ts';

/** What a {@link FakeIo} is made from. */
export interface FakeIoOptions {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What stdin holds; undefined for a terminal. */
  readonly stdin?: string;
  readonly terminal?: boolean;
  readonly colors?: boolean;
  readonly columns?: number;
  /** Answers to questions, in order. */
  readonly answers?: readonly (string | undefined)[];
  /** Lines that are typed, in order. */
  readonly lines?: readonly string[];
  readonly runtime?: Partial<Runtime>;
  /** What a process tree uses. */
  readonly measure?: (root: number) => TreeMeasure;
  readonly capture?: Io['capture'];
  readonly runInPlace?: (program: Program) => Promise<number>;
}

/** A world in memory. */
export interface FakeIo extends Io {
  readonly out: string;
  readonly err: string;
  readonly questions: readonly Question[];
  /** Sends a signal to whoever listens. */
  signal(name: StopSignal): void;
  /** The reader of stdout goes away. */
  closeStdout(cause?: unknown): void;
  /** What live areas have shown, in order. */
  readonly frames: readonly string[];
  /** Types a key. */
  press(key: string): void;
  /** Listeners for signals that are still there. */
  readonly listeners: number;
  /** Called with each piece that is written. */
  onWrite: (text: string) => void;
}

const nothing: TreeMeasure = { residentBytes: 0, cpuPercent: 0, processes: 1 };

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  // A character is cut in two wherever there is one to cut.
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
}

export function createFakeIo(options: FakeIoOptions = {}): FakeIo {
  const { terminal = false, colors = false, columns = 80 } = options;
  const texts = { out: '', err: '' };
  const gone = new AbortController();
  const handlers = new Set<(signal: StopSignal) => void>();
  const keyHandlers = new Set<(key: string) => void>();
  const frames: string[] = [];
  const questions: Question[] = [];
  const answers = [...(options.answers ?? [])];
  const lines = [...(options.lines ?? [])];

  const liveArea = (_name: 'out' | 'err'): LiveArea => ({
    show: (text) => void frames.push(text),
    above: (print) => print(),
    clear: () => undefined,
    [Symbol.dispose]: () => undefined,
  });

  const output = (name: 'out' | 'err', closed: AbortSignal): Output => ({
    isTerminal: terminal,
    columns,
    rows: 24,
    drained: () => Promise.resolve(),
    hasColors: colors,
    closed,
    write(text) {
      if (closed.aborted) return;
      texts[name] += text;
      io.onWrite(text);
    },
  });

  const io: FakeIo = {
    argv: options.argv ?? [],
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    stdin: {
      isTerminal: options.stdin === undefined,
      readAll: () => Promise.resolve(options.stdin ?? ''),
      chunks: () => chunksOf(options.stdin ?? ''),
    },
    stdout: output('out', gone.signal),
    stderr: output('err', new AbortController().signal),
    enableDebug: () => undefined,
    runtime: {
      nodeVersion: '20.19.0',
      platform: 'linux',
      architecture: 'x64',
      memoryBytes: 8 * 1024 ** 3,
      freeMemoryBytes: 1024 ** 3,
      processors: 4,
      openFiles: 1_048_576,
      ...options.runtime,
    },
    capture: options.capture ?? (() => Promise.resolve({ code: 0, stdout: '2.1.329 (Claude Code)\n', stderr: '' })),
    canAsk: terminal,
    isAlive: () => true,
    measureTrees: (roots) => Promise.resolve(new Map(roots.map((root) => [root, options.measure?.(root) ?? nothing]))),
    openLive: (name) => Promise.resolve(liveArea(name === 'stdout' ? 'out' : 'err')),
    onKey(handler) {
      keyHandlers.add(handler);
      return { [Symbol.dispose]: () => void keyHandlers.delete(handler) };
    },
    onStop(handler) {
      handlers.add(handler);
      return { [Symbol.dispose]: () => void handlers.delete(handler) };
    },
    choose(question) {
      questions.push(question);
      return Promise.resolve(answers.shift());
    },
    openLines: (lineOptions: LineReaderOptions): Promise<LineReader> =>
      Promise.resolve({
        history: [...(lineOptions.history ?? [])],
        above: (print) => print(),
        next: () => {
          const line = lines.shift();
          return Promise.resolve(line === undefined ? 'ended' : { line });
        },
        [Symbol.dispose]: () => undefined,
      }),
    runThrough: () => Promise.resolve(0),
    runInPlace: options.runInPlace ?? (() => Promise.resolve(0)),
    get out() {
      return texts.out;
    },
    get err() {
      return texts.err;
    },
    questions,
    frames,
    press(key) {
      for (const handler of keyHandlers) handler(key);
    },
    signal(name) {
      for (const handler of handlers) handler(name);
    },
    closeStdout: (cause = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })) => gone.abort(cause),
    get listeners() {
      return handlers.size;
    },
    onWrite: () => undefined,
  };
  return io;
}
