import { describe, test } from 'vitest';
import { backends, notOn, playOn } from './backends.ts';
import type { Conversation } from './converse.ts';
import { type Backend, expectedFailures, requirements, type RequirementId } from './requirements.ts';

/** Registers the check of a requirement, once for each backend that can show it. */
export function verifies(id: RequirementId, check: (conversation: Conversation, backend: Backend) => void): void {
  describe(`${id}: ${requirements[id].text}`, () => {
    for (const { name, available } of backends) {
      if (notOn(name, id) !== undefined) continue;
      const expectedToFail = expectedFailures.some((entry) => entry.id === id && entry.backend === name);
      const title = `[${name}] ${id}`;
      const body = async (): Promise<void> => check(await playOn(name, id), name);
      if (expectedToFail) test.fails(title, body);
      else test.skipIf(!available)(title, body);
    }
  });
}
