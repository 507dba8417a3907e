/** What `@subwire/core` is in this run: the built package as a user gets it, or another build of it. */
const coreSpecifier = process.env['SUBWIRE_BENCH_CORE'] ?? '@subwire/core';

/** @returns {Promise<typeof import('@subwire/core')>} */
export function importCore() {
  return import(coreSpecifier);
}
