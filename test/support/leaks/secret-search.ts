/** Characters of a piece of a secret: as many turn up by chance in no run. */
const PIECE = 16;
/** Every so many characters of an encoded secret a piece begins, so any `PIECE + STRIDE - 1` of them that leak are found. */
const STRIDE = 6;
/** Different characters that a piece has at the least: runs of zeros stand in much that is no secret. */
const FEWEST_CHARACTERS = 4;
/** Bits of the filter that most of a text does not pass. */
const FILTER_BITS = 24;

const FACTOR = 0x01000193;
/** What the octet that leaves the window counted for. */
const OLDEST = Array.from({ length: PIECE - 1 }).reduce<number>((power) => Math.imul(power, FACTOR), 1);

/** Octets as people print them: `1, 2, 3` over any number of lines, `01 02 03`, `01:02:03`. */
const DECIMAL_LIST = /(?:\b\d{1,3}[,\s]+){8,}\d{1,3}\b/g;
const HEX_LIST = /(?:\b[0-9a-f]{2}[ :]+){8,}[0-9a-f]{2}\b/gi;

/** Finds pieces of any number of secrets in any amount of text, in whatever form they may have been printed. */
export class SecretSearch {
  readonly #pieces = new Map<string, string>();
  readonly #words = new Map<string, string>();
  readonly #filter = new Uint8Array(1 << (FILTER_BITS - 3));

  /** Octets of a private key: searched as they are, in hexadecimal, base64, base64url, and as lists of numbers. */
  addOctets(name: string, octets: Uint8Array): void {
    const buffer = Buffer.from(octets);
    this.#addPieces(`${name} as it is`, buffer.toString('latin1'));
    this.#addPieces(`${name} in hexadecimal`, buffer.toString('hex'));
    this.#addPieces(`${name} in hexadecimal`, buffer.toString('hex').toUpperCase());
    // Within something longer, such as PKCS #8, it begins at any of the three octets that make four characters.
    for (const before of [0, 1, 2]) {
      const base64 = Buffer.concat([Buffer.alloc(before), buffer])
        .toString('base64')
        .slice(before === 0 ? 0 : before + 1);
      this.#addPieces(`${name} in base64url`, base64.slice(0, -3).replaceAll('+', '-').replaceAll('/', '_'));
      this.#addPieces(`${name} in base64`, base64.slice(0, -3));
    }
  }

  /** A passphrase or a PIN. */
  addText(name: string, text: string): void {
    const octets = Buffer.from(text).toString('latin1');
    if (octets.length < PIECE) this.#words.set(octets, name);
    else this.#addPieces(name, octets, 1);
    this.#addPieces(`${name} in base64`, Buffer.from(text).toString('base64').replace(/.?=*$/, ''), 1);
  }

  #addPieces(name: string, text: string, stride = STRIDE): void {
    for (let at = 0; at + PIECE <= text.length; at += stride) {
      const piece = text.slice(at, at + PIECE);
      // Keys that tests make of one repeated octet look like nothing in particular.
      if (new Set(piece).size < FEWEST_CHARACTERS) continue;
      this.#pieces.set(piece, name);
      let hash = 0;
      for (let i = 0; i < PIECE; i++) hash = Math.imul(hash, FACTOR) + piece.charCodeAt(i);
      const bit = hash >>> (32 - FILTER_BITS);
      this.#filter[bit >> 3]! |= 1 << (bit & 7);
    }
  }

  /** The names of the secrets of which something is in the text. */
  foundIn(text: Buffer): string[] {
    const names = new Set<string>();
    this.#findPieces(text, names);
    for (const [word, name] of this.#words) if (text.includes(word, 0, 'latin1')) names.add(name);
    const characters = text.toString('latin1');
    for (const [list] of characters.matchAll(DECIMAL_LIST))
      this.#findPieces(Buffer.from(list.split(/[\s,]+/).map(Number)), names);
    for (const [list] of characters.matchAll(HEX_LIST))
      this.#findPieces(Buffer.from(list.replaceAll(/[ :]+/g, ''), 'hex'), names);
    return [...names];
  }

  #findPieces(text: Buffer, names: Set<string>): void {
    const filter = this.#filter;
    let hash = 0;
    for (let end = 0; end < text.length; end++) {
      if (end >= PIECE) hash -= Math.imul(OLDEST, text[end - PIECE]!);
      hash = (Math.imul(hash, FACTOR) + text[end]!) | 0;
      const bit = hash >>> (32 - FILTER_BITS);
      if ((filter[bit >> 3]! & (1 << (bit & 7))) === 0 || end < PIECE - 1) continue;
      const name = this.#pieces.get(text.toString('latin1', end - PIECE + 1, end + 1));
      if (name !== undefined) names.add(name);
    }
  }
}
