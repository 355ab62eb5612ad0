import { ByteBuffer } from '../dns/byte-buffer.ts';
import { printName } from '../dns/name.ts';
import { printRdata } from '../rr/rdata.ts';
import { className, printTypeName, Type } from '../rr/registry.ts';
import type { Zone } from './zone.ts';

/** Octets of text that are given out at once. */
const BLOCK = 1 << 20;
const TAB = 9;
const NEWLINE = 10;

/**
 * The zone as master file text in blocks, each valid until the next is asked for: canonical order, but the SOA first, and each RRset followed by
 * its signatures. Every record is whole on one line with absolute names, so that any part of the text reads back alone.
 */
export function* printZone(zone: Zone): Generator<Uint8Array> {
  const out = new ByteBuffer(Math.min(BLOCK + 0x40000, 4096 + zone.recordCount * 256));
  const printer = new RecordPrinter(zone, out);
  const apex = zone.rankOf(zone.origin);
  const soa = zone.apexRrset(Type.SOA);
  if (soa >= 0) {
    printer.enterOwner(apex);
    printer.printRrset(soa);
  }
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    printer.enterOwner(rank);
    const end = zone.ownerRrsets[rank + 1]!;
    for (let rrset = zone.ownerRrsets[rank]!; rrset < end; rrset++) {
      if (zone.rrsetTypes[rrset] !== Type.RRSIG && rrset !== soa) printer.printRrset(rrset);
      if (out.length >= BLOCK) {
        yield out.view();
        out.clear();
      }
    }
    printer.printOrphanSignatures();
  }
  if (out.length > 0) yield out.view();
}

class RecordPrinter {
  readonly #zone: Zone;
  readonly #out: ByteBuffer;
  readonly #classText: Uint8Array;
  readonly #owner = new ByteBuffer(1024);
  #firstSignature = 0;
  #endSignature = 0;
  #printedSignatures = 0;

  constructor(zone: Zone, out: ByteBuffer) {
    this.#zone = zone;
    this.#out = out;
    const text = `\t${className(zone.zoneClass)}\t`;
    this.#classText = Uint8Array.from(text, (character) => character.charCodeAt(0));
  }

  enterOwner(rank: number): void {
    const zone = this.#zone;
    const { names } = zone.store;
    this.#owner.clear();
    printName(names.wire.bytes, names.offsets[zone.ownerNames[rank]!]!, this.#owner);
    this.#owner.u8(TAB);
    const signatures = zone.findRrset(rank, Type.RRSIG);
    this.#firstSignature = signatures < 0 ? 0 : zone.rrsetRecords[signatures]!;
    this.#endSignature = signatures < 0 ? 0 : zone.rrsetRecords[signatures + 1]!;
    this.#printedSignatures = 0;
  }

  /** Prints an RRset of the current owner and the signatures that cover it. */
  printRrset(rrset: number): void {
    const zone = this.#zone;
    const type = zone.rrsetTypes[rrset]!;
    const ttl = zone.rrsetTtls[rrset]!;
    const end = zone.rrsetRecords[rrset + 1]!;
    for (let i = zone.rrsetRecords[rrset]!; i < end; i++) this.#printRecord(zone.records[i]!, type, ttl);
    for (let i = this.#firstSignature; i < this.#endSignature; i++) {
      if (this.#typeCovered(i) === type) this.#printSignature(i);
    }
  }

  /** Prints the signatures of the current owner that cover nothing that is there. */
  printOrphanSignatures(): void {
    if (this.#printedSignatures === this.#endSignature - this.#firstSignature) return;
    const zone = this.#zone;
    for (let i = this.#firstSignature; i < this.#endSignature; i++) {
      const rank = zone.rankOf(
        zone.store.names.wire.bytes,
        zone.store.names.offsets[zone.store.owners[zone.records[i]!]!],
      );
      if (zone.findRrset(rank, this.#typeCovered(i)) < 0) this.#printSignature(i);
    }
  }

  #printSignature(position: number): void {
    const record = this.#zone.records[position]!;
    this.#printedSignatures++;
    this.#printRecord(record, Type.RRSIG, this.#zone.store.ttls[record]!);
  }

  #typeCovered(position: number): number {
    const { rdata, rdataOffsets } = this.#zone.store;
    const start = rdataOffsets[this.#zone.records[position]!]!;
    return (rdata.bytes[start]! << 8) | rdata.bytes[start + 1]!;
  }

  #printRecord(record: number, type: number, ttl: number): void {
    const out = this.#out;
    const { rdata, rdataOffsets, rdataLengths } = this.#zone.store;
    out.append(this.#owner.bytes, 0, this.#owner.length);
    out.decimal(ttl);
    out.append(this.#classText);
    printTypeName(type, out);
    out.u8(TAB);
    const start = rdataOffsets[record]!;
    printRdata(type, rdata.bytes, start, start + rdataLengths[record]!, out);
    out.u8(NEWLINE);
  }
}
