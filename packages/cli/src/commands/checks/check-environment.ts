import { posixProfile, windowsProfile } from '@subwire/core';
import type { Io } from '../../io/io.ts';
import type { Check } from '../../render/report.ts';

const agentMarker = /^(?:CLAUDECODE$|CLAUDE_CODE_|CLAUDE_AGENT_SDK_)/;

/** What of our environment an agent gets to see. Names only: a value may be a secret. */
export function checkEnvironment({ env, runtime }: Pick<Io, 'env' | 'runtime'>): Check {
  const isWindows = runtime.platform === 'win32';
  const fold = (name: string): string => (isWindows ? name.toUpperCase() : name);
  const profile = new Set((isWindows ? windowsProfile : posixProfile).map(fold));
  const names = Object.keys(env).filter((name) => env[name] !== undefined);
  const handedOn = names.filter((name) => profile.has(fold(name))).sort();
  const markers = names.filter((name) => agentMarker.test(name)).sort();
  const inAgent = env['CLAUDECODE'] !== undefined;
  return {
    name: 'environment',
    verdict: 'ok',
    summary: `${handedOn.length} of ${names.length} variables are handed on to an agent${inAgent ? '; we run inside an agent ourselves' : ''}`,
    notes: [handedOn.join(' '), ...(markers.length === 0 ? [] : [`kept back, because they belong to another agent: ${markers.join(' ')}`])],
    facts: { handedOn, keptBack: markers },
  };
}
