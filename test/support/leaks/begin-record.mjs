import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Makes the private directory of a test run's record. The workers find its name in their environment. */
export default function beginRecord() {
  process.env.TEST_RUN_RECORD = mkdtempSync(path.join(os.tmpdir(), 'zonewright-record-'));
}
