import type { controlSchemas } from './control-schemas.ts';
import type { wireSchemas } from './schemas.ts';

/** The zod schemas of the wire, by the name of their interface. */
export type WireSchemas = typeof wireSchemas;

/**
 * Loads the schemas on first use: zod costs about 40 ms at start-up, and a program that validates nothing should not pay it. They are loose, so that what
 * a newer CLI adds is kept.
 */
export async function loadWireSchemas(): Promise<WireSchemas> {
  return (await import('./schemas.ts')).wireSchemas;
}

/** The zod schemas of what the CLI says in control frames: `answers` to the host's requests and `questions` of its own, each by its subtype. */
export type ControlSchemas = typeof controlSchemas;

/** Loads the schemas of control frames on first use. What the host writes is checked without them. */
export async function loadControlSchemas(): Promise<ControlSchemas> {
  return (await import('./control-schemas.ts')).controlSchemas;
}
