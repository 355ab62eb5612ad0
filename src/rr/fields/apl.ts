import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import { Cursor } from '../../dns/cursor.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { parseIpv4, parseIpv6, printIpv4, printIpv6 } from './address.ts';

const SPACE = 32;
const EXCLAMATION_MARK = 33;
const SLASH = 47;
const COLON = 58;
const NEGATION_BIT = 0x80;

interface AddressFamily {
  readonly octets: number;
  readonly parse: typeof parseIpv4;
  readonly print: typeof printIpv4;
}

/** By IANA address family number. */
const FAMILIES: readonly (AddressFamily | undefined)[] = [
  undefined,
  { octets: 4, parse: parseIpv4, print: printIpv4 },
  { octets: 16, parse: parseIpv6, print: printIpv6 },
];

/** Any number of address prefixes `[!]afi:address/prefix` (RFC 3123 section 4). */
export function addressPrefixes(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      while (tokens.next()) parsePrefix(tokens, out);
    },
    print(rdata, out) {
      for (let separate = false; rdata.remaining > 0; separate = true) {
        if (separate) out.u8(SPACE);
        printPrefix(rdata, out);
      }
    },
    skip(rdata) {
      while (rdata.remaining > 0) takePrefix(rdata);
    },
  };
}

function parsePrefix(tokens: Tokenizer, out: ByteBuffer): void {
  const { bytes, end } = tokens;
  const negation = bytes[tokens.start] === EXCLAMATION_MARK;
  const start = negation ? tokens.start + 1 : tokens.start;
  const colon = start + 1;
  const family = bytes[colon] === COLON ? FAMILIES[bytes[start]! - 48] : undefined;
  let slash = end - 1;
  while (slash > colon && bytes[slash] !== SLASH) slash--;
  if (family === undefined || slash <= colon) {
    throw tokens.error('syntax/apl', 'an address prefix is [!]1:IPv4/length or [!]2:IPv6/length');
  }
  const prefix = decimal(bytes, slash + 1, end);
  if (!(prefix <= 8 * family.octets)) {
    throw tokens.error(
      'syntax/apl',
      `the length of this prefix must be a number from 0 to ${8 * family.octets}`,
    );
  }
  out.u16(bytes[start]! - 48);
  out.u8(prefix);
  const lengthAt = out.length;
  out.u8(0);
  family.parse(bytes, colon + 1, slash, out);
  // Trailing zero octets are left out.
  while (out.length > lengthAt + 1 && out.bytes[out.length - 1] === 0) out.length--;
  out.bytes[lengthAt] = (out.length - lengthAt - 1) | (negation ? NEGATION_BIT : 0);
}

/** The number that the digits `bytes[start, end)` make, NaN where they are none or too many. */
function decimal(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || end - start > 3) return Number.NaN;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function printPrefix(rdata: Cursor, out: ByteBuffer): void {
  const { bytes, position: start } = rdata;
  takePrefix(rdata);
  const familyNumber = (bytes[start]! << 8) | bytes[start + 1]!;
  const family = FAMILIES[familyNumber];
  if (family === undefined) throw inputError('wire/apl', `address family ${familyNumber} is unknown`);
  if ((bytes[start + 3]! & NEGATION_BIT) !== 0) out.u8(EXCLAMATION_MARK);
  out.decimal(familyNumber);
  out.u8(COLON);
  const address = new Uint8Array(family.octets);
  address.set(bytes.subarray(start + 4, rdata.position));
  family.print(new Cursor(address), out);
  out.u8(SLASH);
  out.decimal(bytes[start + 2]!);
}

function takePrefix(rdata: Cursor): void {
  const family = FAMILIES[rdata.u16()];
  const prefix = rdata.u8();
  const length = rdata.u8() & ~NEGATION_BIT;
  rdata.skip(length);
  if (length > 0 && rdata.bytes[rdata.position - 1] === 0) {
    throw inputError('wire/apl', 'an address prefix ends in a zero octet (RFC 3123 section 4)');
  }
  if (family !== undefined && (prefix > 8 * family.octets || length > family.octets)) {
    throw inputError('wire/apl', 'an address prefix is longer than an address of its family');
  }
}
