import { inputError } from '../errors.ts';
import type { ByteBuffer } from './byte-buffer.ts';

/** Value of each character in an encoding's alphabet, 255 for any other. */
function decodingTable(alphabet: string, foldCase = false): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  for (let i = 0; i < alphabet.length; i++) {
    table[alphabet.charCodeAt(i)] = i;
    if (foldCase) table[alphabet[i]!.toLowerCase().charCodeAt(0)] = i;
  }
  return table;
}

const octets = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const BASE64_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32HEX_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUV';
const HEX_ALPHABET = '0123456789ABCDEF';

const BASE64_VALUE = decodingTable(BASE64_ALPHABET);
const BASE32HEX_VALUE = decodingTable(BASE32HEX_ALPHABET, true);
const HEX_VALUE = decodingTable(HEX_ALPHABET, true);
const BASE64_CHARACTER = octets(BASE64_ALPHABET);
const BASE32HEX_CHARACTER = octets(BASE32HEX_ALPHABET);
const HEX_CHARACTER = octets(HEX_ALPHABET);
const PADDING = 61;

/** Decodes base64 that may come in several pieces (words of a record). */
export class Base64Decoder {
  #bits = 0;
  #bitCount = 0;
  #characters = 0;
  #padding = 0;

  /** Decodes `source[start, end)` to the end of `out`. */
  add(source: Uint8Array, start: number, end: number, out: ByteBuffer): void {
    out.reserve(end - start);
    const target = out.bytes;
    let at = out.length;
    let bits = this.#bits;
    let bitCount = this.#bitCount;
    let i = start;
    // Whole groups; what is no digit has the bits that no digit has.
    while (bitCount === 0 && this.#padding === 0 && i + 4 <= end) {
      const a = BASE64_VALUE[source[i]!]!;
      const b = BASE64_VALUE[source[i + 1]!]!;
      const c = BASE64_VALUE[source[i + 2]!]!;
      const d = BASE64_VALUE[source[i + 3]!]!;
      if ((a | b | c | d) > 63) break;
      target[at++] = (a << 2) | (b >>> 4);
      target[at++] = (b << 4) | (c >>> 2);
      target[at++] = (c << 6) | d;
      i += 4;
    }
    for (; i < end; i++) {
      const value = BASE64_VALUE[source[i]!]!;
      if (value === 255 || this.#padding > 0) {
        if (source[i] !== PADDING)
          throw inputError('syntax/base64', `"${String.fromCharCode(source[i]!)}" has no place in base64`);
        this.#padding++;
        continue;
      }
      bits = (bits << 6) | value;
      bitCount += 6;
      if (bitCount >= 8) {
        bitCount -= 8;
        target[at++] = bits >>> bitCount;
        bits &= (1 << bitCount) - 1;
      }
    }
    this.#characters += end - start;
    this.#bits = bits;
    this.#bitCount = bitCount;
    out.length = at;
  }

  /** Checks length and padding. */
  finish(): void {
    if (this.#characters % 4 !== 0 || this.#padding > 2) {
      throw inputError('syntax/base64', 'base64 comes in groups of four characters, padded with "="');
    }
    if (this.#bits !== 0)
      throw inputError('syntax/base64', 'the last base64 character carries bits that belong to no octet');
  }
}

/** Decodes hexadecimal digits that may come in several pieces (words of a record). */
export class HexDecoder {
  #high = -1;

  /** Decodes `source[start, end)` to the end of `out`. */
  add(source: Uint8Array, start: number, end: number, out: ByteBuffer): void {
    out.reserve((end - start + 1) >> 1);
    const target = out.bytes;
    let at = out.length;
    let high = this.#high;
    for (let i = start; i < end; i++) {
      const value = HEX_VALUE[source[i]!]!;
      if (value === 255)
        throw inputError('syntax/hex', `"${String.fromCharCode(source[i]!)}" is no hexadecimal digit`);
      if (high < 0) high = value;
      else {
        target[at++] = (high << 4) | value;
        high = -1;
      }
    }
    this.#high = high;
    out.length = at;
  }

  finish(): void {
    if (this.#high >= 0) throw inputError('syntax/hex', 'hexadecimal data has an odd number of digits');
  }
}

/** Decodes base32hex without padding (RFC 4648 section 7, RFC 5155 section 3.3) to the end of `out`. */
export function decodeBase32hex(source: Uint8Array, start: number, end: number, out: ByteBuffer): void {
  out.reserve(Math.ceil(((end - start) * 5) / 8));
  const target = out.bytes;
  let at = out.length;
  let bits = 0;
  let bitCount = 0;
  for (let i = start; i < end; i++) {
    const value = BASE32HEX_VALUE[source[i]!]!;
    if (value === 255)
      throw inputError('syntax/base32', `"${String.fromCharCode(source[i]!)}" has no place in base32hex`);
    bits = (bits << 5) | value;
    bitCount += 5;
    if (bitCount >= 8) {
      bitCount -= 8;
      target[at++] = bits >>> bitCount;
      bits &= (1 << bitCount) - 1;
    }
  }
  if (bitCount >= 5 || bits !== 0)
    throw inputError('syntax/base32', 'the base32hex text ends in the middle of an octet');
  out.length = at;
}

/** Appends `bytes[start, end)` in base64 with padding. */
export function printBase64(bytes: Uint8Array, start: number, end: number, out: ByteBuffer): void {
  out.reserve(Math.ceil((end - start) / 3) * 4);
  const target = out.bytes;
  let at = out.length;
  let i = start;
  for (; i + 2 < end; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    target[at++] = BASE64_CHARACTER[group >>> 18]!;
    target[at++] = BASE64_CHARACTER[(group >>> 12) & 63]!;
    target[at++] = BASE64_CHARACTER[(group >>> 6) & 63]!;
    target[at++] = BASE64_CHARACTER[group & 63]!;
  }
  const left = end - i;
  if (left > 0) {
    const group = (bytes[i]! << 16) | (left === 2 ? bytes[i + 1]! << 8 : 0);
    target[at++] = BASE64_CHARACTER[group >>> 18]!;
    target[at++] = BASE64_CHARACTER[(group >>> 12) & 63]!;
    target[at++] = left === 2 ? BASE64_CHARACTER[(group >>> 6) & 63]! : PADDING;
    target[at++] = PADDING;
  }
  out.length = at;
}

/** Appends `bytes[start, end)` in base32hex, upper case, without padding. */
export function printBase32hex(bytes: Uint8Array, start: number, end: number, out: ByteBuffer): void {
  out.reserve(Math.ceil(((end - start) * 8) / 5));
  const target = out.bytes;
  let at = out.length;
  let bits = 0;
  let bitCount = 0;
  for (let i = start; i < end; i++) {
    bits = ((bits << 8) | bytes[i]!) & 0xffff;
    bitCount += 8;
    while (bitCount >= 5) {
      bitCount -= 5;
      target[at++] = BASE32HEX_CHARACTER[(bits >>> bitCount) & 31]!;
    }
  }
  if (bitCount > 0) target[at++] = BASE32HEX_CHARACTER[(bits << (5 - bitCount)) & 31]!;
  out.length = at;
}

/** Appends `bytes[start, end)` in hexadecimal, upper case. */
export function printHex(bytes: Uint8Array, start: number, end: number, out: ByteBuffer): void {
  out.reserve((end - start) * 2);
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!;
    out.bytes[out.length++] = HEX_CHARACTER[octet >>> 4]!;
    out.bytes[out.length++] = HEX_CHARACTER[octet & 15]!;
  }
}

/** `bytes` in hexadecimal, upper case. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += octet.toString(16).padStart(2, '0');
  return text.toUpperCase();
}

/** The octets of hexadecimal text; white space between digits is ignored. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw inputError('syntax/hex', `"${text}" is not hexadecimal`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

/** `bytes` in base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** The octets of base64 text; white space is ignored. */
export function fromBase64(text: string): Uint8Array {
  const characters = text.replace(/\s+/g, '');
  if (characters.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(characters)) {
    throw inputError('syntax/base64', 'this is not base64');
  }
  return Uint8Array.from(atob(characters), (character) => character.charCodeAt(0));
}
