import { ByteBuffer } from '../dns/byte-buffer.ts';
import { sameOctets } from '../dns/octets.ts';
import { serialGreater } from '../dns/serial.ts';
import { findType, Type } from '../rr/registry.ts';
import { LinePrinter } from '../zone/print-lines.ts';
import { PrintedLineReader } from '../zone/printed-lines.ts';
import { PrintedZone } from '../zone/printed-zone.ts';
import type { Zone } from '../zone/zone.ts';
import type { KeptOwners } from './kept-owners.ts';
import type { PreviousSignatures } from './previous-signatures.ts';
import { PrintedRrsig } from './printed-rrsig.ts';
import type { ReusableSignatures, Target } from './reusable-signatures.ts';
import type { TaggedKey } from './verified-signatures.ts';

const TAB = 9;
const SPACE = 32;

/** What is known of an output by its text. */
export interface ReadOutput {
  readonly text: Uint8Array;
  readonly serial: number;
  /** Reads it in full. */
  readonly inFull: () => PreviousSignatures;
  /** Owners that are known to have stayed. */
  readonly kept?: KeptOwners | undefined;
}

/**
 * The signatures of an output that this tool wrote itself, found in its text owner by owner: what did not change prints as it did. The number of
 * an RRset is where its first line starts; it holds until another RRset is asked for.
 */
export class PrintedSignatures implements ReusableSignatures {
  readonly serial: number;
  readonly #inFull: () => PreviousSignatures;
  readonly #kept: KeptOwners | undefined;
  readonly #printed: PrintedZone;
  readonly #rrsig: PrintedRrsig;
  readonly #content: Zone;
  readonly #now: number;
  readonly #refresh: number;
  readonly #out = new ByteBuffer(4096);
  readonly #print: LinePrinter;
  /** The owner that was looked for last, by the number of its name in the store. */
  #owner = -1;
  #isKept = false;
  /** Its lines: where each starts, its TTL and its RDATA do, and where its line feed is. */
  readonly #starts: number[] = [];
  readonly #ttlStarts: number[] = [];
  readonly #rdataStarts: number[] = [];
  readonly #ends: number[] = [];
  readonly #types: number[] = [];
  /** What a signature of the TTL and class of the line before covers, else -1. */
  readonly #covered: number[] = [];
  /** Where the next owner may stand in the text, as most come in its order. */
  #next = 0;

  /**
   * @param content the zone that is being signed
   * @param now epoch seconds
   * @param refresh seconds: a signature with less than this left is made anew
   */
  constructor({ text, serial, inFull, kept }: ReadOutput, content: Zone, now: number, refresh: number) {
    this.serial = serial;
    this.#inFull = inFull;
    this.#kept = kept;
    this.#printed = new PrintedZone(text);
    this.#rrsig = new PrintedRrsig(text, content.origin);
    this.#content = content;
    this.#now = now;
    this.#refresh = refresh;
    this.#print = new LinePrinter(content.zoneClass, this.#out);
  }

  inFull(): PreviousSignatures {
    return this.#inFull();
  }

  sameRrset({ owner, type, ttl, start, end }: Target, records: Uint32Array): number {
    this.#enter(owner);
    const types = this.#types;
    const first = types.indexOf(type);
    const last = first + end - start;
    if (first < 0 || last > types.length || types[last] === type) return -1;
    if (this.#isKept) return this.#starts[first]!;

    this.#print.enterRrset(type, ttl);
    const { rdata, rdataOffsets, rdataLengths } = this.#content.store;
    for (let line = first, i = start; line < last; line++, i++) {
      const rdataStart = rdataOffsets[records[i]!]!;
      this.#out.clear();
      this.#print.print(type, rdata.bytes, rdataStart, rdataStart + rdataLengths[records[i]!]!);
      if (!this.#endsWith(line)) return -1;
    }
    return this.#starts[first]!;
  }

  appendSignature(rrset: number, key: TaggedKey, out: ByteBuffer, refresh = this.#refresh): number {
    const rrsig = this.#rrsig;
    for (let line = this.#firstSignature(rrset); line >= 0; line = this.#nextSignature(line)) {
      if (
        !this.#read(line) ||
        rrsig.keyTag !== key.keyTag ||
        rrsig.algorithm !== key.algorithm ||
        serialGreater(rrsig.inception, this.#now) ||
        serialGreater(this.#now + refresh, rrsig.expiration)
      )
        continue;
      rrsig.append(out);
      return rrsig.expiration;
    }
    return -1;
  }

  hasSignature(rrset: number, wanted: Uint8Array): boolean {
    for (let line = this.#firstSignature(rrset); line >= 0; line = this.#nextSignature(line)) {
      if (!this.#read(line)) continue;
      const rdata = new ByteBuffer(512);
      this.#rrsig.append(rdata);
      if (sameOctets(rdata.view(), wanted)) return true;
    }
    return false;
  }

  /** Finds the lines of an owner, by the number of its name in the store. */
  #enter(owner: number): void {
    if (owner === this.#owner) return;
    this.#owner = owner;
    const { names } = this.#content.store;
    const name = names.offsets[owner]!;
    this.#print.enterOwner(names.wire.bytes, name);
    const { head, ownerLength } = this.#print;
    const rank = this.#content.rankOfName(owner);
    this.#isKept = rank >= 0 && this.#kept?.has(rank) === true;
    const guess = (rank >= 0 && this.#kept?.startOf(rank)) || this.#next;
    const near = this.#printed.findNear(guess, head, ownerLength);
    const at = near >= 0 ? near : this.#printed.findOwner(names.wire.bytes, name);
    for (const column of [this.#starts, this.#ttlStarts, this.#rdataStarts, this.#ends]) column.length = 0;
    this.#types.length = 0;
    this.#covered.length = 0;
    if (at >= 0) this.#readLines(at);
  }

  #readLines(at: number): void {
    const { text } = this.#printed;
    const line = new PrintedLineReader(text, at);
    while (line.next < text.length && line.read() && (line.start === at || !line.isOwner)) {
      this.#starts.push(line.start);
      this.#ttlStarts.push(line.ttlStart);
      this.#rdataStarts.push(line.rdataStart);
      this.#ends.push(line.end);
      this.#types.push(line.type);
      const isSignature = line.type === Type.RRSIG && line.isAlike;
      this.#covered.push(
        isSignature ? findType(text, line.rdataStart, text.indexOf(SPACE, line.rdataStart)) : -1,
      );
      this.#next = line.end + 1;
    }
  }

  /** Whether what was printed is a line, but for the owner. */
  #endsWith(line: number): boolean {
    const { text } = this.#printed;
    const { bytes, length } = this.#out;
    const { ownerLength } = this.#print;
    const start = this.#ttlStarts[line]! - ownerLength;
    if (this.#ends[line]! + 1 - start !== length) return false;
    for (let i = ownerLength; i < length; i++) if (text[start + i] !== bytes[i]) return false;
    return true;
  }

  /** The first signature over an RRset: it stands behind it; -1 where there is none. */
  #firstSignature(rrset: number): number {
    const types = this.#types;
    let line = this.#starts.indexOf(rrset);
    const type = types[line];
    if (type === undefined) return -1;
    while (types[line] === type) line++;
    return this.#covered[line] === type ? line : -1;
  }

  /** The signature behind another one, over the same RRset, or -1. */
  #nextSignature(line: number): number {
    return this.#covered[line + 1] === this.#covered[line] ? line + 1 : -1;
  }

  /** Reads a signature; false where it is of another form, or over another TTL. */
  #read(line: number): boolean {
    const { text } = this.#printed;
    const algorithm = text.indexOf(SPACE, this.#rdataStarts[line]) + 1;
    return (
      this.#rrsig.read(this.#covered[line]!, algorithm, this.#ends[line]!) &&
      this.#rrsig.originalTtl === numberAt(text, this.#ttlStarts[line]!)
    );
  }
}

/** The number that stands before a tab. */
function numberAt(text: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; text[at] !== TAB; at++) value = 10 * value + text[at]! - 48;
  return value;
}
