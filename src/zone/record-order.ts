import { LOWER_CASE } from '../dns/name.ts';
import { hasLowerCaseNames, lowerCaseRdata } from '../rr/rdata.ts';
import type { RecordStore } from './record-store.ts';

/** Compares two records of a store by their numbers. */
export type Comparison = (a: number, b: number) => number;

/** Sorts `records[start, end)` in place: most owners have few. */
export function sortRecords(records: Uint32Array, start: number, end: number, compare: Comparison): void {
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
export function recordComparison(store: RecordStore): Comparison {
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
