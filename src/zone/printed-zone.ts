import type { ByteBuffer } from '../dns/byte-buffer.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { findType } from '../rr/registry.ts';
import { NameTable } from './name-table.ts';
import { parseZone } from './parse-zone.ts';
import { Zone } from './zone.ts';

const TAB = 9;
const NEWLINE = 10;
const ZERO = 48;

/** The fields of a line by how many come before. */
export const Field = { Owner: 0, Ttl: 1, Class: 2, Type: 3, Rdata: 4 } as const;

/**
 * The text of a zone as `printZone` writes it, taken apart no further than to lines: each is a record, and those of an owner stand together. The
 * records are not read; whoever has one of them in wire form can print it and compare.
 */
export class PrintedZone {
  readonly text: Uint8Array;
  /** Line → where it starts; one more entry closes the last. */
  readonly lineStarts: Uint32Array;
  /** Line → type of its record. */
  readonly lineTypes: Uint16Array;
  /** Owner, numbered in the order of the text → its first line; one more entry closes the last. */
  readonly ownerLines: Uint32Array;
  #owners: NameTable | undefined;
  #zone: Zone | undefined;

  private constructor(text: Uint8Array, { lineStarts, lineTypes, ownerLines }: Lines) {
    this.text = text;
    this.lineStarts = lineStarts;
    this.lineTypes = lineTypes;
    this.ownerLines = ownerLines;
  }

  /** Undefined where the text has another form. */
  static of(text: Uint8Array): PrintedZone | undefined {
    const lines = findLines(text);
    return lines && new PrintedZone(text, lines);
  }

  get ownerCount(): number {
    return this.ownerLines.length - 1;
  }

  /**
   * The number of the owner whose name is written like this, letter case aside, or -1.
   * @param guess the one that it may be
   */
  findOwner(name: ByteBuffer, guess: number): number {
    if (guess < this.ownerCount && this.isSpelled(guess, name)) return guess;
    this.#owners ??= this.#tableOfOwners();
    return this.#owners.find(name.bytes, 0, name.length);
  }

  /** Whether the name of an owner is written exactly like this. */
  isSpelled(owner: number, { bytes, length }: ByteBuffer): boolean {
    const { text } = this;
    const start = this.lineStarts[this.ownerLines[owner]!]!;
    for (let i = 0; i < length; i++) if (text[start + i] !== bytes[i]) return false;
    return text[start + length] === TAB;
  }

  /** The first line of an owner whose record has this type, or -1. */
  findLine(owner: number, type: number): number {
    for (let line = this.ownerLines[owner]!, end = this.ownerLines[owner + 1]!; line < end; line++)
      if (this.lineTypes[line] === type) return line;
    return -1;
  }

  /** Where in the text a field of a line starts. */
  fieldStart(line: number, field: number): number {
    let at = this.lineStarts[line]!;
    for (let tabs = 0; tabs < field; at++) if (this.text[at] === TAB) tabs++;
    return at;
  }

  /** In seconds. */
  ttlOf(line: number): number {
    let ttl = 0;
    for (let at = this.fieldStart(line, Field.Ttl); this.text[at] !== TAB; at++)
      ttl = 10 * ttl + this.text[at]! - ZERO;
    return ttl;
  }

  /** Where in the text a line ends, the line feed aside. */
  lineEnd(line: number): number {
    return this.lineStarts[line + 1]! - 1;
  }

  /** Whether `length` characters at two places of the text are the same. */
  isAlike(at: number, other: number, length: number): boolean {
    return isAlike(this.text, at, other, length);
  }

  /** Whether a line ends with what was written to `other`, which starts `at`. */
  endsWith(line: number, at: number, { bytes, length }: ByteBuffer): boolean {
    const { text } = this;
    if (this.lineEnd(line) - at !== length) return false;
    for (let i = 0; i < length; i++) if (text[at + i] !== bytes[i]) return false;
    return true;
  }

  /** The RDATA of a line in wire form. */
  readRdata(line: number): Uint8Array {
    const text = this.text.subarray(this.fieldStart(line, Field.Rdata), this.lineEnd(line));
    return rdataFromText(this.lineTypes[line]!, String.fromCharCode(...text));
  }

  /** The zone, read in full. @param origin its name in wire form */
  read(origin: Uint8Array): Zone {
    if (this.#zone === undefined) {
      const { store, zoneClass } = parseZone({ file: '', bytes: this.text }, { origin });
      this.#zone = new Zone(store, { origin, zoneClass });
    }
    return this.#zone;
  }

  #tableOfOwners(): NameTable {
    const owners = new NameTable(this.ownerCount);
    for (let owner = 0; owner < this.ownerCount; owner++) {
      const line = this.ownerLines[owner]!;
      owners.intern(this.text, this.lineStarts[line]!, this.fieldStart(line, Field.Ttl) - 1);
    }
    return owners;
  }
}

type Lines = Pick<PrintedZone, 'lineStarts' | 'lineTypes' | 'ownerLines'>;

/** Undefined where a line is not a record as it is printed. */
function findLines(text: Uint8Array): Lines | undefined {
  const expected = 64 + Math.ceil(text.length / 100);
  let lineStarts = new Uint32Array(expected);
  let lineTypes = new Uint16Array(expected);
  let ownerLines = new Uint32Array(Math.ceil(expected / 4));
  let lines = 0;
  let owners = 0;
  // Where the owner of the line before is written, the tab included.
  let owner = 0;
  let ownerLength = 0;
  for (let start = 0; start < text.length; lines++) {
    let at = start + ownerLength;
    if (ownerLength === 0 || !isAlike(text, start, owner, ownerLength)) {
      at = behindTab(text, start);
      owner = start;
      ownerLength = at - start;
      if (ownerLength === 1) return undefined;
      if (owners + 2 > ownerLines.length) ownerLines = grown(ownerLines, new Uint32Array(owners * 2 + 64));
      ownerLines[owners++] = lines;
    }
    const typeStart = behindTab(text, behindTab(text, at));
    const rdataStart = behindTab(text, typeStart);
    const type = findType(text, typeStart, rdataStart - 1);
    const end = text.indexOf(NEWLINE, rdataStart);
    if (type < 0 || end < 0) return undefined;
    if (lines + 2 > lineStarts.length) {
      lineStarts = grown(lineStarts, new Uint32Array(lines * 2));
      lineTypes = grown(lineTypes, new Uint16Array(lines * 2));
    }
    lineStarts[lines] = start;
    lineTypes[lines] = type;
    start = end + 1;
  }
  lineStarts[lines] = text.length;
  ownerLines[owners] = lines;
  return {
    lineStarts: lineStarts.subarray(0, lines + 1),
    lineTypes: lineTypes.subarray(0, lines),
    ownerLines: ownerLines.subarray(0, owners + 1),
  };
}

/** The place behind the next tab on the line, or where there is none, the end of the text. */
function behindTab(text: Uint8Array, at: number): number {
  for (; at < text.length; at++) {
    if (text[at] === TAB) return at + 1;
    if (text[at] === NEWLINE) break;
  }
  return text.length;
}

function isAlike(text: Uint8Array, at: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (text[at + i] !== text[other + i]) return false;
  return true;
}

function grown<T extends Uint32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
