import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../scenario/json.ts';
import { turnUsage } from '../scenario/usage.ts';
import type { Flags } from './flags.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;

/** Why a start with these flags is refused: one line on stderr, and, for a failed resume, a result. */
export interface SessionRefusal {
  readonly stderr: string;
  readonly result: JsonObject | undefined;
}

/** Checks `--resume` and `--session-id` against the ids that a folder remembers. */
export function refuseSession(folder: string, flags: Flags, newId: string): SessionRefusal | undefined {
  const resumed = flags.value('resume');
  if (resumed !== undefined && !isKnown(folder, resumed)) {
    const stderr = uuid.test(resumed)
      ? `No conversation found with session ID: ${resumed}`
      : `Error: --resume requires a valid session ID or session title when used with --print. Usage: claude -p --resume <session-id|title>. Provided value "${resumed}" is not a UUID and does not match any session title.`;
    return { stderr, result: failedResume(resumed, newId, stderr) };
  }
  const wanted = flags.value('session-id');
  if (wanted !== undefined && resumed === undefined && isKnown(folder, wanted))
    return { stderr: `Error: Session ID ${wanted} is already in use.`, result: undefined };
  return undefined;
}

export function rememberSession(folder: string, id: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, encodeURIComponent(id)), '');
}

function isKnown(folder: string, id: string): boolean {
  return existsSync(path.join(folder, encodeURIComponent(id)));
}

function failedResume(sessionId: string, newId: string, error: string): JsonObject {
  return {
    type: 'result',
    subtype: 'error_during_execution',
    duration_ms: 0,
    duration_api_ms: 0,
    is_error: true,
    num_turns: 0,
    stop_reason: null,
    session_id: sessionId,
    total_cost_usd: 0,
    usage: turnUsage({ input: 0, output: 0 }),
    modelUsage: {},
    permission_denials: [],
    uuid: newId,
    errors: [error],
    result_index: 0,
  };
}
