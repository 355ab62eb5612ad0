import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { findType, printTypeName } from '../mnemonics.ts';

const WINDOW_OCTETS = 32;
const SPACE = 32;

/** An RR type by its mnemonic or as `TYPE123`. */
export function typeCode(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      out.u16(currentType(tokens));
    },
    print: (rdata, out) => printTypeName(rdata.u16(), out),
    skip: (rdata) => rdata.skip(2),
  };
}

/** A set of types, to the end of the RDATA (RFC 4034 section 4.1.2). */
export function typeBitmap(name: string, options: { mayBeEmpty?: boolean } = {}): Field {
  const { mayBeEmpty = false } = options;
  const needWindow = (rdata: Cursor): void => {
    if (!mayBeEmpty && rdata.remaining === 0) throw inputError('wire/bitmap', `${name} lists no type`);
  };
  return {
    name,
    parse(tokens, out) {
      if (!mayBeEmpty) {
        tokens.need(name);
        tokens.unread();
      }
      parseBitmap(tokens, out);
    },
    print(rdata, out) {
      needWindow(rdata);
      printBitmap(rdata, out);
    },
    skip(rdata) {
      needWindow(rdata);
      for (let previous = -1; rdata.remaining > 0;) previous = window(rdata, previous);
    },
  };
}

/** The bits of all 256 windows, and up to which window the last parse used them. */
const bits = new Uint8Array(256 * WINDOW_OCTETS);
let usedWindows = 0;

function parseBitmap(tokens: Tokenizer, out: ByteBuffer): void {
  bits.fill(0, 0, usedWindows * WINDOW_OCTETS);
  usedWindows = 0;
  while (tokens.next()) {
    const code = currentType(tokens);
    bits[code >>> 3]! |= 0x80 >>> (code & 7);
    if (code >>> 8 >= usedWindows) usedWindows = (code >>> 8) + 1;
  }
  for (let i = 0; i < usedWindows; i++) {
    const start = i * WINDOW_OCTETS;
    let end = start + WINDOW_OCTETS;
    while (end > start && bits[end - 1] === 0) end--;
    if (end === start) continue;
    out.u8(i);
    out.u8(end - start);
    out.append(bits, start, end);
  }
}

/** The type that the current token names. */
export function currentType(tokens: Tokenizer): number {
  const code = findType(tokens.bytes, tokens.start, tokens.end);
  if (code < 0) throw tokens.error('syntax/type', `"${tokens.text()}" is no RR type`);
  return code;
}

function printBitmap(rdata: Cursor, out: ByteBuffer): void {
  let separate = false;
  for (let previous = -1; rdata.remaining > 0;) {
    const start = rdata.position + 2;
    previous = window(rdata, previous);
    for (let i = start; i < rdata.position; i++) {
      const octet = rdata.bytes[i]!;
      for (let bit = 0; bit < 8; bit++) {
        if ((octet & (0x80 >>> bit)) === 0) continue;
        if (separate) out.u8(SPACE);
        separate = true;
        printTypeName((previous << 8) | ((i - start) << 3) | bit, out);
      }
    }
  }
}

/** Passes over one window block and returns its number, which must be above `previous`. */
function window(rdata: Cursor, previous: number): number {
  const number = rdata.u8();
  const length = rdata.u8();
  if (number <= previous) throw inputError('wire/bitmap', 'the windows of a type bit map are out of order');
  if (length < 1 || length > WINDOW_OCTETS)
    throw inputError('wire/bitmap', 'a window of a type bit map has 1 to 32 octets');
  rdata.skip(length);
  if (rdata.bytes[rdata.position - 1] === 0)
    throw inputError('wire/bitmap', 'a type bit map ends in a zero octet');
  return number;
}
