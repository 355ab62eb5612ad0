import { findType } from '../rr/registry.ts';

const TAB = 9;
const NEWLINE = 10;

/** Reads the lines of zone text as `printZone` writes it, one after the other: each is a record, whose RDATA is passed over. */
export class PrintedLineReader {
  /** Where the line starts, where its RDATA does, and where its line feed is. */
  start = 0;
  rdataStart = 0;
  end = 0;
  type = -1;
  /** Whether it has another owner than the line that was read before. */
  isOwner = false;

  readonly #text: Uint8Array;
  readonly #last: number;
  #next: number;
  /** Where the owner of the line before is written, the tab included. */
  #owner = 0;
  #ownerLength = 0;

  /** Those that start at `text[first, last)`; one starts at `first`. */
  constructor(text: Uint8Array, first: number, last: number) {
    this.#text = text;
    this.#next = first;
    this.#last = last;
  }

  get hasNext(): boolean {
    return this.#next < this.#last;
  }

  /** Reads the next line; false where it is not a record as it is printed. */
  read(): boolean {
    const text = this.#text;
    const start = this.#next;
    this.start = start;
    let at = start + this.#ownerLength;
    this.isOwner = this.#ownerLength === 0 || !isAlike(text, start, this.#owner, this.#ownerLength);
    if (this.isOwner) {
      at = behindTab(text, start);
      this.#owner = start;
      this.#ownerLength = at - start;
      if (this.#ownerLength === 1) return false;
    }
    const typeStart = behindTab(text, behindTab(text, at));
    this.rdataStart = behindTab(text, typeStart);
    this.type = findType(text, typeStart, this.rdataStart - 1);
    this.end = text.indexOf(NEWLINE, this.rdataStart);
    this.#next = this.end + 1;
    return this.type >= 0 && this.end >= 0;
  }
}

/** The place behind the next tab on the line, or where there is none, the end of the text. */
export function behindTab(text: Uint8Array, at: number): number {
  for (; at < text.length; at++) {
    if (text[at] === TAB) return at + 1;
    if (text[at] === NEWLINE) break;
  }
  return text.length;
}

/** Whether `length` characters at two places of a text are the same. */
export function isAlike(text: Uint8Array, at: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (text[at + i] !== text[other + i]) return false;
  return true;
}
