import { findType } from '../rr/registry.ts';

const TAB = 9;
const NEWLINE = 10;

/** Reads the lines of zone text as `printZone` writes it, one after the other: each is a record, whose RDATA is passed over. */
export class PrintedLineReader {
  /** Where the line starts, where its TTL and its RDATA do, and where its line feed is. */
  start = 0;
  ttlStart = 0;
  rdataStart = 0;
  end = 0;
  type = -1;
  /** Whether it has another owner than the line that was read before. */
  isOwner = true;
  /** Whether it has the same owner, TTL and class. */
  isAlike = false;

  readonly #text: Uint8Array;
  #next: number;
  /** Lengths of the owner, and of owner, TTL and class, with the tabs behind them. */
  #ownerLength = 0;
  #headLength = 0;

  /** @param first where a line starts */
  constructor(text: Uint8Array, first: number) {
    this.#text = text;
    this.#next = first;
  }

  /** Where the next line starts, or the text ends. */
  get next(): number {
    return this.#next;
  }

  /** Reads the next line; false where it is not a record as it is printed. */
  read(): boolean {
    const text = this.#text;
    const before = this.start;
    const start = this.#next;
    this.start = start;
    this.isAlike = this.#headLength > 0 && isAlike(text, start, before, this.#headLength);
    this.isOwner =
      !this.isAlike && !(this.#ownerLength > 0 && isAlike(text, start, before, this.#ownerLength));
    if (this.isOwner) this.#ownerLength = behindTab(text, start) - start;
    this.ttlStart = start + this.#ownerLength;
    if (!this.isAlike) this.#headLength = behindTab(text, behindTab(text, this.ttlStart)) - start;
    const typeStart = start + this.#headLength;
    this.rdataStart = behindTab(text, typeStart);
    this.type = findType(text, typeStart, this.rdataStart - 1);
    this.end = text.indexOf(NEWLINE, this.rdataStart);
    this.#next = this.end + 1;
    return this.type >= 0 && this.end >= 0 && this.#ownerLength > 1;
  }
}

/** The place behind the next tab on the line, or where there is none, the end of the text. */
function behindTab(text: Uint8Array, at: number): number {
  for (; at < text.length; at++) {
    if (text[at] === TAB) return at + 1;
    if (text[at] === NEWLINE) break;
  }
  return text.length;
}

/** Whether `length` characters at two places of a text are the same. */
function isAlike(text: Uint8Array, at: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (text[at + i] !== text[other + i]) return false;
  return true;
}
