import { serialGreater } from '../dns/serial.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import type { Verifier } from './crypto.ts';
import { readRrsig, SignedData } from './rrsig.ts';
import { recordColumns } from './signing-jobs.ts';

/** The signatures of an earlier signed zone, for use again over RRsets that did not change. */
export class PreviousSignatures {
  readonly zone: Zone;
  readonly #now: number;
  readonly #refresh: number;
  readonly #signedData = new SignedData();

  /**
   * @param now epoch seconds
   * @param refresh seconds: a signature with less than this left is made anew
   */
  constructor(zone: Zone, now: number, refresh: number) {
    this.zone = zone;
    this.#now = now;
    this.#refresh = refresh;
  }

  /** The earlier zone's RRset of this owner (wire form at `names[ownerOffset]`) and type if it has the same TTL and the same RDATA, else -1. */
  sameRrset(
    current: Zone,
    owner: number,
    type: number,
    ttl: number,
    records: Uint32Array,
    start: number,
    end: number,
  ): number {
    const { zone } = this;
    const { names } = current.store;
    const rank = zone.rankOf(names.wire.bytes, names.offsets[owner]);
    const rrset = zone.findRrset(rank, type);
    if (rrset < 0 || zone.rrsetTtls[rrset] !== ttl) return -1;
    const first = zone.rrsetRecords[rrset]!;
    if (zone.rrsetRecords[rrset + 1]! - first !== end - start) return -1;
    for (let i = start; i < end; i++) {
      if (!sameRdata(current, records[i]!, zone, zone.records[first + i - start]!)) return -1;
    }
    return rrset;
  }

  /**
   * The record number of a signature over an RRset of the earlier zone that still serves: by this key, in its time, not due for refresh, and
   * good, which is checked if there is a verifier. -1 where there is none.
   */
  signature(
    rrset: number,
    key: { readonly keyTag: number; readonly algorithm: number },
    verifier: Verifier | undefined,
  ): number {
    const { zone } = this;
    const rank = this.#rankOfRrset(rrset);
    for (const record of zone.recordsOf(zone.findRrset(rank, Type.RRSIG))) {
      const rdata = zone.store.rdataOf(record);
      const rrsig = readRrsig(rdata);
      if (
        rrsig.typeCovered === zone.rrsetTypes[rrset] &&
        rrsig.keyTag === key.keyTag &&
        rrsig.algorithm === key.algorithm &&
        rrsig.originalTtl === zone.rrsetTtls[rrset] &&
        zone.store.ttls[record] === rrsig.originalTtl &&
        !serialGreater(rrsig.inception, this.#now) &&
        serialGreater(rrsig.expiration, this.#now + this.#refresh) &&
        (verifier === undefined || this.#isGood(rrset, rank, record, rrsig.signature, verifier))
      ) {
        return record;
      }
    }
    return -1;
  }

  #isGood(rrset: number, rank: number, record: number, signature: Uint8Array, verifier: Verifier): boolean {
    const { zone } = this;
    const { store } = zone;
    const header = store.rdataOffsets[record]!;
    const data = this.#signedData.compose(
      recordColumns(store),
      {
        ownerOffset: store.names.offsets[zone.ownerNames[rank]!]!,
        type: zone.rrsetTypes[rrset]!,
        zoneClass: zone.zoneClass,
        records: zone.records,
        start: zone.rrsetRecords[rrset]!,
        end: zone.rrsetRecords[rrset + 1]!,
      },
      store.rdata.bytes,
      header,
      header + store.rdataLengths[record]! - signature.length,
    );
    return verifier.verify(data, signature);
  }

  #rankOfRrset(rrset: number): number {
    const { store } = this.zone;
    const owner = store.owners[this.zone.records[this.zone.rrsetRecords[rrset]!]!]!;
    return this.zone.rankOf(store.names.wire.bytes, store.names.offsets[owner]);
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
