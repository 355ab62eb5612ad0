import type { ByteBuffer } from '../dns/byte-buffer.ts';
import { compareNames, encodeName, MAX_NAME_LENGTH } from '../dns/name.ts';
import { ZonewrightError } from '../errors.ts';

const TAB = 9;
const NEWLINE = 10;

/** So many lines are passed over before an owner is looked for in the whole text. */
const NEAR = 16;

/**
 * The text of a zone as `printZone` writes it, not taken apart: each line is a record, those of an owner stand together, and owners in canonical
 * order. Whoever has a record in wire form can print it and compare.
 */
export class PrintedZone {
  readonly text: Uint8Array;
  readonly #owner = new Uint8Array(MAX_NAME_LENGTH);

  constructor(text: Uint8Array) {
    this.text = text;
  }

  /** Where the lines of the owner start whose name is at `names[offset…]`, letter case aside; -1 where it has none. */
  findOwner(names: Uint8Array, offset: number): number {
    const { text } = this;
    let low = 0;
    let high = text.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const line = middle === 0 ? 0 : text.lastIndexOf(NEWLINE, middle - 1) + 1;
      if (this.#compareOwner(line, names, offset) < 0) low = this.lineEnd(line) + 1;
      else high = line;
    }
    return low < text.length && this.#compareOwner(low, names, offset) === 0 ? low : -1;
  }

  /** Where, at a line or soon behind it, a line begins like the first `length` octets of something; -1 where none does. */
  findNear(line: number, start: ByteBuffer, length: number): number {
    for (let i = 0; i < NEAR && line < this.text.length; i++) {
      if (this.isAt(line, start, length)) return line;
      line = this.lineEnd(line) + 1;
    }
    return -1;
  }

  /** Whether the text goes on at a place like the first `length` octets of something. */
  isAt(at: number, { bytes }: ByteBuffer, length: number): boolean {
    const { text } = this;
    if (at + length > text.length) return false;
    for (let i = 0; i < length; i++) if (text[at + i] !== bytes[i]) return false;
    return true;
  }

  /** Where the line ends in which a place is: its line feed. */
  lineEnd(at: number): number {
    const end = this.text.indexOf(NEWLINE, at);
    return end < 0 ? this.text.length : end;
  }

  /** The place behind the lines from `at` on that begin like the first `length` octets of something. */
  behindLines(at: number, start: ByteBuffer, length: number): number {
    while (this.isAt(at, start, length)) at = this.lineEnd(at) + 1;
    return at;
  }

  /** How the owner of a line compares with a name. What is none comes before all. */
  #compareOwner(line: number, names: Uint8Array, offset: number): number {
    try {
      encodeName(this.text, line, this.text.indexOf(TAB, line), undefined, this.#owner, 0);
    } catch (error) {
      if (error instanceof ZonewrightError) return -1;
      throw error;
    }
    return compareNames(this.#owner, names, 0, offset);
  }
}
