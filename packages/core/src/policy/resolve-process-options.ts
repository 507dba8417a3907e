import { ConfigError } from '../errors/config-error.ts';
import { defaults } from './defaults.ts';
import type { ResolvedTransportOptions, TransportOptions } from './options.ts';
import type { ProcessLimits, ResolvedProcessLimits, Rlimits } from './process-options.ts';

type ProcessOptionNames = 'limits' | 'rlimits' | 'orphanGuard' | 'containment' | 'isolated' | 'maxDepth' | 'versionCheck';

const containments: readonly string[] = ['auto', 'cgroup', 'pid-namespace', 'pdeathsig', 'plain'];
const versionChecks: readonly string[] = ['files', 'probe', 'off'];
const minOpenFiles = 64;
const minSampleMs = 20;

function fail(option: string, message: string): never {
  throw new ConfigError({ code: 'INVALID_OPTION', option, message });
}

function limit(option: string, value: number | undefined, fallback: number, unit: string, least = 0): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || Number.isNaN(value) || value <= least) {
    fail(option, `The option ${option} must be a number of ${unit}, more than ${least}.`);
  }
  return value;
}

function resolveLimits(limits: ProcessLimits | undefined): ResolvedProcessLimits | undefined {
  if (limits === undefined) return undefined;
  const { soft, hard } = limits.residentBytes ?? {};
  const resolved: ResolvedProcessLimits = {
    softBytes: limit('limits.residentBytes.soft', soft, Infinity, 'bytes'),
    hardBytes: limit('limits.residentBytes.hard', hard, Infinity, 'bytes'),
    cpuPercent: limit('limits.cpuPercent', limits.cpuPercent, Infinity, 'percent of one core'),
    cpuWindowMs: limit('limits.cpuWindowMs', limits.cpuWindowMs, defaults.limits.cpuWindowMs, 'milliseconds'),
    wallMs: limit('limits.wallMs', limits.wallMs, Infinity, 'milliseconds'),
    sampleEveryMs: limit('limits.sampleEveryMs', limits.sampleEveryMs, defaults.limits.sampleEveryMs, 'milliseconds', minSampleMs - 1),
  };
  if (soft !== undefined && hard !== undefined && soft >= hard) {
    fail('limits.residentBytes', 'The soft limit of limits.residentBytes must be lower than the hard one.');
  }
  return resolved;
}

function resolveRlimits(rlimits: Rlimits = {}): Rlimits {
  if (rlimits.addressSpaceBytes !== undefined) {
    fail(
      'rlimits.addressSpaceBytes',
      'A limit on address space keeps Node and the CLI from starting, because they reserve gigabytes that they never use. Limit what they do use, with limits.residentBytes.',
    );
  }
  limit('rlimits.cpuSeconds', rlimits.cpuSeconds, 0, 'seconds');
  limit('rlimits.openFiles', rlimits.openFiles, 0, 'files', minOpenFiles - 1);
  return rlimits;
}

function oneOf<T extends string>(option: string, value: T | undefined, fallback: T, allowed: readonly string[]): T {
  if (value !== undefined && !allowed.includes(value)) fail(option, `The option ${option} must be one of ${allowed.join(', ')}.`);
  return value ?? fallback;
}

/**
 * The options about the process itself, checked and with their defaults.
 * @throws ConfigError `INVALID_OPTION` that names the option
 */
export function resolveProcessOptions(options: TransportOptions): Pick<ResolvedTransportOptions, ProcessOptionNames> {
  return {
    limits: resolveLimits(options.limits),
    rlimits: resolveRlimits(options.rlimits),
    orphanGuard: options.orphanGuard ?? defaults.orphanGuard,
    containment: oneOf('containment', options.containment, defaults.containment, containments),
    isolated: options.isolated ?? defaults.isolated,
    maxDepth: limit('maxDepth', options.maxDepth, defaults.maxDepth, 'agents'),
    versionCheck: oneOf('versionCheck', options.versionCheck, defaults.versionCheck, versionChecks),
  };
}
