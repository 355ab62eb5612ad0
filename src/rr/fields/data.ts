import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import {
  Base64Decoder,
  decodeBase32hex,
  HexDecoder,
  printBase32hex,
  printBase64,
  printHex,
} from '../../dns/encoding.ts';
import { MAX_LABEL_LENGTH } from '../../dns/name.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';

const DASH = 45;
const ZERO = 48;

/** Octets that fit one label in base32hex, as a hashed owner name must (RFC 5155 section 3). */
const MAX_HASH_LENGTH = Math.floor((MAX_LABEL_LENGTH * 5) / 8);

interface DataOptions {
  /** Octets that must be there. */
  readonly minimum?: number;
}

/** Octets in hexadecimal, in as many words as there are, to the end of the RDATA. */
export function hexData(name: string, options: DataOptions = {}): Field {
  return dataToTheEnd(name, options, parseHexWords, printHex);
}

/** Octets in base64, in as many words as there are, to the end of the RDATA. */
export function base64Data(name: string, options: DataOptions = {}): Field {
  return dataToTheEnd(name, options, parseBase64Words, printBase64);
}

function dataToTheEnd(
  name: string,
  { minimum = 1 }: DataOptions,
  parseWords: (tokens: Tokenizer, out: ByteBuffer) => void,
  printOctets: (bytes: Uint8Array, start: number, end: number, out: ByteBuffer) => void,
): Field {
  const skip = (rdata: Cursor): void => rdata.skip(Math.max(minimum, rdata.remaining));
  return {
    name,
    parse(tokens, out) {
      if (minimum > 0) {
        tokens.need(name);
        tokens.unread();
      }
      const start = out.length;
      parseWords(tokens, out);
      if (out.length - start < minimum)
        throw tokens.error('syntax/too-short', `${name} must have ${minimum} octets at the least`);
    },
    print(rdata, out) {
      const start = rdata.position;
      skip(rdata);
      printOctets(rdata.bytes, start, rdata.end, out);
    },
    skip,
  };
}

/** `data` as CDS and CDNSKEY have it: behind algorithm 0 a lone `0` asks for deletion, one zero octet (RFC 8078 section 4, erratum 5049). */
export function deletable(data: Field): Field {
  return {
    ...data,
    parse(tokens, out) {
      tokens.need(data.name);
      const isZero = tokens.end - tokens.start === 1 && tokens.bytes[tokens.start] === ZERO;
      if (isZero && out.bytes[out.length - 1] === 0) out.u8(0);
      else {
        tokens.unread();
        data.parse(tokens, out);
      }
    },
  };
}

/** A salt behind its length octet, in hexadecimal; `-` when there is none (RFC 5155 section 3.3). */
export function salt(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const lengthAt = out.length;
      out.u8(0);
      if (isDash(tokens)) return;
      parseHexToken(tokens, out);
      const length = out.length - lengthAt - 1;
      if (length > 255) throw tokens.error('syntax/salt', `a salt of ${length} octets is longer than 255`);
      out.bytes[lengthAt] = length;
    },
    print(rdata, out) {
      const length = rdata.u8();
      const start = rdata.position;
      rdata.skip(length);
      if (length === 0) out.u8(DASH);
      else printHex(rdata.bytes, start, rdata.position, out);
    },
    skip: (rdata) => rdata.skip(rdata.u8()),
  };
}

/** A hash behind its length octet, in base32hex without padding (RFC 5155 section 3.3). */
export function base32Hash(name: string): Field {
  const take = (rdata: Cursor): void => {
    const length = rdata.u8();
    if (length === 0 || length > MAX_HASH_LENGTH) throw badHash(name);
    rdata.skip(length);
  };
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const lengthAt = out.length;
      out.u8(0);
      decodeBase32hex(tokens.bytes, tokens.start, tokens.end, out);
      const length = out.length - lengthAt - 1;
      if (length === 0 || length > MAX_HASH_LENGTH) throw badHash(name);
      out.bytes[lengthAt] = length;
    },
    print(rdata, out) {
      const start = rdata.position + 1;
      take(rdata);
      printBase32hex(rdata.bytes, start, rdata.position, out);
    },
    skip: take,
  };
}

/** Appends what all words that are left of the record stand for in base64. */
export function parseBase64Words(tokens: Tokenizer, out: ByteBuffer): void {
  const decoder = new Base64Decoder();
  while (tokens.next()) {
    refuseQuotes(tokens);
    decoder.add(tokens.bytes, tokens.start, tokens.end, out);
  }
  decoder.finish();
}

/** Appends what the current token stands for in base64. */
export function parseBase64Token(tokens: Tokenizer, out: ByteBuffer): void {
  const decoder = new Base64Decoder();
  decoder.add(tokens.bytes, tokens.start, tokens.end, out);
  decoder.finish();
}

/** Appends what the current token stands for in hexadecimal. */
export function parseHexToken(tokens: Tokenizer, out: ByteBuffer): void {
  const decoder = new HexDecoder();
  decoder.add(tokens.bytes, tokens.start, tokens.end, out);
  decoder.finish();
}

/** Whether the current token is a lone `-`, the sign for "no data". */
export function isDash(tokens: Tokenizer): boolean {
  return tokens.end - tokens.start === 1 && tokens.bytes[tokens.start] === DASH && !tokens.quoted;
}

function parseHexWords(tokens: Tokenizer, out: ByteBuffer): void {
  const decoder = new HexDecoder();
  while (tokens.next()) {
    refuseQuotes(tokens);
    decoder.add(tokens.bytes, tokens.start, tokens.end, out);
  }
  decoder.finish();
}

function refuseQuotes(tokens: Tokenizer): void {
  if (tokens.quoted) throw tokens.error('syntax/quoted', 'encoded data is written without quotes');
}

function badHash(name: string): Error {
  return inputError('syntax/hash-length', `${name} must have 1 to ${MAX_HASH_LENGTH} octets`);
}
