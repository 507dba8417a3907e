// Adds up the reports of the test runs and prints them as one line. A step that failed without a failed test, and a report that is missing, each count as
// one failure: a run that ended early must not look green.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const stepsFailed = process.argv[2] !== '0';
const suites = [...readdirSync('packages').map((name) => `packages/${name}`), 'conformance'];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const suite of suites) {
  const file = `${suite}/.reports/vitest.json`;
  if (!existsSync(file)) {
    console.log(`${suite}: no report`);
    total.failed++;
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = report.numPendingTests + report.numTodoTests;
  // A file that could not be loaded has no tests of its own.
  const broken = report.testResults.filter((result) => result.status === 'failed' && result.assertionResults.length === 0).length;
  console.log(`${suite}: ${report.numPassedTests} passed, ${report.numFailedTests + broken} failed, ${skipped} skipped`);
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests + broken;
  total.skipped += skipped;
}
if (stepsFailed && total.failed === 0) total.failed = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
