import { allocateUint16, allocateUint32 } from '../dns/byte-buffer.ts';
import { internalError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import { mergeNames, sortNames } from './canonical-order.ts';
import { recordComparison, sortRecords } from './record-order.ts';
import type { RecordStore } from './record-store.ts';
import { groupByOwner, NO_RANK, noRanks, type RrsetColumns, type ZoneColumns } from './zone-index.ts';
import { Zone } from './zone.ts';

/**
 * The zone with the records that its store got since, without sorting again what is sorted.
 *
 * @param firstAdded the store's number of the first record that is new; all behind it are
 * @throws ZonewrightError `zone/extended-rrset` if one of them is of a type that its owner has already
 */
export function extendZone(base: Zone, firstAdded: number): Zone {
  const { store, origin, zoneClass } = base;
  const added = new Uint32Array(store.count - firstAdded);
  for (let i = 0; i < added.length; i++) added[i] = firstAdded + i;
  const { owners, rankOfName } = extendedOwners(base, firstAdded);
  const { records, starts } = groupByOwner(store, added, rankOfName, owners.ids.length);
  const columns = new Extension(base, records).build(owners.ids, starts);
  return new Zone(store, { origin, zoneClass }, { ...columns, owners, rankOfName });
}

function extendedOwners(base: Zone, firstAdded: number): Pick<ZoneColumns, 'owners' | 'rankOfName'> {
  const { store } = base;
  const fresh: number[] = [];
  const seen = new Uint8Array(store.names.count);
  for (let record = firstAdded; record < store.count; record++) {
    const owner = store.owners[record]!;
    if (seen[owner] === 1) continue;
    seen[owner] = 1;
    if (base.rankOfName(owner) < 0) fresh.push(owner);
  }
  if (fresh.length === 0) return { owners: base.owners, rankOfName: base.ranksOfNames };
  const rankOfName = noRanks(store);
  const sorted = sortNames(store.names, Uint32Array.from(fresh), base.origin.length, rankOfName);
  const { names: owners, placesOfA, placesOfB } = mergeNames(store.names, base.owners, sorted);
  for (let id = 0; id < rankOfName.length; id++) {
    const rank = base.rankOfName(id);
    if (rank >= 0) rankOfName[id] = placesOfA[rank]!;
    else if (rankOfName[id] !== NO_RANK) rankOfName[id] = placesOfB[rankOfName[id]!]!;
  }
  return { owners, rankOfName };
}

/** Columns that are filled owner by owner. */
class Extension {
  readonly #base: Zone;
  readonly #store: RecordStore;
  readonly #added: Uint32Array;
  readonly #compare: (a: number, b: number) => number;
  readonly #rrsetOwners: Uint32Array;
  readonly #rrsetTypes: Uint16Array;
  readonly #rrsetTtls: Uint32Array;
  readonly #rrsetRecords: Uint32Array;
  readonly #records: Uint32Array;
  readonly #mixedInBase: ReadonlySet<number>;
  readonly #mixedTtls: number[] = [];
  #rrset = 0;
  #record = 0;

  /** @param added new records by rank */
  constructor(base: Zone, added: Uint32Array) {
    this.#base = base;
    this.#store = base.store;
    this.#added = added;
    this.#compare = recordComparison(base.store);
    const rrsets = base.rrsetCount + added.length;
    this.#rrsetOwners = new Uint32Array(rrsets);
    this.#rrsetTypes = allocateUint16(rrsets);
    this.#rrsetTtls = allocateUint32(rrsets);
    this.#rrsetRecords = allocateUint32(rrsets + 1);
    this.#records = allocateUint32(base.recordCount + added.length);
    this.#mixedInBase = new Set(base.mixedTtls);
  }

  build(ownerNames: Uint32Array, addedStarts: Uint32Array): RrsetColumns {
    const base = this.#base;
    const ownerRrsets = allocateUint32(ownerNames.length + 1);
    let baseRank = 0;
    for (let rank = 0; rank < ownerNames.length; rank++) {
      ownerRrsets[rank] = this.#rrset;
      const isOld = ownerNames[rank] === base.ownerNames[baseRank];
      const first = isOld ? base.ownerRrsets[baseRank]! : 0;
      const end = isOld ? base.ownerRrsets[baseRank + 1]! : 0;
      if (isOld) baseRank++;
      this.#mergeOwner(rank, first, end, addedStarts[rank]!, addedStarts[rank + 1]!);
    }
    ownerRrsets[ownerNames.length] = this.#rrset;
    this.#rrsetRecords[this.#rrset] = this.#record;
    return {
      ownerRrsets,
      rrsetOwners: this.#rrsetOwners.subarray(0, this.#rrset),
      rrsetTypes: this.#rrsetTypes.subarray(0, this.#rrset),
      rrsetTtls: this.#rrsetTtls.subarray(0, this.#rrset),
      rrsetRecords: this.#rrsetRecords.subarray(0, this.#rrset + 1),
      records: this.#records.subarray(0, this.#record),
      mixedTtls: this.#mixedTtls,
    };
  }

  /** Takes an owner's old RRsets `[rrset, endRrset)` and its new records `[at, end)` in the order of their types. */
  #mergeOwner(rank: number, rrset: number, endRrset: number, at: number, end: number): void {
    const { rrsetTypes } = this.#base;
    const { types } = this.#store;
    if (end - at > 1) sortRecords(this.#added, at, end, this.#compare);
    while (at < end) {
      const type = types[this.#added[at]!]!;
      while (rrset < endRrset && rrsetTypes[rrset]! < type) this.#takeOld(rank, rrset++);
      if (rrset < endRrset && rrsetTypes[rrset] === type)
        throw internalError('zone/extended-rrset', `records of type ${type} were added to an RRset`);
      at = this.#takeNew(rank, type, at, end);
    }
    while (rrset < endRrset) this.#takeOld(rank, rrset++);
  }

  #takeOld(rank: number, rrset: number): void {
    const base = this.#base;
    if (this.#mixedInBase.has(rrset)) this.#mixedTtls.push(this.#rrset);
    this.#open(rank, base.rrsetTypes[rrset]!, base.rrsetTtls[rrset]!);
    for (let i = base.rrsetRecords[rrset]!, end = base.rrsetRecords[rrset + 1]!; i < end; i++)
      this.#records[this.#record++] = base.records[i]!;
  }

  /** Returns the position behind the RRset. */
  #takeNew(rank: number, type: number, start: number, end: number): number {
    const { types, ttls } = this.#store;
    let ttl = ttls[this.#added[start]!]!;
    let isMixed = false;
    this.#open(rank, type, ttl);
    let previous = -1;
    let at = start;
    for (; at < end && types[this.#added[at]!] === type; at++) {
      const record = this.#added[at]!;
      isMixed ||= ttls[record] !== ttl;
      ttl = Math.min(ttl, ttls[record]!);
      if (previous >= 0 && this.#compare(previous, record) === 0) continue;
      this.#records[this.#record++] = record;
      previous = record;
    }
    this.#rrsetTtls[this.#rrset - 1] = ttl;
    if (isMixed && type !== Type.RRSIG) this.#mixedTtls.push(this.#rrset - 1);
    return at;
  }

  #open(rank: number, type: number, ttl: number): void {
    const rrset = this.#rrset++;
    this.#rrsetOwners[rrset] = rank;
    this.#rrsetTypes[rrset] = type;
    this.#rrsetTtls[rrset] = ttl;
    this.#rrsetRecords[rrset] = this.#record;
  }
}
