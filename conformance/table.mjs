// Prints what the last run of the suite showed for each backend, from its report.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(new URL('.reports/vitest.json', import.meta.url), 'utf8'));
const counts = {};
for (const { assertionResults } of report.testResults) {
  for (const { fullName, status } of assertionResults) {
    const backend = /\[(fake|transcript|real)\]/.exec(fullName)?.[1];
    if (backend === undefined) continue;
    counts[backend] ??= { passed: 0, failed: 0, 'not run': 0 };
    counts[backend][status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'not run']++;
  }
}
console.log('conformance, requirements by backend:');
console.table(counts);
