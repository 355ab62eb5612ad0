import { allocateBytes, allocateUint16, allocateUint32 } from '../dns/byte-buffer.ts';
import type { RecordStore } from '../zone/record-store.ts';
import type { BatchSigner, Crypto, PrivateKeyMaterial, Signer } from './crypto.ts';
import { rrsetOfRow, SignedData, type RecordColumns, type SignedRrsets } from './rrsig.ts';
import type { RangeWork } from './work-pool.ts';

/**
 * Signatures to be made, one a row: plain columns in shared memory, so that any thread can take ranges of rows.
 *
 * Each row's RRSIG is in the record store already, with room for the signature; making it means to fill that room.
 */
export interface SigningRows extends SignedRrsets {
  /** Where the RRSIG's RDATA starts in the store, and where its signature starts. */
  readonly headers: Uint32Array;
  readonly signatures: Uint32Array;
  /** Which key signs, as an index of the list that comes with the rows. */
  readonly keys: Uint8Array;
}

/** All that it takes to make the signatures of some rows; passes between threads as it is. */
export interface SigningTask {
  readonly kind: 'sign';
  readonly rows: SigningRows;
  /** About how many there will be. */
  readonly expected: number;
  readonly columns: RecordColumns;
  /** Undefined for a key whose rows are made elsewhere. */
  readonly keys: readonly (PrivateKeyMaterial | undefined)[];
  /** Whether ECDSA signatures follow from key and data alone. */
  readonly deterministic: boolean;
}

/** Fills signing rows one by one. */
export class SigningJobs {
  readonly rows: SigningRows;
  count = 0;

  constructor(capacity: number, records: Uint32Array, zoneClass: number) {
    const column = (): Uint32Array => allocateUint32(capacity);
    this.rows = {
      zoneClass,
      records,
      ownerOffsets: column(),
      types: allocateUint16(capacity),
      starts: column(),
      ends: column(),
      headers: column(),
      signatures: column(),
      keys: allocateBytes(capacity),
    };
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
    const { rows } = this;
    rows.ownerOffsets[at] = row.ownerOffset;
    rows.types[at] = row.type;
    rows.starts[at] = row.start;
    rows.ends[at] = row.end;
    rows.headers[at] = row.header;
    rows.signatures[at] = row.signature;
    rows.keys[at] = row.key;
  }
}

/** What of a record store rows refer to. */
export function recordColumns(store: RecordStore): RecordColumns {
  return {
    nameBytes: store.names.wire.bytes,
    rdataBytes: store.rdata.bytes,
    rdataOffsets: store.rdataOffsets,
    rdataLengths: store.rdataLengths,
  };
}

/** Rows from which on the faster way of a key is worth loading. */
const WORTH_BATCHES = 4000;

/** Makes a thread ready to make signatures of the task's rows. */
export async function prepareSigning(
  { rows, expected, columns, keys, deterministic }: SigningTask,
  crypto: Crypto,
): Promise<RangeWork> {
  const { rdataBytes } = columns;
  const isLarge = expected >= WORTH_BATCHES;
  const signers = await Promise.all(
    keys.map(async (key) => {
      if (key === undefined) return undefined;
      const signer = await crypto.importPrivateKey(key, { deterministic });
      return new RowSigner(signer, rdataBytes, isLarge ? await signer.batch?.() : undefined);
    }),
  );
  const signedData = new SignedData();
  return (first, last) => {
    for (let row = first; row < last; row++) {
      const signer = signers[rows.keys[row]!];
      if (signer === undefined) continue;
      const place = rows.signatures[row]!;
      signer.sign(
        signedData.compose(columns, rrsetOfRow(rows, row), rdataBytes, rows.headers[row]!, place),
        place,
      );
    }
    for (const signer of signers) signer?.finish();
  };
}

/** Signatures that a thread makes one by one before it begins with batches: to make so many takes as long as to get ready. */
const BEFORE_BATCHES = 400;

/** A key in one thread, which puts its signatures into their places. */
class RowSigner {
  readonly #signer: Signer;
  readonly #rdata: Uint8Array;
  readonly #makeBatch: (() => BatchSigner | undefined) | undefined;
  #oneByOne: number;
  #batch: BatchSigner | undefined;
  /** Where the signatures of the batch belong. */
  readonly #places: number[] = [];

  constructor(signer: Signer, rdata: Uint8Array, makeBatch: (() => BatchSigner | undefined) | undefined) {
    this.#signer = signer;
    this.#rdata = rdata;
    this.#makeBatch = makeBatch;
    this.#oneByOne = signer.hasBatch === true ? 0 : BEFORE_BATCHES;
  }

  sign(data: Uint8Array, place: number): void {
    if (this.#oneByOne-- === 0) this.#batch = this.#makeBatch?.();
    if (this.#batch === undefined) {
      this.#rdata.set(this.#signer.sign(data), place);
    } else {
      this.#batch.add(data);
      this.#places.push(place);
    }
  }

  finish(): void {
    const places = this.#places.splice(0);
    if (this.#batch === undefined || places.length === 0) return;
    const signatures = this.#batch.finish();
    const length = signatures.length / places.length;
    for (const [i, place] of places.entries())
      this.#rdata.set(signatures.subarray(i * length, (i + 1) * length), place);
  }
}
