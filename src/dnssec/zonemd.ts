import { ByteBuffer } from '../dns/byte-buffer.ts';
import { LOWER_CASE } from '../dns/name.ts';
import { inputError } from '../errors.ts';
import { hasLowerCaseNames, lowerCaseRdata } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import type { Crypto, DigestAlgorithm } from './crypto.ts';

/** The only scheme (RFC 8976 section 2.2.2): one digest over the whole zone. */
export const ZONEMD_SIMPLE = 1;

export interface ZonemdHash {
  /** The Hash Algorithm field (IANA registry "ZONEMD Hash Algorithms"). */
  readonly number: 1 | 2;
  readonly mnemonic: string;
  readonly digest: DigestAlgorithm;
  readonly length: number;
}

/** The one list of ZONEMD hash algorithms (RFC 8976 section 2.2.3). */
export const ZONEMD_HASHES: readonly ZonemdHash[] = [
  { number: 1, mnemonic: 'SHA384', digest: 'sha384', length: 48 },
  { number: 2, mnemonic: 'SHA512', digest: 'sha512', length: 64 },
];

/** The hash algorithm with this number; undefined where we cannot compute it. */
export function zonemdHash(number: number): ZonemdHash | undefined {
  return ZONEMD_HASHES.find((hash) => hash.number === number);
}

/** The fields of a ZONEMD (RFC 8976 section 2.2). */
export interface Zonemd {
  readonly serial: number;
  readonly scheme: number;
  readonly hashAlgorithm: number;
  readonly digest: Uint8Array;
}

/** Reads ZONEMD RDATA; the digest is a view of it. */
export function readZonemd(rdata: Uint8Array): Zonemd {
  if (rdata.length < 6)
    throw inputError('wire/short', `ZONEMD RDATA has ${rdata.length} octets, fewer than 6`);
  return {
    serial: new DataView(rdata.buffer, rdata.byteOffset).getUint32(0),
    scheme: rdata[4]!,
    hashAlgorithm: rdata[5]!,
    digest: rdata.subarray(6),
  };
}

/** Writes ZONEMD RDATA. */
export function writeZonemd({ serial, scheme, hashAlgorithm, digest }: Zonemd): Uint8Array {
  const rdata = new Uint8Array(6 + digest.length);
  new DataView(rdata.buffer).setUint32(0, serial);
  rdata[4] = scheme;
  rdata[5] = hashAlgorithm;
  rdata.set(digest, 6);
  return rdata;
}

/** Octets that are handed to the digest at once. */
const BLOCK = 1 << 18;

/**
 * The digest of a zone by the SIMPLE scheme (RFC 8976 section 3): every record in canonical form and order, glue and occluded records
 * included, the ZONEMD RRset of the apex and its signatures left out. Records of an RRset count with the RRset's TTL, signatures with their own.
 */
export function zoneDigest(zone: Zone, hashAlgorithm: 1 | 2, crypto: Crypto): Uint8Array {
  const digest = crypto.createDigest(zonemdHash(hashAlgorithm)!.digest);
  const { store } = zone;
  const { names, ttls, rdataOffsets, rdataLengths } = store;
  const nameBytes = names.wire.bytes;
  const rdataBytes = store.rdata.bytes;
  const apex = zone.rankOf(zone.origin);
  const out = new ByteBuffer(BLOCK + 0x20000);
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const nameStart = names.offsets[zone.ownerNames[rank]!]!;
    const nameEnd = names.end(zone.ownerNames[rank]!);
    const endRrset = zone.ownerRrsets[rank + 1]!;
    for (let rrset = zone.ownerRrsets[rank]!; rrset < endRrset; rrset++) {
      const type = zone.rrsetTypes[rrset]!;
      if (type === Type.ZONEMD && rank === apex) continue;
      const isRrsig = type === Type.RRSIG;
      const lowerCase = hasLowerCaseNames(type);
      const end = zone.rrsetRecords[rrset + 1]!;
      for (let i = zone.rrsetRecords[rrset]!; i < end; i++) {
        const record = zone.records[i]!;
        const start = rdataOffsets[record]!;
        const length = rdataLengths[record]!;
        if (isRrsig && rank === apex && covers(rdataBytes, start, Type.ZONEMD)) continue;
        appendCanonicalName(out, nameBytes, nameStart, nameEnd);
        out.u16(type);
        out.u16(zone.zoneClass);
        out.u32(isRrsig ? ttls[record]! : zone.rrsetTtls[rrset]!);
        out.u16(length);
        out.append(rdataBytes, start, start + length);
        if (lowerCase) lowerCaseRdata(type, out.bytes, out.length - length, out.length);
        if (out.length < BLOCK) continue;
        digest.update(out.view());
        out.clear();
      }
    }
  }
  digest.update(out.view());
  return digest.finish();
}

function covers(rdata: Uint8Array, start: number, type: number): boolean {
  return rdata[start] === type >>> 8 && rdata[start + 1] === (type & 0xff);
}

function appendCanonicalName(out: ByteBuffer, names: Uint8Array, start: number, end: number): void {
  out.reserve(end - start);
  const target = out.bytes;
  let at = out.length;
  for (let i = start; i < end; i++) target[at++] = LOWER_CASE[names[i]!]!;
  out.length = at;
}
