import { allocateBytes } from '../../dns/byte-buffer.ts';
import type { Verifier } from '../crypto.ts';
import { SignedData, type RecordColumns } from '../rrsig.ts';

/** Outcomes of a job: not run, not made by any of its keys; above these the key that made it, counted from `MADE_BY`. */
export const NOT_RUN = 0;
export const NOT_MADE = 1;
export const MADE_BY = 2;

/**
 * Signatures to be verified, one a row: plain columns in shared memory, so that workers can take ranges of rows. The rows of an RRset are
 * neighbours.
 */
export class SignatureJobs {
  readonly zoneClass: number;
  /** Record numbers that rows refer to: `records[starts[row], ends[row])` are the RRset of a row. */
  readonly records: Uint32Array;
  count = 0;
  readonly rrsets: Uint32Array;
  /** Where the owner's name starts in the name table. */
  readonly ownerOffsets: Uint32Array;
  readonly types: Uint16Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** The RRSIG record in the store, and where its signature starts in the RDATA. */
  readonly rrsigs: Uint32Array;
  readonly signatureOffsets: Uint16Array;
  /** Which keys may have made it: `[firstKeys[row], lastKeys[row])` of the key list; none where it need not be run. */
  readonly firstKeys: Uint16Array;
  readonly endKeys: Uint16Array;
  /** `SignatureDefect` of each row. */
  readonly defects: Uint8Array;
  readonly outcomes: Uint16Array;

  constructor(capacity: number, records: Uint32Array, zoneClass: number) {
    const wide = (): Uint32Array => new Uint32Array(allocateBytes(capacity * 4).buffer);
    const narrow = (): Uint16Array => new Uint16Array(allocateBytes(capacity * 2).buffer);
    this.zoneClass = zoneClass;
    this.records = records;
    this.rrsets = wide();
    this.ownerOffsets = wide();
    this.types = narrow();
    this.starts = wide();
    this.ends = wide();
    this.rrsigs = wide();
    this.signatureOffsets = narrow();
    this.firstKeys = narrow();
    this.endKeys = narrow();
    this.defects = allocateBytes(capacity);
    this.outcomes = narrow();
  }
}

/** Verifies the signatures of rows `[first, last)` with the keys of their algorithm and tag, and writes down which key made each. */
export function verifySignatures(
  jobs: SignatureJobs,
  columns: RecordColumns,
  keys: readonly (Verifier | undefined)[],
  first: number,
  last: number,
): void {
  const signedData = new SignedData();
  const { rdataBytes, rdataOffsets, rdataLengths } = columns;
  for (let row = first; row < last; row++) {
    const endKey = jobs.endKeys[row]!;
    let key = jobs.firstKeys[row]!;
    if (key === endKey) continue;
    const rrsig = jobs.rrsigs[row]!;
    const start = rdataOffsets[rrsig]!;
    const signatureStart = start + jobs.signatureOffsets[row]!;
    const data = signedData.compose(
      columns,
      {
        ownerOffset: jobs.ownerOffsets[row]!,
        type: jobs.types[row]!,
        zoneClass: jobs.zoneClass,
        records: jobs.records,
        start: jobs.starts[row]!,
        end: jobs.ends[row]!,
      },
      rdataBytes,
      start,
      signatureStart,
    );
    const signature = rdataBytes.subarray(signatureStart, start + rdataLengths[rrsig]!);
    while (key < endKey && keys[key]?.verify(data, signature) !== true) key++;
    jobs.outcomes[row] = key < endKey ? MADE_BY + key : NOT_MADE;
  }
}
