import { ByteBuffer } from '../dns/byte-buffer.ts';
import { decodeBase32hex } from '../dns/encoding.ts';
import { LOWER_CASE, nameLength } from '../dns/name.ts';
import { Type } from '../rr/registry.ts';
import { OwnerStatus, type Zone } from '../zone/zone.ts';
import type { Denial } from './denial.ts';
import { NSEC3_HASH_LENGTH } from './nsec3-hash.ts';

/**
 * Whether the denial chain of a signed zone is closed: each record leads to the next one that is there, and the last to the first. For NSEC, also
 * whether every owner of the zone's own data has its record. Types and hashes are not looked at; `verify` does that.
 * @param hasRecord whether the owner of a rank has its NSEC record, which leads to the next, elsewhere
 */
export function isChainComplete(
  zone: Zone,
  kind: Denial['kind'],
  hasRecord: (rank: number) => boolean = () => false,
): boolean {
  return kind === 'nsec' ? isNsecChainComplete(zone, hasRecord) : isNsec3ChainClosed(zone);
}

function isNsecChainComplete(zone: Zone, hasRecord: (rank: number) => boolean): boolean {
  const { store } = zone;
  const { names } = store;
  let expected = -1;
  let first = -1;
  for (let rank = 0; rank <= zone.ownerCount; rank++) {
    const isEnd = rank === zone.ownerCount;
    if (!isEnd && zone.ownerStatus[rank] === OwnerStatus.Occluded) continue;
    const owner = names.offsets[zone.ownerNames[isEnd ? first : rank]!]!;
    if (expected >= 0 && !isSameName(store.rdata.bytes, expected, names.wire.bytes, owner)) return false;
    if (isEnd) break;
    if (first < 0) first = rank;
    expected = -1;
    if (hasRecord(rank)) continue;
    const record = onlyRecord(zone, zone.findRrset(rank, Type.NSEC));
    if (record < 0) return false;
    expected = store.rdataOffsets[record]!;
  }
  return first >= 0;
}

/** In canonical order, base32hex labels of one length are in the order of their hashes (RFC 5155 section 1). */
function isNsec3ChainClosed(zone: Zone): boolean {
  const { store } = zone;
  const { names } = store;
  const bytes = store.rdata.bytes;
  const hash = new ByteBuffer(NSEC3_HASH_LENGTH + 8);
  let first: Uint8Array | undefined;
  let expected = -1;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const rrset = zone.findRrset(rank, Type.NSEC3);
    if (rrset < 0) continue;
    const record = onlyRecord(zone, rrset);
    if (record < 0) return false;
    const owner = names.offsets[zone.ownerNames[rank]!]!;
    hash.clear();
    decodeBase32hex(names.wire.bytes, owner + 1, owner + 1 + names.wire.bytes[owner]!, hash);
    if (expected >= 0 && !isSameHash(bytes, expected, hash.view())) return false;
    first ??= hash.copy();
    const start = store.rdataOffsets[record]!;
    // Algorithm, flags, iterations, salt length and salt; then the length of the hash.
    expected = start + 6 + bytes[start + 4]!;
  }
  return first !== undefined && isSameHash(bytes, expected, first);
}

function onlyRecord(zone: Zone, rrset: number): number {
  if (rrset < 0 || zone.rrsetRecords[rrset + 1]! - zone.rrsetRecords[rrset]! !== 1) return -1;
  return zone.records[zone.rrsetRecords[rrset]!]!;
}

function isSameHash(bytes: Uint8Array, start: number, hash: Uint8Array): boolean {
  if (hash.length !== NSEC3_HASH_LENGTH) return false;
  for (let i = 0; i < NSEC3_HASH_LENGTH; i++) if (bytes[start + i] !== hash[i]) return false;
  return true;
}

function isSameName(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  const length = nameLength(a, aStart);
  for (let i = 0; i < length; i++)
    if (LOWER_CASE[a[aStart + i]!] !== LOWER_CASE[b[bStart + i]!]) return false;
  return true;
}
