import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../errors/config-error.ts';
import { defaults } from './defaults.ts';
import { resolveProcessOptions } from './resolve-process-options.ts';
import type { ResolvedTransportOptions, TransportOptions } from './options.ts';
import type { ShutdownPolicy } from './shutdown.ts';

function fail(option: string, message: string): never {
  throw new ConfigError({ code: 'INVALID_OPTION', option, message });
}

function positive(option: string, value: number | undefined, fallback: number, unit: string): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || Number.isNaN(value) || value < 0)
    fail(option, `The option ${option} must be a number of ${unit}, 0 or more.`);
  return value;
}

function resolveCommand(command: TransportOptions['command']): ResolvedTransportOptions['command'] {
  if (command === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(command) ? command : [command];
  const [file] = list;
  if (typeof file !== 'string' || file === '')
    fail('command', 'The option command must name an executable: a path, a base name, or an array that starts with one.');
  if (list.some((part) => typeof part !== 'string' || part.includes('\0')))
    fail('command', 'Each part of the option command must be a string without NUL characters.');
  return list as [string, ...string[]];
}

function resolveCwd(cwd: string | URL | undefined, hostCwd: string): string {
  if (cwd === undefined) return hostCwd;
  if (cwd instanceof URL) {
    if (cwd.protocol !== 'file:') fail('cwd', 'The option cwd must be a path or a file: URL.');
    return fileURLToPath(cwd);
  }
  if (typeof cwd !== 'string' || cwd === '' || cwd.includes('\0')) fail('cwd', 'The option cwd must be a path or a file: URL.');
  return isAbsolute(cwd) ? cwd : resolve(hostCwd, cwd);
}

function resolveShutdown(shutdown: Partial<ShutdownPolicy> = {}): ShutdownPolicy {
  const base = defaults.shutdown;
  return {
    eofGraceMs: positive('shutdown.eofGraceMs', shutdown.eofGraceMs, base.eofGraceMs, 'milliseconds'),
    termGraceMs: positive('shutdown.termGraceMs', shutdown.termGraceMs, base.termGraceMs, 'milliseconds'),
    killGraceMs: positive('shutdown.killGraceMs', shutdown.killGraceMs, base.killGraceMs, 'milliseconds'),
    drainMs: positive('shutdown.drainMs', shutdown.drainMs, base.drainMs, 'milliseconds'),
    tree: shutdown.tree ?? base.tree,
  };
}

function resolveFileArgs(values: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(values)) {
    if (!/^[a-zA-Z][\w-]*$/.test(name)) fail('fileArgs', `${name} is no name of a flag. Give it without dashes, such as settings.`);
    if (typeof value !== 'string') fail('fileArgs', `The value of ${name} in the option fileArgs must be a string.`);
  }
  return values;
}

/**
 * Checks options and puts every default in place, so that nothing inside is optional.
 * @throws ConfigError `INVALID_OPTION` that names the option
 */
export function resolveTransportOptions(options: TransportOptions, hostCwd: string): ResolvedTransportOptions {
  const args = options.args ?? [];
  if (!Array.isArray(args) || args.some((arg) => typeof arg !== 'string' || arg.includes('\0'))) {
    fail('args', 'The option args must be an array of strings without NUL characters.');
  }
  return {
    command: resolveCommand(options.command),
    args,
    fileArgs: resolveFileArgs(options.fileArgs),
    cwd: resolveCwd(options.cwd, hostCwd),
    env: options.env ?? {},
    inheritEnv: options.inheritEnv ?? defaults.inheritEnv,
    credential: options.credential ?? defaults.credential,
    allowedCommands: options.allowedCommands ?? defaults.allowedCommands,
    maxLineBytes: positive('maxLineBytes', options.maxLineBytes, defaults.maxLineBytes, 'bytes'),
    onOversizeLine: options.onOversizeLine ?? defaults.onOversizeLine,
    stderrTailLines: positive('stderrTailLines', options.stderrTailLines, defaults.stderrTailLines, 'lines'),
    stderrFile: options.stderrFile ?? defaults.stderrFile,
    maxHeldMessages: positive('maxHeldMessages', options.maxHeldMessages, defaults.maxHeldMessages, 'messages'),
    strict: options.strict ?? defaults.strict,
    validate: options.validate ?? defaults.validate,
    shutdown: resolveShutdown(options.shutdown),
    ...resolveProcessOptions(options),
    spawner: options.spawner,
    wrapSpawner: options.wrapSpawner ?? ((spawner) => spawner),
  };
}
