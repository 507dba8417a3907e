import os from 'node:os';
import { ConfigError } from '@subwire/core';
import type { HostSample } from './admission.ts';
import { fullJitterBackoff } from './backoff.ts';
import { classifyCause } from './classify-cause.ts';
import { monotonicClock } from './clock.ts';
import { defaults } from './defaults.ts';
import type { PoolOptions, ResolvedPoolOptions } from './options.ts';

function refuse(option: string, message: string): never {
  throw new ConfigError({ code: 'INVALID_OPTION', option, message });
}

function checkNumber(option: string, value: unknown, rule: { readonly min: number; readonly integer?: boolean }): void {
  if (value === undefined) return;
  const isNumber = typeof value === 'number' && !Number.isNaN(value) && value >= rule.min;
  const isWhole = value === Number.POSITIVE_INFINITY || Number.isInteger(value);
  if (!isNumber || (rule.integer === true && !isWhole)) {
    refuse(
      option,
      `Option ${option} must be ${rule.integer === true ? 'a whole number' : 'a number'} of at least ${rule.min}, and is ${JSON.stringify(value) ?? typeof value}.`,
    );
  }
}

function checkNames(option: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const where = option === '' ? name : `${option}.${name}`;
    refuse(where, `Option ${where} is not known. Known are: ${known.join(', ')}.`);
  }
}

const counts = ['size', 'maxStarting', 'maxUses', 'maxRecycling'] as const;
const amounts = [
  'minIdle',
  'acquireTimeoutMs',
  'startTimeoutMs',
  'validateTimeoutMs',
  'resetTimeoutMs',
  'destroyTimeoutMs',
  'closeTimeoutMs',
  'heartbeatMs',
  'trustMs',
  'maxWaiters',
  'ageingMs',
  'maxAgeMs',
  'maxIdleMs',
  'stickyMs',
  'leakAfterMs',
  'minAvailableBytes',
  'maxLoadPerCore',
] as const;
const others = [
  'key',
  'restart',
  'recycle',
  'fallback',
  'limits',
  'reclaimLeaked',
  'tenants',
  'isolateTenants',
  'budget',
  'hostSample',
  'governor',
  'checkInvariants',
  'random',
  'clock',
] as const;
const restartNames = ['limit', 'windowMs', 'healthyAfterMs', 'minUptimeMs', 'backoff', 'isPermanent', 'openMs', 'maxOpenMs'];
const budgetNames = ['usd', 'tokens', 'toolCalls', 'turns', 'wallMs'];

function checkOptions(options: PoolOptions): void {
  checkNames('', options, [...counts, ...amounts, ...others]);
  for (const name of counts) checkNumber(name, options[name], { min: 1, integer: true });
  for (const name of amounts) checkNumber(name, options[name], { min: 0 });
  if (options.size === Number.POSITIVE_INFINITY)
    refuse('size', 'Option size must be finite: it is what keeps the host from being flooded with workers.');
  const nested = {
    restart: restartNames,
    recycle: Object.keys(defaults.recycle),
    limits: Object.keys(defaults.limits),
    budget: budgetNames,
  };
  for (const [name, known] of Object.entries(nested)) {
    const given = options[name as keyof typeof nested] as Readonly<Record<string, unknown>> | undefined;
    if (given === undefined) continue;
    checkNames(name, given, known);
    for (const [field, value] of Object.entries(given)) if (typeof value !== 'function') checkNumber(`${name}.${field}`, value, { min: 0 });
  }
  for (const [tenant, given] of Object.entries(options.tenants ?? {})) {
    checkNames(`tenants.${tenant}`, given, ['weight', 'maxLeased', 'maxWaiters', 'leasesPerSecond', 'burst', 'budget']);
    for (const name of ['weight', 'leasesPerSecond'] as const) {
      const value = given[name];
      if (value !== undefined && !(value > 0)) refuse(`tenants.${tenant}.${name}`, `The ${name} of a tenant must be more than 0.`);
    }
    checkNumber(`tenants.${tenant}.burst`, given.burst, { min: 1 });
    if (given.budget !== undefined) checkNames(`tenants.${tenant}.budget`, given.budget, budgetNames);
  }
}

function sampleHost(): HostSample {
  // The load average is always 0 on Windows, which admits.
  return { availableBytes: os.freemem(), loadPerCore: (os.loadavg()[0] ?? 0) / os.availableParallelism() };
}

/** The caller's options without those that are undefined, which would otherwise hide a default. */
function given<T extends object>(options: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/**
 * Checks the options and fills in the defaults.
 * @throws ConfigError `INVALID_OPTION`, naming the option
 */
export function resolveOptions(options: PoolOptions = {}): ResolvedPoolOptions {
  checkOptions(options);
  const random = options.random ?? Math.random;
  const { isPermanent, ...restart } = given(options.restart);
  const size = options.size ?? defaults.size;
  const { priority: _priority, closeGraceMs: _graceMs, closeHurryMs: _hurryMs, ...plain } = defaults;
  return Object.freeze({
    ...plain,
    tenants: {},
    budget: undefined,
    fallback: undefined,
    governor: undefined,
    hostSample: sampleHost,
    minAvailableBytes: Math.min(512 * 1024 * 1024, os.totalmem() / 10),
    clock: monotonicClock,
    minIdle: size,
    ...(given(options) as Omit<PoolOptions, 'restart' | 'recycle' | 'limits'>),
    random,
    restart: {
      ...defaults.restart,
      backoff: fullJitterBackoff({ random }),
      classify:
        isPermanent === undefined ? classifyCause : (cause: unknown) => (isPermanent(cause) ? 'permanent' : withoutPermanent(cause)),
      ...restart,
    },
    recycle: { ...defaults.recycle, ...given(options.recycle) },
    limits: { ...defaults.limits, ...given(options.limits) },
  } as ResolvedPoolOptions);
}

function withoutPermanent(cause: unknown): 'transient' | 'resource' {
  return classifyCause(cause) === 'resource' ? 'resource' : 'transient';
}
