import { inputError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import type { RecordStore } from '../zone/record-store.ts';
import { algorithmLabel } from './algorithms.ts';
import type { PreparedKey } from './prepared-keys.ts';
import { rrsetOfRow, SignedData } from './rrsig.ts';
import { recordColumns, type SigningJobs } from './signing-jobs.ts';

/**
 * Verifies one signature of each key, at the apex where it made one there, with the public part.
 * @throws ZonewrightError `sign/self-check`
 */
export function checkSignatures(jobs: SigningJobs, keys: readonly PreparedKey[], store: RecordStore): void {
  const { rows } = jobs;
  const columns = recordColumns(store);
  const signedData = new SignedData();
  for (const key of keys) {
    const row = rowToCheck(jobs, key);
    if (row < 0) continue;
    const header = rows.headers[row]!;
    const signature = rows.signatures[row]!;
    const data = signedData.compose(columns, rrsetOfRow(rows, row), columns.rdataBytes, header, signature);
    if (!key.verifier.verify(data, columns.rdataBytes.subarray(signature, signature + key.signatureLength))) {
      throw inputError(
        'sign/self-check',
        `the private part of key ${key.keyTag} (${algorithmLabel(key.algorithm)}) does not belong to its public part`,
        { hint: 'restore both files of the key from a backup, or make a new key with zonewright keygen' },
      );
    }
  }
}

function rowToCheck(jobs: SigningJobs, key: PreparedKey): number {
  const { keys, types } = jobs.rows;
  let found = -1;
  for (let row = 0; row < jobs.count; row++) {
    if (keys[row] !== key.index) continue;
    if (types[row] === Type.SOA || types[row] === Type.DNSKEY) return row;
    found = row;
  }
  return found;
}
