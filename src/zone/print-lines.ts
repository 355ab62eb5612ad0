import { ByteBuffer } from '../dns/byte-buffer.ts';
import { printName } from '../dns/name.ts';
import { printRdata } from '../rr/rdata.ts';
import { className, printTypeName } from '../rr/registry.ts';

const TAB = 9;
const NEWLINE = 10;

/** Prints records, each on one line: owner, TTL, class, type and RDATA with tabs between them, names absolute. */
export class LinePrinter {
  /** What lines begin with: the owner and a tab, and behind them what `enterRrset` said. */
  readonly head = new ByteBuffer(2048);
  /** Octets of the owner and the tab. */
  ownerLength = 0;
  readonly #classText: Uint8Array;
  /** What the last RRset's lines had behind the owner, which the next one's mostly have too. */
  readonly #rrset = new ByteBuffer(64);
  #type = -1;
  #ttl = -1;
  readonly #out: ByteBuffer;

  /** @param out where the lines are added */
  constructor(zoneClass: number, out: ByteBuffer) {
    this.#out = out;
    const text = `\t${className(zoneClass)}\t`;
    this.#classText = Uint8Array.from(text, (character) => character.charCodeAt(0));
  }

  /** Says whose records come now: the name at `names[offset…]`. */
  enterOwner(names: Uint8Array, offset: number): void {
    this.head.clear();
    printName(names, offset, this.head);
    this.head.u8(TAB);
    this.ownerLength = this.head.length;
  }

  /** Says of which type and TTL they are. */
  enterRrset(type: number, ttl: number): void {
    if (type !== this.#type || ttl !== this.#ttl) this.#printRrset(type, ttl);
    this.head.length = this.ownerLength;
    this.head.append(this.#rrset.bytes, 0, this.#rrset.length);
  }

  #printRrset(type: number, ttl: number): void {
    const rrset = this.#rrset;
    rrset.clear();
    rrset.decimal(ttl);
    rrset.append(this.#classText);
    printTypeName(type, rrset);
    rrset.u8(TAB);
    [this.#type, this.#ttl] = [type, ttl];
  }

  /** Prints a record of this type, whose RDATA is `bytes[start, end)`. */
  print(type: number, bytes: Uint8Array, start: number, end: number): void {
    const out = this.#out;
    out.append(this.head.bytes, 0, this.head.length);
    printRdata(type, bytes, start, end, out);
    out.u8(NEWLINE);
  }
}
