import { ByteBuffer } from '../dns/byte-buffer.ts';
import { Type } from '../rr/registry.ts';
import { FETCHED, fetchOctets } from './fetch.ts';
import { LinePrinter } from './print-lines.ts';
import type { Zone } from './zone.ts';

/** Octets of text that are given out at once. */
export const BLOCK = 1 << 20;

/** Text of owners that is known: for the owner of a rank `text[starts[rank], ends[rank])`; `ends[rank]` is 0 where it is not. */
export interface OwnerTexts {
  readonly text: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** The zone as master file text in blocks, each valid until the next is asked for; the text is that of `OwnerPrinter`. */
export function* printZone(zone: Zone, known?: OwnerTexts): Generator<Uint8Array> {
  const out = new ByteBuffer(Math.min(BLOCK + 0x40000, 4096 + zone.recordCount * 256));
  const printer = new OwnerPrinter(printedColumns(zone, known), out);
  for (let rank = 0; rank < zone.ownerCount; rank += FETCHED) {
    printer.printRange(rank, Math.min(rank + FETCHED, zone.ownerCount));
    if (out.length < BLOCK) continue;
    yield out.view();
    out.clear();
  }
  if (out.length > 0) yield out.view();
}

/** What of a zone and its store is printed: columns that pass from thread to thread as they are. */
export type PrintedColumns = ReturnType<typeof printedColumns>;

/**
 * The columns of a zone: valid until its store grows.
 * @param known text that need not be printed again
 */
export function printedColumns({ store, ...zone }: Zone, known?: OwnerTexts) {
  const { ttls, rdata, rdataOffsets, rdataLengths, names } = store;
  return {
    zoneClass: zone.zoneClass,
    ownerNames: zone.ownerNames,
    ownerRrsets: zone.ownerRrsets,
    rrsetTypes: zone.rrsetTypes,
    rrsetTtls: zone.rrsetTtls,
    rrsetRecords: zone.rrsetRecords,
    records: zone.records,
    ttls,
    rdataBytes: rdata.bytes,
    rdataOffsets,
    rdataLengths,
    nameBytes: names.wire.bytes,
    nameOffsets: names.offsets,
    known,
  };
}

/**
 * Prints owners with all that they have: RRsets by type, but the SOA first, each followed by its signatures. Every record is whole on one line
 * with absolute names, so that any part of the text reads back alone.
 */
export class OwnerPrinter {
  readonly #columns: PrintedColumns;
  readonly #out: ByteBuffer;
  readonly #lines: LinePrinter;
  #firstSignature = 0;
  #endSignature = 0;

  /** @param out where the text is added */
  constructor(columns: PrintedColumns, out: ByteBuffer) {
    this.#columns = columns;
    this.#out = out;
    this.#lines = new LinePrinter(columns.zoneClass, out);
  }

  /** Prints the owners of the ranks `[first, end)`. */
  printRange(first: number, end: number): void {
    for (let rank = first; rank < end; rank += FETCHED) {
      const next = Math.min(rank + FETCHED, end);
      if (this.#columns.known === undefined) this.#fetch(rank, next);
      for (let i = rank; i < next; i++) this.print(i);
    }
  }

  #fetch(first: number, end: number): void {
    const { ownerNames, ownerRrsets, nameBytes, nameOffsets } = this.#columns;
    const { rrsetRecords, records, rdataBytes, rdataOffsets } = this.#columns;
    fetchOctets(nameBytes, nameOffsets, ownerNames, first, end);
    const firstRecord = rrsetRecords[ownerRrsets[first]!]!;
    fetchOctets(rdataBytes, rdataOffsets, records, firstRecord, rrsetRecords[ownerRrsets[end]!]!);
  }

  print(rank: number): void {
    const { known } = this.#columns;
    if (known !== undefined && known.ends[rank]! > 0) {
      this.#out.append(known.text, known.starts[rank], known.ends[rank]);
      return;
    }
    const { ownerNames, ownerRrsets, rrsetTypes, nameBytes, nameOffsets } = this.#columns;
    this.#lines.enterOwner(nameBytes, nameOffsets[ownerNames[rank]!]!);
    const first = ownerRrsets[rank]!;
    const end = ownerRrsets[rank + 1]!;
    this.#findSignatures(first, end);
    let printed = 0;
    let soa = -1;
    for (let rrset = first; rrset < end; rrset++) if (rrsetTypes[rrset] === Type.SOA) soa = rrset;
    if (soa >= 0) printed += this.#printRrset(soa);
    for (let rrset = first; rrset < end; rrset++) {
      if (rrset !== soa && rrsetTypes[rrset] !== Type.RRSIG) printed += this.#printRrset(rrset);
    }
    if (printed < this.#endSignature - this.#firstSignature) this.#printOrphanSignatures(first, end);
  }

  #findSignatures(first: number, end: number): void {
    const { rrsetTypes, rrsetRecords } = this.#columns;
    this.#firstSignature = 0;
    this.#endSignature = 0;
    for (let rrset = first; rrset < end; rrset++) {
      if (rrsetTypes[rrset] !== Type.RRSIG) continue;
      this.#firstSignature = rrsetRecords[rrset]!;
      this.#endSignature = rrsetRecords[rrset + 1]!;
    }
  }

  /** Prints an RRset of the current owner and the signatures that cover it; returns how many these are. */
  #printRrset(rrset: number): number {
    const { rrsetTypes, rrsetTtls, rrsetRecords, records } = this.#columns;
    const type = rrsetTypes[rrset]!;
    const ttl = rrsetTtls[rrset]!;
    const end = rrsetRecords[rrset + 1]!;
    this.#lines.enterRrset(type, ttl);
    for (let i = rrsetRecords[rrset]!; i < end; i++) this.#printRecord(records[i]!, type);
    let signatures = 0;
    for (let i = this.#firstSignature; i < this.#endSignature; i++) {
      if (this.#typeCovered(i) !== type) continue;
      this.#printSignature(i);
      signatures++;
    }
    return signatures;
  }

  /** Prints the signatures of the current owner that cover none of its RRsets `[first, end)`, or signatures. */
  #printOrphanSignatures(first: number, end: number): void {
    const types = this.#columns.rrsetTypes.subarray(first, end).filter((type) => type !== Type.RRSIG);
    for (let i = this.#firstSignature; i < this.#endSignature; i++)
      if (!types.includes(this.#typeCovered(i))) this.#printSignature(i);
  }

  #printSignature(position: number): void {
    const record = this.#columns.records[position]!;
    this.#lines.enterRrset(Type.RRSIG, this.#columns.ttls[record]!);
    this.#printRecord(record, Type.RRSIG);
  }

  #typeCovered(position: number): number {
    const { records, rdataBytes, rdataOffsets } = this.#columns;
    const start = rdataOffsets[records[position]!]!;
    return (rdataBytes[start]! << 8) | rdataBytes[start + 1]!;
  }

  #printRecord(record: number, type: number): void {
    const { rdataBytes, rdataOffsets, rdataLengths } = this.#columns;
    const start = rdataOffsets[record]!;
    this.#lines.print(type, rdataBytes, start, start + rdataLengths[record]!);
  }
}
