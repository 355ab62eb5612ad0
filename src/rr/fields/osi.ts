import { printHex } from '../../dns/encoding.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import { hexDigit, printGroup } from './address.ts';
import { parseCharacterString, printCharacterString, skipCharacterString } from './text.ts';

const PLUS = 43;
const DOT = 46;
const ATM_END_SYSTEM = 0;
const E164 = 1;

/** An NSAP address: `0x` and hexadecimal digits, dots anywhere between (RFC 1706 section 5). */
export function nsapAddress(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const digits = /^0x(\.*[0-9a-f]\.*[0-9a-f])+\.*$/i.test(tokens.text())
        ? tokens.text().slice(2).replaceAll('.', '')
        : undefined;
      if (digits === undefined)
        throw tokens.error('syntax/nsap', `${name} must be 0x and pairs of hexadecimal digits`);
      for (let i = 0; i < digits.length; i += 2) out.u8(Number.parseInt(digits.slice(i, i + 2), 16));
    },
    print(rdata, out) {
      if (rdata.remaining === 0) throw inputError('wire/nsap', `${name} is empty`);
      out.ascii('0x');
      while (rdata.remaining > 0) {
        const octet = rdata.u8();
        printGroup(octet >>> 4, out);
        printGroup(octet & 15, out);
      }
    },
    skip: (rdata) => rdata.skip(Math.max(1, rdata.remaining)),
  };
}

/**
 * An ATM address behind its format octet: `+` and decimal digits (E.164), else hexadecimal digits; single dots may stand between digits
 * (ATM Name System Specification 1.0 section 5.2).
 */
export function atmAddress(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      const isE164 = tokens.bytes[tokens.start] === PLUS;
      const digits = dottedDigits(name, tokens, isE164 ? tokens.start + 1 : tokens.start);
      out.u8(isE164 ? E164 : ATM_END_SYSTEM);
      if (isE164) {
        if (digits.some((digit) => digit > 9)) throw badAtm(name);
        for (const digit of digits) out.u8(48 + digit);
      } else {
        if (digits.length % 2 !== 0) throw badAtm(name);
        for (let i = 0; i < digits.length; i += 2) out.u8((digits[i]! << 4) | digits[i + 1]!);
      }
    },
    print(rdata, out) {
      const start = rdata.position;
      this.skip(rdata);
      if (rdata.bytes[start] === E164) {
        out.u8(PLUS);
        out.append(rdata.bytes, start + 1, rdata.end);
      } else if (rdata.bytes[start] === ATM_END_SYSTEM) printHex(rdata.bytes, start + 1, rdata.end, out);
      else throw badAtm(name);
    },
    skip(rdata) {
      const format = rdata.u8();
      const start = rdata.position;
      rdata.skip(Math.max(1, rdata.remaining));
      if (format !== E164) return;
      for (let i = start; i < rdata.end; i++)
        if (rdata.bytes[i]! < 48 || rdata.bytes[i]! > 57) throw badAtm(name);
    },
  };
}

/** The values of the digits of the current token from `start` on. */
function dottedDigits(name: string, tokens: Tokenizer, start: number): number[] {
  const digits: number[] = [];
  let afterDigit = false;
  for (let i = start; i < tokens.end; i++) {
    if (tokens.bytes[i] === DOT && afterDigit) {
      afterDigit = false;
      continue;
    }
    const digit = hexDigit(tokens.bytes[i]!);
    if (digit < 0) throw badAtm(name);
    digits.push(digit);
    afterDigit = true;
  }
  if (!afterDigit) throw badAtm(name);
  return digits;
}

/** An X.121 address: a <character-string> of decimal digits, at least four (RFC 1183 section 3.1). */
export function psdnAddress(name: string): Field {
  const check = (bytes: Uint8Array, start: number, end: number): void => {
    for (let i = start; i < end; i++) if (bytes[i]! < 48 || bytes[i]! > 57) throw badPsdn(name);
    if (end - start < 4) throw badPsdn(name);
  };
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      parseCharacterString(tokens, out);
      check(tokens.bytes, tokens.start, tokens.end);
    },
    print: printCharacterString,
    skip(rdata) {
      const start = rdata.position + 1;
      skipCharacterString(rdata);
      check(rdata.bytes, start, rdata.position);
    },
  };
}

function badAtm(name: string): Error {
  return inputError('syntax/atma', `${name} must be "+" and decimal digits, or pairs of hexadecimal digits`);
}

function badPsdn(name: string): Error {
  return inputError('syntax/x25', `${name} must be four decimal digits at the least (RFC 1183 section 3.1)`);
}
