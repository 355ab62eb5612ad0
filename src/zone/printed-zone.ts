import type { ByteBuffer } from '../dns/byte-buffer.ts';
import { NameTable } from './name-table.ts';

const TAB = 9;

/** Where lines and owners begin, and of which types the records are. */
export type PrintedLines = Pick<PrintedZone, 'lineStarts' | 'lineTypes' | 'ownerLines'>;

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

  constructor(text: Uint8Array, { lineStarts, lineTypes, ownerLines }: PrintedLines) {
    this.text = text;
    this.lineStarts = lineStarts;
    this.lineTypes = lineTypes;
    this.ownerLines = ownerLines;
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

  /** Where in the text a line ends, the line feed aside. */
  lineEnd(line: number): number {
    return this.lineStarts[line + 1]! - 1;
  }

  /** Whether a line ends with what was written to `other`, which starts `at`. */
  endsWith(line: number, at: number, { bytes, length }: ByteBuffer): boolean {
    const { text } = this;
    if (this.lineEnd(line) - at !== length) return false;
    for (let i = 0; i < length; i++) if (text[at + i] !== bytes[i]) return false;
    return true;
  }

  #tableOfOwners(): NameTable {
    const owners = new NameTable(this.ownerCount);
    for (let owner = 0; owner < this.ownerCount; owner++) {
      const start = this.lineStarts[this.ownerLines[owner]!]!;
      owners.intern(this.text, start, this.text.indexOf(TAB, start));
    }
    return owners;
  }
}
