import { nameToText } from '../../dns/name.ts';
import type { Zone } from '../zone.ts';

/** Calls back for each RRset of a type, with the rank of its owner. */
export function eachRrset(zone: Zone, type: number, visit: (rrset: number, rank: number) => void): void {
  for (const rrset of zone.rrsetsOfType(type)) visit(rrset, zone.rrsetOwners[rrset]!);
}

/** Calls back for each record of a type, with the rank of its owner. */
export function eachRecord(zone: Zone, type: number, visit: (record: number, rank: number) => void): void {
  eachRrset(zone, type, (rrset, rank) => {
    const end = zone.rrsetRecords[rrset + 1]!;
    for (let i = zone.rrsetRecords[rrset]!; i < end; i++) visit(zone.records[i]!, rank);
  });
}

/** The first RRset of an owner whose type is not in the set, or -1. */
export function findOtherRrset(zone: Zone, rank: number, types: ReadonlySet<number>): number {
  const end = zone.ownerRrsets[rank + 1]!;
  for (let rrset = zone.ownerRrsets[rank]!; rrset < end; rrset++) {
    if (!types.has(zone.rrsetTypes[rrset]!)) return rrset;
  }
  return -1;
}

/** The first record of an RRset, in canonical order. */
export function firstRecord(zone: Zone, rrset: number): number {
  return zone.records[zone.rrsetRecords[rrset]!]!;
}

/** The record of an RRset that was read last: the one too many. */
export function lastInFile(zone: Zone, rrset: number): number {
  return zone.recordsOf(rrset).reduce((last, record) => Math.max(last, record));
}

/** How many records an RRset has; none for RRset -1. */
export function recordCount(zone: Zone, rrset: number): number {
  return rrset < 0 ? 0 : zone.rrsetRecords[rrset + 1]! - zone.rrsetRecords[rrset]!;
}

/** The name at `nameAt` in the RDATA of a record, in presentation form. */
export function targetText(zone: Zone, record: number, nameAt: number): string {
  return nameToText(zone.store.rdata.bytes, zone.store.rdataOffsets[record]! + nameAt);
}
