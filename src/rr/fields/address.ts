import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';

const DOT = 46;
const COLON = 58;

/** An IPv4 address, four decimal numbers (RFC 1035 section 3.4.1). */
export function ipv4Address(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      parseIpv4(tokens.bytes, tokens.start, tokens.end, out);
    },
    print: printIpv4,
    skip: (rdata) => rdata.skip(4),
  };
}

/** An IPv6 address (RFC 3596 section 2.2), printed as RFC 5952 recommends. */
export function ipv6Address(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      parseIpv6(tokens.bytes, tokens.start, tokens.end, out);
    },
    print: printIpv6,
    skip: (rdata) => rdata.skip(16),
  };
}

/** Appends the four octets of the IPv4 address `source[start, end)`. */
export function parseIpv4(source: Uint8Array, start: number, end: number, out: ByteBuffer): void {
  out.reserve(4);
  const { bytes } = out;
  const at = out.length;
  let position = start;
  for (let i = 0; i < 4; i++) {
    if (i > 0 && (position >= end || source[position++] !== DOT)) throw badIpv4();
    const first = position;
    let value = 0;
    for (; position < end; position++) {
      const digit = source[position]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      if (value > 255) throw badIpv4();
    }
    // A leading zero would mean octal to some.
    if (position === first || (source[first] === 48 && position > first + 1)) throw badIpv4();
    bytes[at + i] = value;
  }
  if (position !== end) throw badIpv4();
  out.length = at + 4;
}

/** Appends the sixteen octets of the IPv6 address `source[start, end)` (RFC 4291 section 2.2). */
export function parseIpv6(source: Uint8Array, start: number, end: number, out: ByteBuffer): void {
  out.reserve(16);
  const { bytes } = out;
  const first = out.length;
  const limit = first + 16;
  let at = first;
  let gap = -1;
  let position = start;
  if (source[position] === COLON && source[position + 1] === COLON && end - start >= 2) {
    gap = at;
    position += 2;
  }
  while (position < end) {
    if (at > limit - 2) throw badIpv6();
    const groupStart = position;
    let group = 0;
    for (; position < end; position++) {
      const digit = hexDigit(source[position]!);
      if (digit < 0) break;
      group = (group << 4) | digit;
    }
    if (position < end && source[position] === DOT) {
      if (at > limit - 4) throw badIpv6();
      out.length = at;
      try {
        parseIpv4(source, groupStart, end, out);
      } finally {
        out.length = first;
      }
      at += 4;
      position = end;
      break;
    }
    if (position === groupStart || position - groupStart > 4) throw badIpv6();
    bytes[at++] = group >>> 8;
    bytes[at++] = group;
    if (position === end) break;
    if (source[position++] !== COLON || position === end) throw badIpv6();
    if (source[position] === COLON) {
      if (gap >= 0) throw badIpv6();
      gap = at;
      position++;
    }
  }
  if (gap < 0) {
    if (at !== limit) throw badIpv6();
  } else {
    if (at === limit) throw badIpv6();
    const moved = at - gap;
    bytes.copyWithin(limit - moved, gap, at);
    bytes.fill(0, gap, limit - moved);
  }
  out.length = limit;
}

/** Appends the text of the IPv4 address that comes next in `rdata`. */
export function printIpv4(rdata: Cursor, out: ByteBuffer): void {
  const start = rdata.position;
  rdata.skip(4);
  out.reserve(15);
  for (let i = start; i < start + 4; i++) {
    if (i > start) out.bytes[out.length++] = DOT;
    printOctet(rdata.bytes[i]!, out);
  }
}

/** Appends the text of the IPv6 address that comes next in `rdata`, in RFC 5952 form. */
export function printIpv6(rdata: Cursor, out: ByteBuffer): void {
  const { bytes, position: start } = rdata;
  rdata.skip(16);
  const groupAt = (group: number): number => (bytes[start + 2 * group]! << 8) | bytes[start + 2 * group + 1]!;

  let gapStart = -1;
  let gapLength = 1;
  for (let group = 0; group < 8;) {
    let next = group;
    while (next < 8 && groupAt(next) === 0) next++;
    if (next - group > gapLength) {
      gapStart = group;
      gapLength = next - group;
    }
    group = next + 1;
  }
  // `::a.b.c.d` and `::ffff:a.b.c.d` (RFC 5952 section 5).
  const embedsIpv4 = gapStart === 0 && (gapLength === 6 || (gapLength === 5 && groupAt(5) === 0xffff));

  const groups = embedsIpv4 ? 6 : 8;
  for (let group = 0; group < groups; group++) {
    if (group === gapStart) {
      out.u8(COLON);
      out.u8(COLON);
      group = Math.min(gapStart + gapLength, groups) - 1;
      continue;
    }
    if (group > 0 && group !== gapStart + gapLength) out.u8(COLON);
    printGroup(groupAt(group), out);
  }
  if (embedsIpv4) {
    if (gapLength === 5) out.u8(COLON);
    rdata.position = start + 12;
    printIpv4(rdata, out);
  }
}

/** Appends a 16 bit group as lower-case hexadecimal without leading zeros. */
export function printGroup(value: number, out: ByteBuffer): void {
  for (let shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0; shift >= 0; shift -= 4) {
    const digit = (value >>> shift) & 15;
    out.u8(digit < 10 ? 48 + digit : 87 + digit);
  }
}

/** The value of a hexadecimal digit, -1 for any other octet. */
export function hexDigit(octet: number): number {
  if (octet >= 48 && octet <= 57) return octet - 48;
  const letter = octet | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function printOctet(value: number, out: ByteBuffer): void {
  if (value >= 100) out.bytes[out.length++] = 48 + Math.floor(value / 100);
  if (value >= 10) out.bytes[out.length++] = 48 + (Math.floor(value / 10) % 10);
  out.bytes[out.length++] = 48 + (value % 10);
}

function badIpv4(): Error {
  return inputError('syntax/ipv4', 'an IPv4 address is four numbers from 0 to 255 with dots between');
}

function badIpv6(): Error {
  return inputError(
    'syntax/ipv6',
    'an IPv6 address is eight groups of hexadecimal digits, "::" for zeros once at the most',
  );
}
