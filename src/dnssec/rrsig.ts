import { ByteBuffer } from '../dns/byte-buffer.ts';
import { countLabels, isWildcard, LOWER_CASE, nameLength } from '../dns/name.ts';
import { lowerCaseRdata, hasLowerCaseNames } from '../rr/rdata.ts';

/** Octets of RRSIG RDATA before the signer's name (RFC 4034 section 3.1). */
export const RRSIG_FIXED_LENGTH = 18;

/** The fields of an RRSIG record. Times are seconds since 1970, modulo 2^32. */
export interface Rrsig {
  readonly typeCovered: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  /** The signer's name in wire form, as it stands. */
  readonly signerName: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads well-formed RRSIG RDATA; names and signature are views of it. */
export function readRrsig(rdata: Uint8Array): Rrsig {
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.byteLength);
  const signatureStart = RRSIG_FIXED_LENGTH + nameLength(rdata, RRSIG_FIXED_LENGTH);
  return {
    typeCovered: view.getUint16(0),
    algorithm: view.getUint8(2),
    labels: view.getUint8(3),
    originalTtl: view.getUint32(4),
    expiration: view.getUint32(8),
    inception: view.getUint32(12),
    keyTag: view.getUint16(16),
    signerName: rdata.subarray(RRSIG_FIXED_LENGTH, signatureStart),
    signature: rdata.subarray(signatureStart),
  };
}

/** Where fields stand in RRSIG RDATA, for those who read columns of many. */
export const RrsigOffset = {
  TypeCovered: 0,
  Algorithm: 2,
  Labels: 3,
  OriginalTtl: 4,
  Expiration: 8,
  Inception: 12,
  KeyTag: 16,
  SignerName: 18,
} as const;

/** A field of two octets. */
export function u16At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** A field of four octets. */
export function u32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Appends RRSIG RDATA up to the signature, the signer's name in canonical form. */
export function writeRrsigHeader(rrsig: Omit<Rrsig, 'signature'>, out: ByteBuffer): void {
  out.u16(rrsig.typeCovered);
  out.u8(rrsig.algorithm);
  out.u8(rrsig.labels);
  out.u32(rrsig.originalTtl);
  out.u32(rrsig.expiration);
  out.u32(rrsig.inception);
  out.u16(rrsig.keyTag);
  const { signerName } = rrsig;
  out.reserve(signerName.length);
  for (let i = 0; i < signerName.length; i++) out.bytes[out.length++] = LOWER_CASE[signerName[i]!]!;
}

/** The Labels field for an owner: its labels without the root and without a leading `*` (RFC 4034 section 3.1.3). */
export function rrsigLabels(bytes: Uint8Array, ownerOffset = 0): number {
  return countLabels(bytes, ownerOffset) - (isWildcard(bytes, ownerOffset) ? 1 : 0);
}

/** The columns of a record store that signing reads: plain arrays, so that they pass between threads. */
export interface RecordColumns {
  /** Owner names in wire form. */
  readonly nameBytes: Uint8Array;
  readonly rdataBytes: Uint8Array;
  readonly rdataOffsets: Uint32Array;
  readonly rdataLengths: Uint16Array;
}

/** An RRset as signing sees it: `records[start, end)` are record numbers in canonical order without duplicates. */
export interface SignedRrset {
  /** Where the owner's name starts in `nameBytes`. */
  readonly ownerOffset: number;
  readonly type: number;
  readonly zoneClass: number;
  readonly records: Uint32Array;
  readonly start: number;
  readonly end: number;
}

/** RRsets as columns, one a row. */
export interface SignedRrsets {
  readonly zoneClass: number;
  /** Record numbers that rows refer to: `records[starts[row], ends[row])` are the row's RRset. */
  readonly records: Uint32Array;
  /** Where the owner's name starts in the name table. */
  readonly ownerOffsets: Uint32Array;
  readonly types: Uint16Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** The RRset of a row. */
export function rrsetOfRow(rows: SignedRrsets, row: number): SignedRrset {
  return {
    ownerOffset: rows.ownerOffsets[row]!,
    type: rows.types[row]!,
    zoneClass: rows.zoneClass,
    records: rows.records,
    start: rows.starts[row]!,
    end: rows.ends[row]!,
  };
}

/** Composes the octets over which an RRSIG is made (RFC 4034 section 3.1.8.1). */
export class SignedData {
  readonly #out = new ByteBuffer(4096);
  readonly #owner = new Uint8Array(258);

  /**
   * The octets for an RRset under the RRSIG whose RDATA up to the signature is `header[headerStart, headerEnd)`.
   * The view is valid until the next call.
   */
  compose(
    columns: RecordColumns,
    rrset: SignedRrset,
    header: Uint8Array,
    headerStart: number,
    headerEnd: number,
  ): Uint8Array {
    const out = this.#out;
    out.clear();
    out.append(header, headerStart, headerEnd);
    this.#lowerCaseSigner(headerEnd - headerStart);
    const ownerLength = this.#canonicalOwner(columns.nameBytes, rrset.ownerOffset, header[headerStart + 3]!);
    const { rdataBytes, rdataOffsets, rdataLengths } = columns;
    const originalTtl = headerStart + 4;
    const lowerCase = hasLowerCaseNames(rrset.type);
    for (let i = rrset.start; i < rrset.end; i++) {
      const record = rrset.records[i]!;
      const rdataStart = rdataOffsets[record]!;
      const rdataLength = rdataLengths[record]!;
      out.append(this.#owner, 0, ownerLength);
      out.u16(rrset.type);
      out.u16(rrset.zoneClass);
      out.append(header, originalTtl, originalTtl + 4);
      out.u16(rdataLength);
      out.append(rdataBytes, rdataStart, rdataStart + rdataLength);
      if (lowerCase) lowerCaseRdata(rrset.type, out.bytes, out.length - rdataLength, out.length);
    }
    return out.view();
  }

  #lowerCaseSigner(headerLength: number): void {
    const { bytes } = this.#out;
    for (let i = RRSIG_FIXED_LENGTH; i < headerLength; i++) bytes[i] = LOWER_CASE[bytes[i]!]!;
  }

  /** The owner in canonical form, or the wildcard that it was made from when it has more labels than the RRSIG says (RFC 4035 section 5.3.2). */
  #canonicalOwner(names: Uint8Array, ownerOffset: number, labels: number): number {
    let start = ownerOffset;
    let at = 0;
    let surplus = rrsigLabels(names, ownerOffset) - labels;
    if (surplus > 0) {
      if (isWildcard(names, ownerOffset)) surplus++;
      for (; surplus > 0; surplus--) start += names[start]! + 1;
      this.#owner[at++] = 1;
      this.#owner[at++] = 42;
    }
    const end = start + nameLength(names, start);
    for (let i = start; i < end; i++) this.#owner[at++] = LOWER_CASE[names[i]!]!;
    return at;
  }
}
