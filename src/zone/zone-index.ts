import { allocateUint16, allocateUint32 } from '../dns/byte-buffer.ts';
import { Type } from '../rr/registry.ts';
import { sortNames, type SortedNames } from './canonical-order.ts';
import { recordComparison, sortRecords, type Comparison } from './record-order.ts';
import type { RecordStore } from './record-store.ts';

/** In `rankOfName`: the name owns nothing. */
export const NO_RANK = 0xffffffff;
/** No further record. */
const NONE = 0xffffffff;

/** A zone's index: what `Zone` says of its columns holds here. What printing reads is shared memory. */
export interface ZoneColumns extends RrsetColumns {
  readonly owners: SortedNames;
  /** Number of a name in the store → its rank, or `NO_RANK`. */
  readonly rankOfName: Uint32Array;
}

export interface RrsetColumns {
  readonly ownerRrsets: Uint32Array;
  readonly rrsetOwners: Uint32Array;
  readonly rrsetTypes: Uint16Array;
  readonly rrsetTtls: Uint32Array;
  readonly rrsetRecords: Uint32Array;
  readonly records: Uint32Array;
  readonly mixedTtls: readonly number[];
}

/**
 * Indexes the records of a store from nothing.
 * @param originLength octets of the zone's name, which all owners end with
 */
export function indexRecords(
  store: RecordStore,
  originLength: number,
  keep: ((record: number) => boolean) | undefined,
): ZoneColumns {
  const kept = selectRecords(store, keep);
  const rankOfName = noRanks(store);
  const owners = sortNames(store.names, namesOfOwners(store, kept), originLength, rankOfName);
  const { records, starts } = groupByOwner(store, kept, rankOfName, owners.ids.length);
  return { owners, rankOfName, ...indexRrsets(store, records, starts) };
}

function selectRecords(store: RecordStore, keep: ((record: number) => boolean) | undefined): Uint32Array {
  const kept = new Uint32Array(store.count);
  let count = 0;
  for (let record = 0; record < store.count; record++) {
    if (keep === undefined || keep(record)) kept[count++] = record;
  }
  return kept.subarray(0, count);
}

/** The numbers of the names that own records, each once. */
function namesOfOwners(store: RecordStore, kept: Uint32Array): Uint32Array {
  const seen = new Uint8Array(store.names.count);
  const owners = new Uint32Array(store.names.count);
  let count = 0;
  for (let i = 0; i < kept.length; i++) {
    const owner = store.owners[kept[i]!]!;
    if (seen[owner] === 0) {
      seen[owner] = 1;
      owners[count++] = owner;
    }
  }
  return owners.subarray(0, count);
}

/** `rankOfName` of names that own nothing. */
export function noRanks({ names }: RecordStore): Uint32Array {
  return new Uint32Array(names.count).fill(NO_RANK);
}

/**
 * Records by the rank of their owner: those of a rank are `records[starts[rank], starts[rank + 1])`, in the order in which they came.
 * @param rankOfName number of a name → its rank, for all owners
 */
export function groupByOwner(
  { owners }: RecordStore,
  unordered: Uint32Array,
  rankOfName: Uint32Array,
  ownerCount: number,
): { readonly records: Uint32Array; readonly starts: Uint32Array } {
  // Each record of an owner knows the next: those that came together are near each other.
  const firstOfOwner = new Uint32Array(ownerCount).fill(NONE);
  const nextOfOwner = new Uint32Array(unordered.length);
  for (let i = unordered.length - 1; i >= 0; i--) {
    const rank = rankOfName[owners[unordered[i]!]!]!;
    nextOfOwner[i] = firstOfOwner[rank]!;
    firstOfOwner[rank] = i;
  }
  const starts = new Uint32Array(ownerCount + 1);
  const records = allocateUint32(unordered.length);
  let count = 0;
  for (let rank = 0; rank < ownerCount; rank++) {
    starts[rank] = count;
    for (let i = firstOfOwner[rank]!; i !== NONE; i = nextOfOwner[i]!) records[count++] = unordered[i]!;
  }
  starts[ownerCount] = count;
  return { records, starts };
}

/**
 * Which records stand behind one of the same owner that they follow in canonical order too: those need no comparison again, which would look
 * at RDATA here and there.
 */
function findOrdered(store: RecordStore, compare: Comparison): Uint8Array {
  const { owners, count } = store;
  const ordered = new Uint8Array(count);
  for (let record = 1; record < count; record++)
    if (owners[record] === owners[record - 1] && compare(record - 1, record) < 0) ordered[record] = 1;
  return ordered;
}

/** Sorts each owner's records, drops duplicates and cuts them into RRsets. `records` is reused for the result. */
function indexRrsets(store: RecordStore, records: Uint32Array, ownerStarts: Uint32Array): RrsetColumns {
  const compare = recordComparison(store);
  const ordered = findOrdered(store, compare);
  const follows = (record: number, previous: number): boolean =>
    previous === record - 1 && ordered[record] === 1;
  const ownerCount = ownerStarts.length - 1;
  const { types: recordTypes, ttls: recordTtls } = store;
  const ownerRrsets = allocateUint32(ownerCount + 1);
  const owners = new Uint32Array(records.length);
  const types = allocateUint16(records.length);
  const ttls = allocateUint32(records.length);
  const firstRecords = allocateUint32(records.length + 1);
  const mixedTtls: number[] = [];
  let rrset = -1;
  let kept = 0;
  for (let rank = 0; rank < ownerCount; rank++) {
    const start = ownerStarts[rank]!;
    const end = ownerStarts[rank + 1]!;
    for (let i = start + 1; i < end; i++) {
      if (follows(records[i]!, records[i - 1]!)) continue;
      sortRecords(records, start, end, compare);
      break;
    }
    ownerRrsets[rank] = rrset + 1;
    let previous = -1;
    let previousType = -1;
    for (let i = start; i < end; i++) {
      const record = records[i]!;
      const ttl = recordTtls[record]!;
      const type = recordTypes[record]!;
      if (type === previousType) {
        if (ttl !== ttls[rrset]!) {
          if (mixedTtls.at(-1) !== rrset && type !== Type.RRSIG) mixedTtls.push(rrset);
          if (ttl < ttls[rrset]!) ttls[rrset] = ttl;
        }
        if (!follows(record, previous) && compare(previous, record) === 0) continue;
      } else {
        rrset++;
        owners[rrset] = rank;
        types[rrset] = type;
        ttls[rrset] = ttl;
        firstRecords[rrset] = kept;
        previousType = type;
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
    rrsetOwners: owners.subarray(0, count),
    rrsetTypes: types.subarray(0, count),
    rrsetTtls: ttls.subarray(0, count),
    rrsetRecords: firstRecords.subarray(0, count + 1),
    records: records.subarray(0, kept),
    mixedTtls,
  };
}
