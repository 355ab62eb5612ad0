import { rmSync } from 'node:fs';
import { loadTypeScript } from '../../scripts/load-script.mjs';

/**
 * Searches all that the run recorded for the secrets that were used in it, and prints the totals as one line on standard output, which `.ci/run`
 * repeats at its end.
 *
 * A suite that could not be loaded has no failed tests; it counts as one failure here, and so does each secret that was found.
 */
export default class TotalsReporter {
  #leaks = [];

  async onRunComplete(_contexts, results) {
    await this.#searchRecord(process.env.TEST_RUN_RECORD);
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + this.#leaks.length;
    process.stdout.write(`zonewright: ${results.numPassedTests} passed, ${failed} failed\n`);
  }

  async #searchRecord(directory) {
    const { searchRecord } = await loadTypeScript('test/support/leaks/run-search.ts');
    const begin = performance.now();
    const { secrets, octets, leaks } = searchRecord(directory);
    rmSync(directory, { recursive: true });
    this.#leaks = leaks;
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    process.stdout.write(
      `Searched ${Math.ceil(octets / 1e6)} MB of outputs, files and errors for ${secrets} secrets of this run in ${seconds} s: ` +
        `${leaks.length === 0 ? 'none' : `${leaks.length} found`}\n`,
    );
    for (const leak of leaks) process.stdout.write(`LEAKED ${leak}\n`);
  }

  /** Makes the run fail. */
  getLastError() {
    if (this.#leaks.length > 0) return new Error(`secrets in what the run left: ${this.#leaks.length}`);
  }
}
