// `node .ci/totals.mjs [FAILED STEP...]`: names every failed step and every failed test with its first lines once more, then adds up the reports of the test runs and prints them as one line. A step that failed without
// a failed test, and a report that is missing, each count as one failure: a run that ended early must not look green.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const failedSteps = process.argv.slice(2);
const suites = [...readdirSync('packages').map((name) => `packages/${name}`), 'conformance', 'examples'];
const failures = [];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const suite of suites) {
  const reports = existsSync(`${suite}/.reports`) ? readdirSync(`${suite}/.reports`).filter((file) => file.endsWith('.json')) : [];
  if (!reports.includes('vitest.json')) {
    console.log(`${suite}: no report`);
    total.failed++;
  }
  for (const file of reports) {
    const report = JSON.parse(readFileSync(`${suite}/.reports/${file}`, 'utf8'));
    const skipped = report.numPendingTests + report.numTodoTests;
    // A file that could not be loaded has no tests of its own.
    const broken = report.testResults.filter((result) => result.status === 'failed' && result.assertionResults.length === 0).length;
    for (const result of report.testResults) {
      const message = (text) => (text ?? '').split('\n').slice(0, 12).join('\n    ');
      for (const test of result.assertionResults) {
        if (test.status === 'failed')
          failures.push(
            `${result.name.replace(`${process.cwd()}/`, '')} > ${test.fullName}\n    ${message(test.failureMessages.join('\n'))}`,
          );
      }
      if (result.status === 'failed' && result.assertionResults.length === 0)
        failures.push(`${result.name}\n    ${message(result.message)}`);
    }
    const where = file === 'vitest.json' ? '' : ` (${file.replace('.json', '').replace('-', ' ')})`;
    console.log(`${suite}${where}: ${report.numPassedTests} passed, ${report.numFailedTests + broken} failed, ${skipped} skipped`);
    total.passed += report.numPassedTests;
    total.failed += report.numFailedTests + broken;
    total.skipped += skipped;
  }
}
for (const failure of failures) console.log(`FAILED ${failure}`);
for (const step of failedSteps) console.log(`FAILED step ${step}`);
if (failedSteps.length > 0 && total.failed === 0) total.failed = failedSteps.length;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
