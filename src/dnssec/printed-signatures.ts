import { allocateUint32, ByteBuffer } from '../dns/byte-buffer.ts';
import { printName } from '../dns/name.ts';
import { sameOctets } from '../dns/octets.ts';
import { serialGreater } from '../dns/serial.ts';
import { printRdata } from '../rr/rdata.ts';
import { className, printTypeName } from '../rr/registry.ts';
import type { OwnerTexts } from '../zone/print-zone.ts';
import type { PrintedZone } from '../zone/printed-zone.ts';
import type { Zone } from '../zone/zone.ts';
import type { PreviousSignatures } from './previous-signatures.ts';
import type { PrintedRrsigs } from './printed-jobs.ts';
import type { ReusableSignatures, Target } from './reusable-signatures.ts';
import { RrsigOffset, u16At, u32At } from './rrsig.ts';
import type { TaggedKey } from './verified-signatures.ts';

const TAB = 9;

/** What is known of an output by its text. */
export interface ReadOutput {
  readonly printed: PrintedZone;
  readonly rrsigs: PrintedRrsigs;
  readonly serial: number;
  /** Reads it in full. */
  readonly inFull: () => PreviousSignatures;
}

/**
 * The signatures of an output that this tool wrote itself, found in its text, which is not read in full for that: what did not change prints as
 * it did. The number of an RRset is that of its first line.
 */
export class PrintedSignatures implements ReusableSignatures {
  readonly serial: number;
  readonly #inFull: () => PreviousSignatures;
  readonly #printed: PrintedZone;
  readonly #rrsigs: PrintedRrsigs;
  readonly #content: Zone;
  readonly #now: number;
  readonly #refresh: number;
  /** Type → what was made for it last. */
  readonly #heads = new Map<number, { readonly ttl: number; readonly text: Uint8Array }>();
  /** Line → 1 where the new zone has the record. */
  readonly #isTaken: Uint8Array;
  readonly #out = new ByteBuffer(4096);
  /** Number of a name of the content → 2 + its owner in the text, 1 where it is not there, 0 where nobody has looked. */
  readonly #ownersOfNames: Uint32Array;
  /** Owner in the text → octets of its name there and the tab behind it, once it was looked for. */
  readonly #ownerLengths: Uint16Array;
  /** Owners of the text that are spelled in another way now. */
  readonly #respelled = new Set<number>();
  readonly #name = new ByteBuffer(1024);
  /** Most names come in the order of the text. */
  #nextOwner = 0;

  /**
   * @param content the zone that is being signed
   * @param now epoch seconds
   * @param refresh seconds: a signature with less than this left is made anew
   */
  constructor({ printed, rrsigs, serial, inFull }: ReadOutput, content: Zone, now: number, refresh: number) {
    this.serial = serial;
    this.#printed = printed;
    this.#rrsigs = rrsigs;
    this.#inFull = inFull;
    this.#content = content;
    this.#now = now;
    this.#refresh = refresh;
    this.#isTaken = new Uint8Array(printed.lineTypes.length);
    this.#ownerLengths = new Uint16Array(printed.ownerCount);
    this.#ownersOfNames = new Uint32Array(content.store.names.count);
  }

  inFull(): PreviousSignatures {
    return this.#inFull();
  }

  sameRrset({ owner, type, ttl, start, end }: Target, records: Uint32Array): number {
    const printed = this.#printed;
    const number = this.#findOwner(owner);
    const first = number < 0 ? -1 : printed.findLine(number, type);
    if (first < 0) return -1;
    const endLine = first + end - start;
    const ownerEnd = printed.ownerLines[number + 1]!;
    if (endLine > ownerEnd || (endLine < ownerEnd && printed.lineTypes[endLine] === type)) return -1;

    const out = this.#out;
    out.clear();
    out.append(this.#headOf(type, ttl));
    const headLength = out.length;
    const ownerLength = this.#ownerLengths[number]!;
    const { rdata, rdataOffsets, rdataLengths } = this.#content.store;
    for (let line = first, i = start; line < endLine; line++, i++) {
      const rdataStart = rdataOffsets[records[i]!]!;
      out.length = headLength;
      printRdata(type, rdata.bytes, rdataStart, rdataStart + rdataLengths[records[i]!]!, out);
      if (!printed.endsWith(line, printed.lineStarts[line]! + ownerLength, out)) return -1;
    }
    this.#isTaken.fill(1, first, endLine);
    return first;
  }

  appendSignature(rrset: number, key: TaggedKey, out: ByteBuffer, refresh = this.#refresh): number {
    const { rdata, rdataStarts, rdataLengths } = this.#rrsigs;
    for (let line = this.#firstSignature(rrset); this.#isSignature(line, rrset); line++) {
      const at = rdataStarts[line]!;
      const expiration = u32At(rdata, at + RrsigOffset.Expiration);
      if (
        u16At(rdata, at + RrsigOffset.KeyTag) !== key.keyTag ||
        rdata[at + RrsigOffset.Algorithm] !== key.algorithm ||
        serialGreater(u32At(rdata, at + RrsigOffset.Inception), this.#now) ||
        serialGreater(this.#now + refresh, expiration)
      )
        continue;
      out.append(rdata, at, at + rdataLengths[line]!);
      this.#isTaken[line] = 1;
      return expiration;
    }
    return -1;
  }

  hasSignature(rrset: number, wanted: Uint8Array): boolean {
    const { rdata, rdataStarts, rdataLengths } = this.#rrsigs;
    for (let line = this.#firstSignature(rrset); this.#isSignature(line, rrset); line++) {
      const at = rdataStarts[line]!;
      if (!sameOctets(rdata.subarray(at, at + rdataLengths[line]!), wanted)) continue;
      this.#isTaken[line] = 1;
      return true;
    }
    return false;
  }

  /** The texts of those owners of the new zone that have all that they had and nothing else, to the spelling of their names. */
  ownerTexts(zone: Zone): OwnerTexts {
    const { text, lineStarts, ownerLines } = this.#printed;
    const starts = allocateUint32(zone.ownerCount);
    const ends = allocateUint32(zone.ownerCount);
    for (let rank = 0; rank < zone.ownerCount; rank++) {
      const owner = this.#findOwner(zone.ownerNames[rank]!);
      if (owner < 0 || this.#respelled.has(owner) || !this.#isAll(owner, recordsAt(zone, rank))) continue;
      starts[rank] = lineStarts[ownerLines[owner]!]!;
      ends[rank] = lineStarts[ownerLines[owner + 1]!]!;
    }
    return { text, starts, ends };
  }

  /** Whether an owner has so many records in the text, and the new zone has all of them. */
  #isAll(owner: number, records: number): boolean {
    const { ownerLines } = this.#printed;
    const end = ownerLines[owner + 1]!;
    if (records !== end - ownerLines[owner]!) return false;
    for (let line = ownerLines[owner]!; line < end; line++) if (this.#isTaken[line] === 0) return false;
    return true;
  }

  /** The number in the text of a name of the store, or -1. */
  #findOwner(name: number): number {
    const known = this.#ownersOfNames[name] ?? 0;
    if (known > 0) return known - 2;
    const printed = this.#printed;
    const { names } = this.#content.store;
    this.#name.clear();
    printName(names.wire.bytes, names.offsets[name]!, this.#name);
    const owner = printed.findOwner(this.#name, this.#nextOwner);
    this.#ownersOfNames[name] = owner + 2;
    if (owner < 0) return -1;
    this.#nextOwner = owner + 1;
    this.#ownerLengths[owner] = this.#name.length + 1;
    if (!printed.isSpelled(owner, this.#name)) this.#respelled.add(owner);
    return owner;
  }

  /** The line behind an RRset. */
  #firstSignature(rrset: number): number {
    const { lineTypes } = this.#printed;
    let line = rrset + 1;
    while (lineTypes[line] === lineTypes[rrset]) line++;
    return line;
  }

  /** Whether a line that stands behind an RRset, and perhaps other signatures over it, is a signature over it. */
  #isSignature(line: number, rrset: number): boolean {
    const { rdata, rdataStarts, rdataLengths } = this.#rrsigs;
    if (line >= rdataLengths.length || rdataLengths[line] === 0) return false;
    return u16At(rdata, rdataStarts[line]! + RrsigOffset.TypeCovered) === this.#printed.lineTypes[rrset];
  }

  /** What stands on each line of an RRset between its owner and its RDATA. */
  #headOf(type: number, ttl: number): Uint8Array {
    const known = this.#heads.get(type);
    if (known?.ttl === ttl) return known.text;
    const out = new ByteBuffer(64);
    out.decimal(ttl);
    out.ascii(`\t${className(this.#content.zoneClass)}\t`);
    printTypeName(type, out);
    out.u8(TAB);
    const text = out.copy();
    this.#heads.set(type, { ttl, text });
    return text;
  }
}

function recordsAt({ ownerRrsets, rrsetRecords }: Zone, rank: number): number {
  return rrsetRecords[ownerRrsets[rank + 1]!]! - rrsetRecords[ownerRrsets[rank]!]!;
}
