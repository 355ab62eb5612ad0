import type { ByteBuffer } from '../dns/byte-buffer.ts';
import { sameOctets } from '../dns/octets.ts';
import { serialGreater } from '../dns/serial.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import type { ReadSignatures, Target } from './reusable-signatures.ts';
import { RrsigOffset, u16At, u32At } from './rrsig.ts';
import { apexSerial } from './soa.ts';
import type { TaggedKey } from './verified-signatures.ts';

/** The signatures of an earlier zone, record by record. */
export class PreviousSignatures implements ReadSignatures {
  readonly zone: Zone;
  readonly serial: number;
  readonly #content: Zone;
  readonly #now: number;
  readonly #refresh: number;
  readonly #isGood: ((record: number, key: TaggedKey) => boolean) | undefined;

  /**
   * @param content the zone that is being signed
   * @param now epoch seconds
   * @param refresh seconds: a signature with less than this left is made anew
   * @param isGood `verifiedSignatures` of the zone, where its signatures are not known to be good
   */
  constructor(
    zone: Zone,
    content: Zone,
    now: number,
    refresh: number,
    isGood?: (record: number, key: TaggedKey) => boolean,
  ) {
    this.zone = zone;
    this.serial = apexSerial(zone);
    this.#content = content;
    this.#now = now;
    this.#refresh = refresh;
    this.#isGood = isGood;
  }

  inFull(): this {
    return this;
  }

  sameRrset({ owner, type, ttl, start, end }: Target, records: Uint32Array): number {
    const { zone } = this;
    const { names } = this.#content.store;
    const rank = zone.rankOf(names.wire.bytes, names.offsets[owner]);
    const rrset = zone.findRrset(rank, type);
    if (rrset < 0 || zone.rrsetTtls[rrset] !== ttl) return -1;
    const first = zone.rrsetRecords[rrset]!;
    if (zone.rrsetRecords[rrset + 1]! - first !== end - start) return -1;
    for (let i = start; i < end; i++) {
      if (!sameRdata(this.#content, records[i]!, zone, zone.records[first + i - start]!)) return -1;
    }
    return rrset;
  }

  /**
   * The record number of a signature over an RRset of the earlier zone that still serves: by this key, good, in its time, and not due for
   * refresh. -1 where there is none.
   */
  signature(rrset: number, key: TaggedKey, refresh = this.#refresh): number {
    const { zone } = this;
    const { store } = zone;
    const bytes = store.rdata.bytes;
    const ttl = zone.rrsetTtls[rrset]!;
    const signatures = zone.findRrset(zone.rrsetOwners[rrset]!, Type.RRSIG);
    if (signatures < 0) return -1;
    const end = zone.rrsetRecords[signatures + 1]!;
    for (let i = zone.rrsetRecords[signatures]!; i < end; i++) {
      const record = zone.records[i]!;
      const at = store.rdataOffsets[record]!;
      if (
        u16At(bytes, at + RrsigOffset.TypeCovered) === zone.rrsetTypes[rrset] &&
        u16At(bytes, at + RrsigOffset.KeyTag) === key.keyTag &&
        bytes[at + RrsigOffset.Algorithm] === key.algorithm &&
        u32At(bytes, at + RrsigOffset.OriginalTtl) === ttl &&
        store.ttls[record] === ttl &&
        !serialGreater(u32At(bytes, at + RrsigOffset.Inception), this.#now) &&
        !serialGreater(this.#now + refresh, u32At(bytes, at + RrsigOffset.Expiration)) &&
        this.#isGood?.(record, key) !== false
      ) {
        return record;
      }
    }
    return -1;
  }

  appendSignature(rrset: number, key: TaggedKey, out: ByteBuffer, refresh?: number): number {
    const record = this.signature(rrset, key, refresh);
    if (record < 0) return -1;
    const { rdata, rdataOffsets, rdataLengths } = this.zone.store;
    const start = rdataOffsets[record]!;
    out.append(rdata.bytes, start, start + rdataLengths[record]!);
    return u32At(rdata.bytes, start + RrsigOffset.Expiration);
  }

  hasSignature(rrset: number, rdata: Uint8Array): boolean {
    const { zone } = this;
    const rrsigs = zone.rdatasOf(zone.findRrset(zone.rrsetOwners[rrset]!, Type.RRSIG));
    return rrsigs.some((other) => sameOctets(other, rdata));
  }
}

function sameRdata(a: Zone, aRecord: number, b: Zone, bRecord: number): boolean {
  const length = a.store.rdataLengths[aRecord]!;
  if (length !== b.store.rdataLengths[bRecord]!) return false;
  const aStart = a.store.rdataOffsets[aRecord]!;
  const bStart = b.store.rdataOffsets[bRecord]!;
  const aBytes = a.store.rdata.bytes;
  const bBytes = b.store.rdata.bytes;
  for (let i = 0; i < length; i++) if (aBytes[aStart + i] !== bBytes[bStart + i]) return false;
  return true;
}
