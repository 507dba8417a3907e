import { errorMonitor } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cutLong, describeBytes } from './describe-bytes.ts';
import { createLineSplitter } from './line-splitter.ts';
import { tapProcess, type RecordedProcess, type RecordedSpec } from './recorded-process.ts';
import type { Redaction } from './redaction.ts';
import { createTranscriptRedactor, type TranscriptRedactor } from './redactor.ts';
import type { TranscriptLine } from './transcript-line.ts';

/** What {@link recordTranscript} records, and where to. */
export interface RecordTranscriptOptions<Spec, Child> {
  /** The file. It is made anew, readable by its owner only, when the first process is started; folders on the way are made too. */
  readonly path: string | URL;
  /** What really starts the process. */
  readonly spawner: (spec: Spec) => Child;
  /**
   * The label of the run. The second process is recorded as `<label> (2)`, and so on.
   * @defaultValue `run`
   */
  readonly run?: string;
  /**
   * What is taken out before it is written. `false` writes everything as it was, secrets included.
   * @defaultValue everything that {@link Redaction} knows of
   */
  readonly redact?: false | Redaction;
  /**
   * Bytes of a line above which its long texts are shortened or, where that does not help, only its ends are kept.
   * @defaultValue 200000
   */
  readonly maxLineBytes?: number;
}

const asItIs: TranscriptRedactor = Object.freeze({ push: (line: TranscriptLine) => [line], flush: () => [] });

function argvOf(spec: RecordedSpec): readonly string[] {
  return [path.basename(spec.file ?? ''), ...(spec.args ?? [])];
}

/**
 * Wraps a spawner so that everything that passes between the host and the process is written to a file: both directions and stderr line by line, with the
 * time since the start, and what happened besides (end of input, signals, exit). The process itself and its streams are handed on as they are: nothing
 * flows earlier or later than without the recorder.
 *
 * The file holds one JSON object a line; {@link readTranscript} reads it. Each line is written at once, so a crash of the host loses none; with
 * `redact.prose` set to something else than true, a text that arrives in deltas is written when it is complete.
 *
 * @example
 * const spawner = recordTranscript({ path: 'session.ndjson', spawner: (spec) => spawn(spec.file, spec.args, spec) });
 */
export function recordTranscript<Spec extends object, Child extends object>(
  options: RecordTranscriptOptions<Spec, Child>,
): (spec: Spec) => Child {
  const { spawner, run = 'run', redact = {}, maxLineBytes = 200_000 } = options;
  const file = options.path instanceof URL ? fileURLToPath(options.path) : options.path;
  let count = 0;

  const begin = (): string => {
    count += 1;
    if (count > 1) return `${run} (${count})`;
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    writeFileSync(file, '', { mode: 0o600 });
    return run;
  };

  return (spec) => {
    const label = begin();
    const recorded = spec as RecordedSpec;
    const redactor = redact === false ? asItIs : createTranscriptRedactor(redact, { cwd: recorded.cwd, env: recorded.env });
    const startedAt = performance.now();
    const write = (lines: readonly TranscriptLine[]): void => {
      const texts = lines.map((line) => {
        if (line.dir === 'meta') return JSON.stringify(line);
        const { run: name, t, dir, ...said } = line;
        return JSON.stringify({ run: name, t, dir, ...cutLong(said, maxLineBytes) });
      });
      if (texts.length > 0) appendFileSync(file, `${texts.join('\n')}\n`);
    };
    const stamp = (): { readonly run: string; readonly t: number } => ({
      run: label,
      t: Math.round((performance.now() - startedAt) * 10) / 10,
    });
    const event = (name: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      write(redactor.push({ ...stamp(), dir: 'meta', event: name, ...fields }));
    };
    const splitterFor = (dir: 'stdin' | 'stdout' | 'stderr') =>
      createLineSplitter((bytes, terminated) => {
        write(redactor.push({ ...stamp(), dir, ...describeBytes(bytes), ...(terminated ? {} : { noLf: true as const }) }));
      });
    const splitters = { stdin: splitterFor('stdin'), stdout: splitterFor('stdout'), stderr: splitterFor('stderr') };

    event('spawn', { argv: argvOf(recorded), cwd: recorded.cwd ?? process.cwd() });
    const child = spawner(spec);
    const tapped = child as unknown as RecordedProcess;
    tapProcess(tapped, {
      bytes: (dir, chunk) => {
        splitters[dir].push(chunk);
      },
      event: (name, fields) => {
        // What the end of a stream leaves over has to stand before the end.
        if (name === 'stdin-eof') splitters.stdin.end();
        if (name === 'stdout-end') splitters.stdout.end();
        if (name === 'stderr-end') splitters.stderr.end();
        event(name, fields);
      },
    });
    tapped.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
      event('exit', { code, signal });
    });
    tapped.once(errorMonitor, (error: NodeJS.ErrnoException) => {
      event('error', { code: error.code ?? error.name });
    });
    tapped.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
      for (const splitter of Object.values(splitters)) splitter.end();
      event('close', { code, signal });
      write(redactor.flush());
    });
    return child;
  };
}
