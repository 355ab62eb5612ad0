import { allocateBytes } from '../dns/byte-buffer.ts';
import type { RecordStore } from '../zone/record-store.ts';
import type { Signer } from './crypto.ts';
import { SignedData, type RecordColumns, type SignedRrset } from './rrsig.ts';

/**
 * Signatures to be made, one a row: plain columns in shared memory, so that workers can take ranges of rows.
 *
 * Each row's RRSIG is in the record store already, with room for the signature; making it means to fill that room.
 */
export class SigningJobs {
  readonly zoneClass: number;
  /** Record numbers that rows refer to: `records[starts[row], ends[row])` are the row's RRset. */
  readonly records: Uint32Array;
  /** Rows `[first, count)` are to be done. */
  first = 0;
  count = 0;
  /** Where the owner's name starts in the name table. */
  readonly ownerOffsets: Uint32Array;
  readonly types: Uint16Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Where the RRSIG's RDATA starts in the store, and where its signature starts. */
  readonly headers: Uint32Array;
  readonly signatures: Uint32Array;
  /** Which key signs, as an index of the list that the runner gets. */
  readonly keys: Uint8Array;

  constructor(capacity: number, records: Uint32Array, zoneClass: number) {
    this.records = records;
    this.zoneClass = zoneClass;
    const column = (): Uint32Array => new Uint32Array(allocateBytes(capacity * 4).buffer);
    this.ownerOffsets = column();
    this.types = new Uint16Array(allocateBytes(capacity * 2).buffer);
    this.starts = column();
    this.ends = column();
    this.headers = column();
    this.signatures = column();
    this.keys = allocateBytes(capacity);
  }

  add(row: {
    readonly ownerOffset: number;
    readonly type: number;
    readonly start: number;
    readonly end: number;
    readonly header: number;
    readonly signature: number;
    readonly key: number;
  }): void {
    const at = this.count++;
    this.ownerOffsets[at] = row.ownerOffset;
    this.types[at] = row.type;
    this.starts[at] = row.start;
    this.ends[at] = row.end;
    this.headers[at] = row.header;
    this.signatures[at] = row.signature;
    this.keys[at] = row.key;
  }

  /** The RRset of a row. */
  rrsetOf(row: number): SignedRrset {
    return {
      ownerOffset: this.ownerOffsets[row]!,
      type: this.types[row]!,
      zoneClass: this.zoneClass,
      records: this.records,
      start: this.starts[row]!,
      end: this.ends[row]!,
    };
  }
}

/** What of a record store the rows of a job table refer to. */
export function recordColumns(store: RecordStore): RecordColumns {
  return {
    nameBytes: store.names.wire.bytes,
    rdataBytes: store.rdata.bytes,
    rdataOffsets: store.rdataOffsets,
    rdataLengths: store.rdataLengths,
  };
}

/** Makes the signatures of rows `[first, last)`. */
export function runSigningJobs(
  jobs: SigningJobs,
  columns: RecordColumns,
  signers: readonly Signer[],
  first: number,
  last: number,
): void {
  const signedData = new SignedData();
  const { rdataBytes } = columns;
  for (let row = first; row < last; row++) {
    const signatureStart = jobs.signatures[row]!;
    const data = signedData.compose(
      columns,
      jobs.rrsetOf(row),
      rdataBytes,
      jobs.headers[row]!,
      signatureStart,
    );
    rdataBytes.set(signers[jobs.keys[row]!]!.sign(data), signatureStart);
  }
}
