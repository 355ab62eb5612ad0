import { canonicalName, LOWER_CASE, nameLength } from '../dns/name.ts';
import { hasLowerCaseNames, lowerCaseRdata } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import { sortNames } from './canonical-order.ts';
import type { RecordStore } from './record-store.ts';

/** What a zone says about an owner name. */
export const OwnerStatus = {
  /** The zone's own data. */
  Authoritative: 0,
  /** A zone cut: NS below the apex. DS and NSEC are the zone's own here, NS is not (RFC 4035 section 2.2). */
  Delegation: 1,
  /** Below a zone cut (glue) or below a DNAME: not the zone's own data. */
  Occluded: 2,
} as const;

const NO_OWNER = 0xffffffff;

export interface IndexOptions {
  /** The zone's name in wire form. Every owner must be at or below it. */
  readonly origin: Uint8Array;
  readonly zoneClass: number;
  /** Which records of the store belong to the zone; all by default. */
  readonly keep?: (record: number) => boolean;
}

/**
 * A zone in canonical order over a record store, which it only reads: owners by RFC 4034 section 6.1, at each owner the RRsets by type,
 * in each RRset the records by canonical RDATA (section 6.3), without duplicates.
 *
 * Owners are numbered by rank, RRsets and records by position in that order. All columns are plain typed arrays.
 */
export class Zone {
  readonly store: RecordStore;
  /** The zone's name in canonical form. */
  readonly origin: Uint8Array;
  readonly zoneClass: number;
  /** Rank → number of the name in `store.names`. */
  readonly ownerNames: Uint32Array;
  /** Rank → its first RRset; one more entry closes the last. */
  readonly ownerRrsets: Uint32Array;
  /** Rank → `OwnerStatus`. */
  readonly ownerStatus: Uint8Array;
  /** RRset → rank of its owner. */
  readonly rrsetOwners: Uint32Array;
  readonly rrsetTypes: Uint16Array;
  /** The lowest TTL of the RRset's records, in seconds. */
  readonly rrsetTtls: Uint32Array;
  /** RRset → its first record as a position in `records`; one more entry closes the last. */
  readonly rrsetRecords: Uint32Array;
  /** Position → number of the record in the store. */
  readonly records: Uint32Array;
  /** RRsets whose records have different TTLs. */
  readonly mixedTtls: readonly number[];

  readonly #rankOfName: Uint32Array;

  constructor(store: RecordStore, { origin, zoneClass, keep }: IndexOptions) {
    this.store = store;
    this.origin = canonicalName(origin);
    this.zoneClass = zoneClass;
    const kept = selectRecords(store, keep);
    const ownerNames = distinctOwners(store, kept);
    sortNames(store.names, ownerNames, origin.length);
    this.ownerNames = ownerNames;
    this.#rankOfName = new Uint32Array(store.names.count).fill(NO_OWNER);
    for (let rank = 0; rank < ownerNames.length; rank++) this.#rankOfName[ownerNames[rank]!] = rank;
    const grouped = this.#groupByOwner(kept);
    const index = indexRrsets(store, grouped.records, grouped.starts);
    this.ownerRrsets = index.ownerRrsets;
    this.rrsetOwners = index.owners;
    this.rrsetTypes = index.types;
    this.rrsetTtls = index.ttls;
    this.rrsetRecords = index.firstRecords;
    this.records = index.records;
    this.mixedTtls = index.mixedTtls;
    this.ownerStatus = this.#classifyOwners();
  }

  get ownerCount(): number {
    return this.ownerNames.length;
  }

  get rrsetCount(): number {
    return this.rrsetTypes.length;
  }

  get recordCount(): number {
    return this.records.length;
  }

  /** The rank of the owner in wire form at `bytes[start…]`, or -1. */
  rankOf(bytes: Uint8Array, start = 0): number {
    const id = this.store.names.find(bytes, start, start + nameLength(bytes, start));
    const rank = id < 0 ? NO_OWNER : (this.#rankOfName[id] ?? NO_OWNER);
    return rank === NO_OWNER ? -1 : rank;
  }

  /** The owner name of a rank as a view, in the spelling of the input. */
  ownerOf(rank: number): Uint8Array {
    return this.store.names.view(this.ownerNames[rank]!);
  }

  /** The RRset of `type` at the owner of `rank`, or -1. */
  findRrset(rank: number, type: number): number {
    if (rank < 0) return -1;
    for (let rrset = this.ownerRrsets[rank]!, end = this.ownerRrsets[rank + 1]!; rrset < end; rrset++) {
      if (this.rrsetTypes[rrset] === type) return rrset;
    }
    return -1;
  }

  /** The RRset of `type` at the apex, or -1. */
  apexRrset(type: number): number {
    return this.findRrset(this.rankOf(this.origin), type);
  }

  /** The RDATA of each record of an RRset, as views; none for RRset -1. */
  rdatasOf(rrset: number): Uint8Array[] {
    return this.recordsOf(rrset).map((record) => this.store.rdataOf(record));
  }

  /** The store's record numbers of an RRset; none for RRset -1. */
  recordsOf(rrset: number): number[] {
    return rrset < 0
      ? []
      : [...this.records.subarray(this.rrsetRecords[rrset], this.rrsetRecords[rrset + 1])];
  }

  #groupByOwner(kept: Uint32Array): { records: Uint32Array; starts: Uint32Array } {
    const { owners } = this.store;
    const starts = new Uint32Array(this.ownerNames.length + 1);
    for (const record of kept) starts[this.#rankOfName[owners[record]!]! + 1]!++;
    for (let rank = 0; rank < this.ownerNames.length; rank++) starts[rank + 1]! += starts[rank]!;
    const next = starts.slice();
    const records = new Uint32Array(kept.length);
    for (const record of kept) records[next[this.#rankOfName[owners[record]!]!]!++] = record;
    return { records, starts };
  }

  /** In canonical order everything below a name follows it at once, so one cut at a time has to be remembered. */
  #classifyOwners(): Uint8Array {
    const status = new Uint8Array(this.ownerCount);
    const { names } = this.store;
    const wire = names.wire.bytes;
    let cutStart = 0;
    let cutLength = 0;
    for (let rank = 0; rank < status.length; rank++) {
      const id = this.ownerNames[rank]!;
      const start = names.offsets[id]!;
      const length = names.end(id) - start;
      if (cutLength > 0) {
        if (isBelow(wire, start, length, cutStart, cutLength)) {
          status[rank] = OwnerStatus.Occluded;
          continue;
        }
        cutLength = 0;
      }
      const isCut = length !== this.origin.length && this.findRrset(rank, Type.NS) >= 0;
      if (isCut) status[rank] = OwnerStatus.Delegation;
      if (isCut || this.findRrset(rank, Type.DNAME) >= 0) {
        cutStart = start;
        cutLength = length;
      }
    }
    return status;
  }
}

/** Whether a name is below another that stands in the same octets. */
function isBelow(
  wire: Uint8Array,
  start: number,
  length: number,
  aboveStart: number,
  aboveLength: number,
): boolean {
  const tail = start + length - aboveLength;
  let position = start;
  while (position < tail) position += wire[position]! + 1;
  if (position !== tail || tail === start) return false;
  for (let i = 0; i < aboveLength; i++) {
    if (LOWER_CASE[wire[tail + i]!] !== LOWER_CASE[wire[aboveStart + i]!]) return false;
  }
  return true;
}

function selectRecords(store: RecordStore, keep: IndexOptions['keep']): Uint32Array {
  const kept = new Uint32Array(store.count);
  let count = 0;
  for (let record = 0; record < store.count; record++) {
    if (keep === undefined || keep(record)) kept[count++] = record;
  }
  return kept.subarray(0, count);
}

function distinctOwners(store: RecordStore, kept: Uint32Array): Uint32Array {
  const seen = new Uint8Array(store.names.count);
  const owners = new Uint32Array(store.names.count);
  let count = 0;
  for (const record of kept) {
    const owner = store.owners[record]!;
    if (seen[owner] === 0) {
      seen[owner] = 1;
      owners[count++] = owner;
    }
  }
  return owners.slice(0, count);
}

interface RrsetIndex {
  readonly ownerRrsets: Uint32Array;
  readonly owners: Uint32Array;
  readonly types: Uint16Array;
  readonly ttls: Uint32Array;
  readonly firstRecords: Uint32Array;
  readonly records: Uint32Array;
  readonly mixedTtls: readonly number[];
}

/** Sorts each owner's records, drops duplicates and cuts them into RRsets. `records` is reused for the result. */
function indexRrsets(store: RecordStore, records: Uint32Array, ownerStarts: Uint32Array): RrsetIndex {
  const compare = recordComparison(store);
  const ownerCount = ownerStarts.length - 1;
  const ownerRrsets = new Uint32Array(ownerCount + 1);
  const owners = new Uint32Array(records.length);
  const types = new Uint16Array(records.length);
  const ttls = new Uint32Array(records.length);
  const firstRecords = new Uint32Array(records.length + 1);
  const mixedTtls: number[] = [];
  let rrset = -1;
  let kept = 0;
  for (let rank = 0; rank < ownerCount; rank++) {
    const start = ownerStarts[rank]!;
    const end = ownerStarts[rank + 1]!;
    if (end - start > 1) sortRecords(records, start, end, compare);
    ownerRrsets[rank] = rrset + 1;
    let previous = -1;
    for (let i = start; i < end; i++) {
      const record = records[i]!;
      const ttl = store.ttls[record]!;
      if (previous >= 0 && store.types[previous] === store.types[record]) {
        if (ttl !== ttls[rrset]!) {
          if (mixedTtls.at(-1) !== rrset && store.types[record] !== Type.RRSIG) mixedTtls.push(rrset);
          if (ttl < ttls[rrset]!) ttls[rrset] = ttl;
        }
        if (compare(previous, record) === 0) continue;
      } else {
        rrset++;
        owners[rrset] = rank;
        types[rrset] = store.types[record]!;
        ttls[rrset] = ttl;
        firstRecords[rrset] = kept;
      }
      records[kept++] = record;
      previous = record;
    }
  }
  const count = rrset + 1;
  ownerRrsets[ownerCount] = count;
  firstRecords[count] = kept;
  return {
    ownerRrsets,
    owners: owners.slice(0, count),
    types: types.slice(0, count),
    ttls: ttls.slice(0, count),
    firstRecords: firstRecords.slice(0, count + 1),
    records: records.subarray(0, kept),
    mixedTtls,
  };
}

type Comparison = (a: number, b: number) => number;

function sortRecords(records: Uint32Array, start: number, end: number, compare: Comparison): void {
  if (end - start > 32) {
    records.subarray(start, end).sort(compare);
    return;
  }
  for (let i = start + 1; i < end; i++) {
    const moving = records[i]!;
    let at = i;
    while (at > start && compare(records[at - 1]!, moving) > 0) {
      records[at] = records[at - 1]!;
      at--;
    }
    records[at] = moving;
  }
}

/** Compares records of one owner: by type, then by canonical RDATA as octets (RFC 4034 section 6.3). */
function recordComparison(store: RecordStore): Comparison {
  const { types, rdataOffsets, rdataLengths } = store;
  const bytes = store.rdata.bytes;
  return (a, b) => {
    const type = types[a]!;
    if (type !== types[b]!) return type - types[b]!;
    const aStart = rdataOffsets[a]!;
    const bStart = rdataOffsets[b]!;
    const common = Math.min(rdataLengths[a]!, rdataLengths[b]!);
    for (let i = 0; i < common; i++) {
      const x = bytes[aStart + i]!;
      const y = bytes[bStart + i]!;
      if (x === y) continue;
      // Only an upper-case letter can change its place when names are lower-cased.
      if (hasLowerCaseNames(type) && (isUpperCase(x) || isUpperCase(y)))
        return compareLowerCased(store, type, a, b);
      return x - y;
    }
    return rdataLengths[a]! - rdataLengths[b]!;
  };
}

function isUpperCase(octet: number): boolean {
  return LOWER_CASE[octet] !== octet;
}

const lowerA = new Uint8Array(65536);
const lowerB = new Uint8Array(65536);

function compareLowerCased(store: RecordStore, type: number, a: number, b: number): number {
  const bytes = store.rdata.bytes;
  const aStart = store.rdataOffsets[a]!;
  const bStart = store.rdataOffsets[b]!;
  const aLength = store.rdataLengths[a]!;
  const bLength = store.rdataLengths[b]!;
  const common = Math.min(aLength, bLength);
  lowerA.set(bytes.subarray(aStart, aStart + aLength));
  lowerB.set(bytes.subarray(bStart, bStart + bLength));
  lowerCaseRdata(type, lowerA, 0, aLength);
  lowerCaseRdata(type, lowerB, 0, bLength);
  for (let i = 0; i < common; i++) {
    const difference = lowerA[i]! - lowerB[i]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}
