import { ByteBuffer } from '../dns/byte-buffer.ts';
import { Base64Decoder } from '../dns/encoding.ts';
import { printName } from '../dns/name.ts';
import { writeRrsigHeader, type Rrsig } from './rrsig.ts';

const SPACE = 32;

/** Reads RDATA of RRSIG records as text that `printRdata` wrote, one after the other. */
export class PrintedRrsig implements Omit<Rrsig, 'signature'> {
  typeCovered = 0;
  algorithm = 0;
  labels = 0;
  originalTtl = 0;
  expiration = 0;
  inception = 0;
  keyTag = 0;
  readonly signerName: Uint8Array;

  readonly #text: Uint8Array;
  readonly #signerText = new ByteBuffer(1024);
  /** Days as `YYYYMMDD` → epoch seconds at which they begin. */
  readonly #days = new Map<number, number>();
  #at = 0;
  #end = 0;

  /** @param signerName the only one that will do, in canonical form */
  constructor(text: Uint8Array, signerName: Uint8Array) {
    this.#text = text;
    this.signerName = signerName;
    printName(signerName, 0, this.#signerText);
    this.#signerText.u8(SPACE);
  }

  /**
   * Reads what stands between the type covered and the signature. False where that is something else.
   * @param at where the algorithm starts in the text
   * @param end where the record ends
   */
  read(typeCovered: number, at: number, end: number): boolean {
    this.#at = at;
    this.#end = end;
    this.typeCovered = typeCovered;
    this.algorithm = this.#number();
    this.labels = this.#number();
    this.originalTtl = this.#number();
    this.expiration = this.#time();
    this.inception = this.#time();
    this.keyTag = this.#number();
    return this.#at >= 0 && this.#isSigner();
  }

  /** Where the signature starts that was read last. */
  get signatureStart(): number {
    return this.#at;
  }

  /** Appends the RDATA that was read last. */
  append(out: ByteBuffer): void {
    writeRrsigHeader(this, out);
    const signature = new Base64Decoder();
    signature.add(this.#text, this.#at, this.#end, out);
    signature.finish();
  }

  /** A number and the space behind it. */
  #number(): number {
    const text = this.#text;
    let value = 0;
    for (let at = this.#at; at >= 0 && at < this.#end; at++) {
      const digit = text[at]! - 48;
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        continue;
      }
      if (text[at] !== SPACE || at === this.#at) break;
      this.#at = at + 1;
      return value;
    }
    this.#at = -1;
    return 0;
  }

  /** A time as `YYYYMMDDHHmmSS` and the space behind it. */
  #time(): number {
    const value = this.#number();
    const day = Math.floor(value / 1_000_000);
    const clock = value - day * 1_000_000;
    let start = this.#days.get(day);
    if (start === undefined) {
      start = Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100) / 1000;
      this.#days.set(day, start);
    }
    return start + Math.floor(clock / 10_000) * 3600 + (Math.floor(clock / 100) % 100) * 60 + (clock % 100);
  }

  /** Whether the signer's name comes now; it is passed over. */
  #isSigner(): boolean {
    const { bytes, length } = this.#signerText;
    for (let i = 0; i < length; i++) if (this.#text[this.#at + i] !== bytes[i]) return false;
    this.#at += length;
    return this.#at < this.#end;
  }
}
