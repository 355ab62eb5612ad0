/**
 * Prints the totals as one line on standard output, which `.ci/run` repeats at its end.
 *
 * A suite that could not be loaded has no failed tests; it counts as one failure here.
 */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.stdout.write(`zonewright: ${results.numPassedTests} passed, ${failed} failed\n`);
  }
}
