import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import { printDecimalEscape } from '../../dns/name.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/** One <character-string> (RFC 1035 section 3.3). */
export function characterString(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      parseCharacterString(tokens, out);
    },
    print: printCharacterString,
    skip: skipCharacterString,
  };
}

/** A <character-string> that may be missing at the end of the RDATA. */
export function optionalCharacterString(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      if (tokens.next()) parseCharacterString(tokens, out);
    },
    print(rdata, out) {
      if (rdata.remaining > 0) printCharacterString(rdata, out);
    },
    skip(rdata) {
      if (rdata.remaining > 0) skipCharacterString(rdata);
    },
  };
}

/** One or more <character-string>s, to the end of the RDATA. */
export function characterStrings(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      do parseCharacterString(tokens, out);
      while (tokens.next());
    },
    print(rdata, out) {
      printCharacterString(rdata, out);
      while (rdata.remaining > 0) {
        out.u8(SPACE);
        printCharacterString(rdata, out);
      }
    },
    skip(rdata) {
      do skipCharacterString(rdata);
      while (rdata.remaining > 0);
    },
  };
}

/** Text of any length without a length octet, to the end of the RDATA (`Target` of URI, `Value` of CAA). */
export function longText(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      tokens.unescape(out);
    },
    print(rdata, out) {
      const start = rdata.position;
      rdata.skip(rdata.remaining);
      printQuoted(rdata.bytes, start, rdata.end, out);
    },
    skip: (rdata) => rdata.skip(rdata.remaining),
  };
}

/** Appends the current token as a <character-string>. */
export function parseCharacterString(tokens: Tokenizer, out: ByteBuffer): void {
  const lengthAt = out.length;
  out.u8(0);
  const length = tokens.unescape(out);
  if (length > 255)
    throw inputError('syntax/string-too-long', `a character string of ${length} octets is longer than 255`);
  out.bytes[lengthAt] = length;
}

/** Appends the text of the <character-string> that comes next, in quotes. */
export function printCharacterString(rdata: Cursor, out: ByteBuffer): void {
  const length = rdata.u8();
  const start = rdata.position;
  rdata.skip(length);
  printQuoted(rdata.bytes, start, rdata.position, out);
}

/** Passes over a <character-string>. */
export function skipCharacterString(rdata: Cursor): void {
  rdata.skip(rdata.u8());
}

/** Appends `bytes[start, end)` in quotes, with the escapes that reading it back needs. */
export function printQuoted(bytes: Uint8Array, start: number, end: number, out: ByteBuffer): void {
  // Room for the usual case of few escapes; `u8` and `printDecimalEscape` make more.
  out.reserve(end - start + 2);
  out.u8(QUOTE);
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!;
    if (octet < 32 || octet > 126) printDecimalEscape(octet, out);
    else {
      if (octet === QUOTE || octet === BACKSLASH) out.u8(BACKSLASH);
      out.u8(octet);
    }
  }
  out.u8(QUOTE);
}
