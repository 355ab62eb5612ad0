import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { hexDigit, printGroup } from './address.ts';

const DASH = 45;
const COLON = 58;

/** An IEEE identifier: octets as two hexadecimal digits each, hyphens between (RFC 7043 sections 3.2 and 4.2). */
export function eui(name: string, octets: 6 | 8): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const { bytes, start, end } = tokens;
      let good = end - start === 3 * octets - 1 && !tokens.quoted;
      for (let i = 0; good && i < octets; i++) {
        const at = start + 3 * i;
        const high = hexDigit(bytes[at]!);
        const low = hexDigit(bytes[at + 1]!);
        good = high >= 0 && low >= 0 && (i === 0 || bytes[at - 1] === DASH);
        out.u8((high << 4) | low);
      }
      if (!good)
        throw inputError(
          'syntax/eui',
          `${name} must be ${octets} pairs of hexadecimal digits with hyphens between`,
        );
    },
    print(rdata, out) {
      for (let i = 0; i < octets; i++) {
        if (i > 0) out.u8(DASH);
        const octet = rdata.u8();
        printGroup(octet >>> 4, out);
        printGroup(octet & 15, out);
      }
    },
    skip: (rdata) => rdata.skip(octets),
  };
}

/** A 64 bit node identifier or locator: four groups of up to four hexadecimal digits (RFC 6742 sections 2.1.2 and 2.3.2). */
export function ilnp64(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const { bytes, end } = tokens;
      let position = tokens.start;
      for (let group = 0; group < 4; group++) {
        if (group > 0 && bytes[position++] !== COLON) throw badIlnp(name);
        const first = position;
        let value = 0;
        for (; position < end; position++) {
          const digit = hexDigit(bytes[position]!);
          if (digit < 0) break;
          value = (value << 4) | digit;
        }
        if (position === first || position - first > 4) throw badIlnp(name);
        out.u16(value);
      }
      if (position !== end) throw badIlnp(name);
    },
    print(rdata, out) {
      for (let group = 0; group < 4; group++) {
        if (group > 0) out.u8(COLON);
        printGroup(rdata.u16(), out);
      }
    },
    skip: (rdata) => rdata.skip(8),
  };
}

/** A 64 bit CBHE node number, decimal; `allocator.number` gives its halves. */
export function cbheNode(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const match = /^(?:(\d{1,10})\.(\d{1,10})|(\d{1,20}))$/.exec(tokens.text());
      const [, allocator, low, whole] = match ?? [];
      const value = whole === undefined ? (BigInt(allocator ?? 0) << 32n) | BigInt(low ?? 0) : BigInt(whole);
      const halvesFit = BigInt(allocator ?? 0) <= 0xffffffffn && BigInt(low ?? 0) <= 0xffffffffn;
      if (match === null || !halvesFit || value > 0xffffffffffffffffn) {
        throw tokens.error('syntax/number', `${name} must be a number of 64 bits, not "${tokens.text()}"`);
      }
      out.u32(Number(value >> 32n));
      out.u32(Number(value & 0xffffffffn));
    },
    print(rdata, out) {
      out.ascii(String((BigInt(rdata.u32()) << 32n) | BigInt(rdata.u32())));
    },
    skip: (rdata) => rdata.skip(8),
  };
}

function badIlnp(name: string): Error {
  return inputError(
    'syntax/ilnp',
    `${name} must be four groups of 1 to 4 hexadecimal digits with ":" between`,
  );
}
