// A task that takes a while and leaves a line where it was done, so that one that was done twice can be seen.
import { appendFileSync } from 'node:fs';

/** @param {{ id: number, ms: number, file: string }} task */
export async function work({ id, ms, file }) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  appendFileSync(file, `${id}\n`);
  return id;
}
