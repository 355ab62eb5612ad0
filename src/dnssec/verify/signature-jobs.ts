import { allocateBytes, allocateUint16, allocateUint32 } from '../../dns/byte-buffer.ts';
import { nameLength } from '../../dns/name.ts';
import type { Zone } from '../../zone/zone.ts';
import type { Crypto } from '../crypto.ts';
import { rrsetOfRow, RrsigOffset, SignedData, type RecordColumns, type SignedRrsets } from '../rrsig.ts';
import type { RangeWork } from '../work-pool.ts';

/** Outcomes of a row: not run, made by none of its keys; from `MADE_BY` on the key that made it. */
export const NOT_RUN = 0;
export const NOT_MADE = 1;
export const MADE_BY = 2;

/**
 * Signatures to be verified, one a row: plain columns in shared memory, so that any thread can take ranges of rows. The rows of an RRset are
 * neighbours.
 */
export interface VerificationRows extends SignedRrsets {
  /** The RRset in the zone. */
  readonly rrsets: Uint32Array;
  /** The RRSIG record in the store, and where its signature starts in the RDATA. */
  readonly rrsigs: Uint32Array;
  readonly signatureOffsets: Uint16Array;
  /** Which keys may have made it: `[firstKeys[row], endKeys[row])` of the list that comes with the rows; none where it need not be run. */
  readonly firstKeys: Uint16Array;
  readonly endKeys: Uint16Array;
  /** `SignatureDefect` of each row. */
  readonly defects: Uint8Array;
  readonly outcomes: Uint16Array;
}

/** All that it takes to verify the signatures of some rows; passes between threads as it is. */
export interface VerificationTask {
  readonly kind: 'verify';
  readonly rows: VerificationRows;
  readonly columns: RecordColumns;
  /** The keys that rows refer to; undefined for one that verifies nothing. */
  readonly keys: readonly (VerificationKey | undefined)[];
}

export interface VerificationKey {
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
}

/** Rows and how many of them are filled. */
export class VerificationJobs {
  readonly rows: VerificationRows;
  count = 0;

  constructor(capacity: number, records: Uint32Array, zoneClass: number) {
    const wide = (): Uint32Array => allocateUint32(capacity);
    const narrow = (): Uint16Array => allocateUint16(capacity);
    this.rows = {
      zoneClass,
      records,
      rrsets: wide(),
      ownerOffsets: wide(),
      types: narrow(),
      starts: wide(),
      ends: wide(),
      rrsigs: wide(),
      signatureOffsets: narrow(),
      firstKeys: narrow(),
      endKeys: narrow(),
      defects: allocateBytes(capacity),
      outcomes: narrow(),
    };
  }

  /**
   * Adds a signature over an RRset of the zone that the rows are for, and returns its row.
   * @param record of the RRSIG
   */
  add(zone: Zone, rrset: number, record: number, firstKey: number, endKey: number): number {
    const row = this.count++;
    const { rows } = this;
    const { names, rdata, rdataOffsets } = zone.store;
    rows.rrsets[row] = rrset;
    rows.ownerOffsets[row] = names.offsets[zone.ownerNames[zone.rrsetOwners[rrset]!]!]!;
    rows.types[row] = zone.rrsetTypes[rrset]!;
    rows.starts[row] = zone.rrsetRecords[rrset]!;
    rows.ends[row] = zone.rrsetRecords[rrset + 1]!;
    rows.rrsigs[row] = record;
    const signer = rdataOffsets[record]! + RrsigOffset.SignerName;
    rows.signatureOffsets[row] = RrsigOffset.SignerName + nameLength(rdata.bytes, signer);
    rows.firstKeys[row] = firstKey;
    rows.endKeys[row] = endKey;
    return row;
  }
}

/** Signatures of a key from which on a batch verifier is worth its making, in each of a few threads. */
const WORTH_A_BATCH = 4000;

/** Makes a thread ready to verify signatures of the task's rows: each with the keys of its algorithm and tag, until one fits. */
export async function prepareVerification(
  { rows, columns, keys }: VerificationTask,
  crypto: Crypto,
): Promise<RangeWork> {
  const verifiers = keys.map((key) => key && crypto.importPublicKey(key.algorithm, key.publicKey));
  const counts = signaturesOfKeys(rows, keys.length);
  const batches = await Promise.all(
    verifiers.map(async (verifier, key) => (counts[key]! < WORTH_A_BATCH ? undefined : verifier?.batch?.())),
  );
  const signedData = new SignedData();
  const { rdataBytes, rdataOffsets, rdataLengths } = columns;
  const signatureStart = (row: number): number =>
    rdataOffsets[rows.rrsigs[row]!]! + rows.signatureOffsets[row]!;
  const signatureOf = (row: number): Uint8Array => {
    const rrsig = rows.rrsigs[row]!;
    return rdataBytes.subarray(signatureStart(row), rdataOffsets[rrsig]! + rdataLengths[rrsig]!);
  };
  const dataOf = (row: number): Uint8Array =>
    signedData.compose(
      columns,
      rrsetOfRow(rows, row),
      rdataBytes,
      rdataOffsets[rows.rrsigs[row]!]!,
      signatureStart(row),
    );
  const verifyOne = (row: number): void => {
    const endKey = rows.endKeys[row]!;
    let key = rows.firstKeys[row]!;
    if (key === endKey) return;
    const data = dataOf(row);
    const signature = signatureOf(row);
    while (key < endKey && verifiers[key]?.verify(data, signature) !== true) key++;
    rows.outcomes[row] = key < endKey ? MADE_BY + key : NOT_MADE;
  };
  const isBatched = (row: number): boolean =>
    rows.firstKeys[row] !== rows.endKeys[row] && batches[rows.firstKeys[row]!] !== undefined;
  return (first, last) => {
    for (let row = first; row < last; row++) {
      if (isBatched(row)) batches[rows.firstKeys[row]!]!.add(dataOf(row), signatureOf(row));
      else verifyOne(row);
    }
    const proven = batches.map((batch) => batch?.finish().values());
    for (let row = first; row < last; row++) {
      if (!isBatched(row)) continue;
      const key = rows.firstKeys[row]!;
      if (proven[key]!.next().value === true) rows.outcomes[row] = MADE_BY + key;
      else verifyOne(row);
    }
  };
}

/** How many rows each key may have made, those aside that another key is tried for first. */
function signaturesOfKeys({ firstKeys, endKeys }: VerificationRows, keys: number): Uint32Array {
  const counts = new Uint32Array(keys);
  for (const [row, key] of firstKeys.entries()) if (key !== endKeys[row]) counts[key]!++;
  return counts;
}
