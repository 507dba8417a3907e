import type { Fault } from '../../scenario/fault.ts';
import type { JsonObject } from '../../scenario/json.ts';
import type { Behavior } from '../behavior.ts';
import type { Host } from '../host.ts';
import { byteFaults } from './byte-faults.ts';
import type { FaultContext, FaultFactory, FaultHooks, TurnHooks } from './fault-hooks.ts';
import { machineFaults } from './machine-faults.ts';
import { processFaults } from './process-faults.ts';
import { protocolFaults } from './protocol-faults.ts';

/** From the behaviour outwards: what is listed later works on what those before it print, so that `chunk` splits everything and `crlf` ends every line. */
const order: readonly Readonly<Record<string, FaultFactory>>[] = [processFaults, machineFaults, protocolFaults, byteFaults];

/** Every fault that exists, innermost first. */
export const faultFactories: ReadonlyMap<string, FaultFactory> = new Map(order.flatMap((group) => Object.entries(group)));

const signalCodes: Readonly<Record<string, number>> = { SIGTERM: 143, SIGINT: 0, SIGHUP: 129 };

/** Sends a value through the hooks, innermost first, each of which passes it on or not. */
function through<T>(hooks: readonly ((value: T, next: (value: T) => void) => void)[], last: (value: T) => void): (value: T) => void {
  return hooks.reduceRight<(value: T) => void>((next, hook) => (value) => hook(value, next), last);
}

function present<T>(values: readonly (T | undefined)[]): readonly T[] {
  return values.filter((value) => value !== undefined);
}

/** Builds a behaviour whose host passes through the faults. Input that comes before the process has begun is kept for it. */
export function applyFaults(host: Host, faults: readonly Fault[], create: (host: Host, hooks: TurnHooks) => Behavior): Behavior {
  const names = [...faultFactories.keys()];
  const sorted = faults.toSorted((left, right) => names.indexOf(left.name) - names.indexOf(right.name));
  let frozen = false;
  let deaf = false;
  let started = false;
  const waiting: (() => void)[] = [];

  const writeOut = (bytes: Uint8Array): void => {
    if (!frozen) host.writeRaw(bytes);
  };
  const context: FaultContext = {
    host,
    print: (frame) => print(frame),
    printRaw: (bytes) => host.writeRaw(bytes),
    freeze(withoutEars) {
      frozen = true;
      deaf ||= withoutEars;
    },
  };
  const hooks: readonly FaultHooks[] = sorted.map((fault) => {
    const factory = faultFactories.get(fault.name);
    if (factory === undefined) throw new Error(`There is no fault named "${fault.name}". Use one of: ${names.join(', ')}.`);
    return factory(fault, context);
  });
  const printBytes = through(present(hooks.map((hook) => hook.bytes?.bind(hook))), writeOut);
  const print = (frame: JsonObject): void => printBytes(Buffer.from(`${JSON.stringify(frame)}\n`));
  const printFrame = through(present(hooks.map((hook) => hook.frame?.bind(hook))), print);
  const leave = through<number>(present(hooks.map((hook) => hook.exit?.bind(hook))), (code) => host.exit(code));

  const inner: Host = {
    ...host,
    write: (frame) => {
      if (!frozen) printFrame(frame);
    },
    writeRaw: writeOut,
    exit: (code) => {
      if (!frozen) leave(code);
    },
  };
  const behavior = create(inner, {
    replies: (prompt) => present(hooks.map((hook) => hook.replies?.(prompt)))[0],
    withholdsResult: hooks.some((hook) => hook.withholdsResult === true),
    began: (state) => {
      for (const hook of hooks) hook.began?.(state);
    },
    ended: () => {
      for (const hook of hooks) hook.ended?.();
    },
  });
  const hear = through<string>(present(hooks.map((hook) => hook.line?.bind(hook))), (text) => behavior.line(text));
  const endInput = through<undefined>(
    present(
      hooks.map((hook) =>
        hook.end === undefined ? undefined : (_: undefined, next: (value: undefined) => void) => hook.end?.(() => next(undefined)),
      ),
    ),
    () => {
      if (!frozen) behavior.end();
      else if (!deaf) host.exit(0);
    },
  );
  const obey = through<NodeJS.Signals>(present(hooks.map((hook) => hook.signal?.bind(hook))), (signal) => {
    const code = signalCodes[signal];
    if (!started || code === undefined) host.die(signal);
    else if (frozen) host.exit(code);
    else behavior.signal(signal);
  });
  const whenStarted = (run: () => void): void => {
    if (started) run();
    else waiting.push(run);
  };
  return {
    start() {
      const begin = through<undefined>(
        present(
          hooks.map((hook) =>
            hook.start === undefined ? undefined : (_: undefined, next: (value: undefined) => void) => hook.start?.(() => next(undefined)),
          ),
        ),
        () => {
          started = true;
          behavior.start();
          for (const run of waiting.splice(0)) run();
        },
      );
      begin(undefined);
    },
    line: (text) =>
      whenStarted(() => {
        if (!frozen) hear(text);
      }),
    end: () => whenStarted(() => endInput(undefined)),
    signal: (signal) => obey(signal),
  };
}
