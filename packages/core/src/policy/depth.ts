import { ConfigError } from '../errors/config-error.ts';

function parseDepth(text: string | undefined): number {
  const depth = Number.parseInt(text ?? '0', 10);
  return Number.isInteger(depth) && depth > 0 ? depth : 0;
}

/** The depth of an agent that is started from here. */
export function nextDepth(own: string | undefined): string {
  return String(parseDepth(own) + 1);
}

/**
 * Refuses an agent below too many others: one that starts itself again, directly or through a tool, would go on for ever.
 * @throws ConfigError `TOO_DEEP`
 */
export function checkDepth(own: string | undefined, maxDepth: number): void {
  const depth = parseDepth(own);
  if (depth < maxDepth) return;
  throw new ConfigError({
    code: 'TOO_DEEP',
    option: 'maxDepth',
    message: `This program runs inside ${depth === 1 ? 'an agent' : `${depth} agents, one in the other,`} already. Raise maxDepth above ${maxDepth} if it is meant to start another one.`,
  });
}
