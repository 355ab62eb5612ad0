import { ByteBuffer } from '../dns/byte-buffer.ts';
import { sameOctets } from '../dns/octets.ts';
import { serialGreater } from '../dns/serial.ts';
import { findType, Type } from '../rr/registry.ts';
import { LinePrinter } from '../zone/print-lines.ts';
import { PrintedLineReader } from '../zone/printed-lines.ts';
import { PrintedZone } from '../zone/printed-zone.ts';
import type { Zone } from '../zone/zone.ts';
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
  /** Where the owner of a rank in the content may stand in the text. */
  readonly startOf?: ((rank: number) => number) | undefined;
}

/** A line of an owner. */
interface Line {
  readonly start: number;
  /** Where its TTL and its RDATA start, and where its line feed is. */
  readonly ttlStart: number;
  readonly rdataStart: number;
  readonly end: number;
  readonly type: number;
  /** Whether it has the TTL and the class of the line before. */
  readonly isAlike: boolean;
}

/**
 * The signatures of an output that this tool wrote itself, found in its text owner by owner: what did not change prints as it did. The number of
 * an RRset is where its first line starts; it holds until another RRset is asked for.
 */
export class PrintedSignatures implements ReusableSignatures {
  readonly serial: number;
  readonly #inFull: () => PreviousSignatures;
  readonly #startOf: ((rank: number) => number) | undefined;
  readonly #printed: PrintedZone;
  readonly #rrsig: PrintedRrsig;
  readonly #content: Zone;
  readonly #now: number;
  readonly #refresh: number;
  readonly #out = new ByteBuffer(4096);
  readonly #print: LinePrinter;
  /** The owner that was looked for last, by the number of its name in the store, and its lines. */
  #owner = -1;
  #lines: readonly Line[] = [];
  /** Where the next owner may stand in the text, as most come in its order. */
  #next = 0;

  /**
   * @param content the zone that is being signed
   * @param now epoch seconds
   * @param refresh seconds: a signature with less than this left is made anew
   */
  constructor({ text, serial, inFull, startOf }: ReadOutput, content: Zone, now: number, refresh: number) {
    this.serial = serial;
    this.#inFull = inFull;
    this.#startOf = startOf;
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
    const lines = this.#lines;
    const first = lines.findIndex((line) => line.type === type);
    const last = first + end - start;
    if (first < 0 || last > lines.length || lines[last]?.type === type) return -1;

    this.#print.enterRrset(type, ttl);
    const { ownerLength } = this.#print;
    const { rdata, rdataOffsets, rdataLengths } = this.#content.store;
    for (let line = first, i = start; line < last; line++, i++) {
      const rdataStart = rdataOffsets[records[i]!]!;
      this.#out.clear();
      this.#print.print(type, rdata.bytes, rdataStart, rdataStart + rdataLengths[records[i]!]!);
      if (!this.#endsWith(lines[line]!, ownerLength)) return -1;
    }
    return lines[first]!.start;
  }

  appendSignature(rrset: number, key: TaggedKey, out: ByteBuffer, refresh = this.#refresh): number {
    const rrsig = this.#rrsig;
    for (const line of this.#signaturesOver(rrset)) {
      if (!this.#read(line)) continue;
      if (
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
    return this.#signaturesOver(rrset).some((line) => {
      if (!this.#read(line)) return false;
      const rdata = new ByteBuffer(512);
      this.#rrsig.append(rdata);
      return sameOctets(rdata.view(), wanted);
    });
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
    const guess = (rank >= 0 && this.#startOf?.(rank)) || this.#next;
    const at = this.#printed.isAt(guess, head, ownerLength)
      ? guess
      : this.#printed.findOwner(names.wire.bytes, name);
    if (at < 0) {
      this.#lines = [];
      return;
    }
    const reader = new PrintedLineReader(this.#printed.text, at);
    const lines: Line[] = [];
    while (
      reader.next < this.#printed.text.length &&
      reader.read() &&
      (lines.length === 0 || !reader.isOwner)
    ) {
      const { start, ttlStart, rdataStart, end, type, isAlike } = reader;
      lines.push({ start, ttlStart, rdataStart, end, type, isAlike });
    }
    this.#lines = lines;
    this.#next = (lines.at(-1)?.end ?? at - 1) + 1;
  }

  /** Whether what was printed is a line, but for the owner. */
  #endsWith({ ttlStart, end }: Line, ownerLength: number): boolean {
    const { text } = this.#printed;
    const { bytes, length } = this.#out;
    if (end + 1 - ttlStart !== length - ownerLength) return false;
    for (let i = ownerLength; i < length; i++)
      if (text[ttlStart + i - ownerLength] !== bytes[i]) return false;
    return true;
  }

  /** The lines behind an RRset and before the next one, of the same TTL and class: signatures over it. */
  #signaturesOver(rrset: number): readonly Line[] {
    const lines = this.#lines;
    const first = lines.findIndex(({ start }) => start === rrset);
    const type = lines[first]?.type;
    if (type === undefined) return [];
    let line = first;
    while (lines[line]?.type === type) line++;
    const end = lines.findIndex((each, i) => i >= line && !(each.type === Type.RRSIG && each.isAlike));
    return lines.slice(line, end < 0 ? undefined : end).filter((each) => this.#covered(each) === type);
  }

  #covered({ rdataStart }: Line): number {
    const { text } = this.#printed;
    return findType(text, rdataStart, text.indexOf(SPACE, rdataStart));
  }

  /** Reads a signature; false where it is of another form, or over another TTL. */
  #read(line: Line): boolean {
    const { text } = this.#printed;
    const type = this.#covered(line);
    return (
      this.#rrsig.read(type, text.indexOf(SPACE, line.rdataStart) + 1, line.end) &&
      this.#rrsig.originalTtl === numberAt(text, line.ttlStart)
    );
  }
}

/** The number that stands before a tab. */
function numberAt(text: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; text[at] !== TAB; at++) value = 10 * value + text[at]! - 48;
  return value;
}
