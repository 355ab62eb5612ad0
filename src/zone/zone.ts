import { canonicalName, isAtOrBelow, LOWER_CASE, nameLength, sameName } from '../dns/name.ts';
import { Type } from '../rr/registry.ts';
import type { RecordStore } from './record-store.ts';
import type { SortedNames } from './canonical-order.ts';
import { OwnerTable } from './owner-table.ts';
import { indexRecords, NO_RANK, type ZoneColumns } from './zone-index.ts';

/** What a zone says about an owner name. */
export const OwnerStatus = {
  /** The zone's own data. */
  Authoritative: 0,
  /** A zone cut: NS below the apex. DS and NSEC are the zone's own here, NS is not (RFC 4035 section 2.2). */
  Delegation: 1,
  /** Below a zone cut (glue) or below a DNAME: not the zone's own data. */
  Occluded: 2,
} as const;

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
  /** Owners by rank. */
  readonly owners: SortedNames;
  /** Rank → number of the name in `store.names`. */
  readonly ownerNames: Uint32Array;
  /** Number of a name in `store.names` → its rank, or `NO_RANK`; names that came later are missing. */
  readonly ranksOfNames: Uint32Array;
  /** Rank → its first RRset; one more entry closes the last. */
  readonly ownerRrsets: Uint32Array;
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

  /** The rank of the zone's name, or -1. */
  readonly #apex: number;
  #ownerTable: OwnerTable | undefined;
  #ownerStatus: Uint8Array | undefined;
  #rrsetsByType: readonly Uint32Array[] | undefined;

  /** @param columns the zone's index, where somebody has made it already */
  constructor(
    store: RecordStore,
    { origin, zoneClass, keep }: IndexOptions,
    columns: ZoneColumns = indexRecords(store, origin.length, keep),
  ) {
    this.store = store;
    this.origin = canonicalName(origin);
    this.zoneClass = zoneClass;
    this.owners = columns.owners;
    this.ownerNames = columns.owners.ids;
    this.ranksOfNames = columns.rankOfName;
    // In canonical order nothing comes before it.
    this.#apex = this.ownerCount > 0 && sameName(this.ownerOf(0), this.origin) ? 0 : -1;
    this.ownerRrsets = columns.ownerRrsets;
    this.rrsetOwners = columns.rrsetOwners;
    this.rrsetTypes = columns.rrsetTypes;
    this.rrsetTtls = columns.rrsetTtls;
    this.rrsetRecords = columns.rrsetRecords;
    this.records = columns.records;
    this.mixedTtls = columns.mixedTtls;
  }

  /** Rank → `OwnerStatus`. */
  get ownerStatus(): Uint8Array {
    return (this.#ownerStatus ??= this.#classifyOwners());
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
    const end = start + nameLength(bytes, start);
    // Nothing else in the zone is as short as its name.
    if (end - start === this.origin.length) return isAtOrBelow(bytes, start, this.origin) ? this.#apex : -1;
    this.#ownerTable ??= new OwnerTable(this.store.names, this.ownerNames, this.ranksOfNames);
    return this.#ownerTable.find(bytes, start, end);
  }

  /** The rank of the owner with this number in `store.names`, or -1. */
  rankOfName(id: number): number {
    const rank = this.ranksOfNames[id] ?? NO_RANK;
    return rank === NO_RANK ? -1 : rank;
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

  /** All RRsets of `type`, in ascending order. */
  rrsetsOfType(type: number): Uint32Array {
    this.#rrsetsByType ??= groupByType(this.rrsetTypes);
    return this.#rrsetsByType[type] ?? NONE;
  }

  /** The RRset of `type` at the apex, or -1. */
  apexRrset(type: number): number {
    return this.findRrset(this.#apex, type);
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

  /** In canonical order everything below a name follows it at once, so one cut at a time has to be remembered. */
  #classifyOwners(): Uint8Array {
    const status = new Uint8Array(this.ownerCount);
    const { depths } = this.owners;
    const mayHaveDname = this.rrsetTypes.includes(Type.DNAME);
    let cut = -1;
    for (let rank = 0; rank < status.length; rank++) {
      if (cut >= 0) {
        if (depths[rank]! > depths[cut]! && this.#isBelow(rank, cut)) {
          status[rank] = OwnerStatus.Occluded;
          continue;
        }
        cut = -1;
      }
      const isCut = depths[rank]! > 0 && this.findRrset(rank, Type.NS) >= 0;
      if (isCut) status[rank] = OwnerStatus.Delegation;
      if (isCut || (mayHaveDname && this.findRrset(rank, Type.DNAME) >= 0)) cut = rank;
    }
    return status;
  }

  /** Whether an owner that has more labels than another is below it. */
  #isBelow(rank: number, above: number): boolean {
    const { names } = this.store;
    const wire = names.wire.bytes;
    let position = names.offsets[this.ownerNames[rank]!]!;
    for (let depth = this.owners.depths[rank]!; depth > this.owners.depths[above]!; depth--)
      position += wire[position]! + 1;
    const start = names.offsets[this.ownerNames[above]!]!;
    const length = names.end(this.ownerNames[above]!) - start;
    if (names.end(this.ownerNames[rank]!) - position !== length) return false;
    for (let i = 0; i < length; i++) {
      if (LOWER_CASE[wire[position + i]!] !== LOWER_CASE[wire[start + i]!]) return false;
    }
    return true;
  }
}

const NONE = new Uint32Array();

/** Type → its RRsets. */
function groupByType(types: Uint16Array): readonly Uint32Array[] {
  let highest = 0;
  for (let rrset = 0; rrset < types.length; rrset++) if (types[rrset]! > highest) highest = types[rrset]!;
  const counts = new Uint32Array(highest + 1);
  for (let rrset = 0; rrset < types.length; rrset++) counts[types[rrset]!]!++;
  const lists = Array.from(counts, (count) => (count === 0 ? NONE : new Uint32Array(count)));
  counts.fill(0);
  for (let rrset = 0; rrset < types.length; rrset++) {
    const type = types[rrset]!;
    lists[type]![counts[type]!++] = rrset;
  }
  return lists;
}
