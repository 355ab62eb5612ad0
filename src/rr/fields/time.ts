import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import type { Field } from '../field.ts';

const SECONDS_A_DAY = 86400;

/** A time of a signature: `YYYYMMDDHHmmSS` in UTC, or seconds since 1970 (RFC 4034 section 3.2). */
export function signatureTime(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      tokens.need(name);
      if (tokens.end - tokens.start === 14) out.u32(parseDate(name, tokens));
      else out.u32(tokens.currentInteger(name, 0xffffffff));
    },
    print: (rdata, out) => printTime(rdata.u32(), out),
    skip: (rdata) => rdata.skip(4),
  };
}

/** Seconds since 1970, modulo 2^32, of the current token, which has 14 characters. */
function parseDate(name: string, tokens: Tokenizer): number {
  const { bytes, start } = tokens;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 4, 2);
  const day = digits(bytes, start + 6, 2);
  const hour = digits(bytes, start + 8, 2);
  const minute = digits(bytes, start + 10, 2);
  const second = digits(bytes, start + 12, 2);
  // Second 60 is a leap second.
  const fits =
    year >= 1970 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month) &&
    hour >= 0 &&
    hour <= 23 &&
    minute >= 0 &&
    minute <= 59 &&
    second >= 0 &&
    second <= 60;
  if (!fits)
    throw tokens.error('syntax/time', `${name} must be YYYYMMDDHHmmSS or seconds, not "${tokens.text()}"`);
  return (daysFromCivil(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second) % 0x100000000;
}

/** The number that `count` decimal digits make, NaN where there are others. */
function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Appends seconds since 1970 as `YYYYMMDDHHmmSS`. */
export function printTime(time: number, out: ByteBuffer): void {
  const days = Math.floor(time / SECONDS_A_DAY);
  const rest = time - days * SECONDS_A_DAY;
  // Civil date from days, counted in years that begin in March so that leap days come last.
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  out.reserve(14);
  twoDigits(Math.floor(year / 100), out);
  twoDigits(year % 100, out);
  twoDigits(month, out);
  twoDigits(day, out);
  twoDigits(Math.floor(rest / 3600), out);
  twoDigits(Math.floor(rest / 60) % 60, out);
  twoDigits(rest % 60, out);
}

function twoDigits(value: number, out: ByteBuffer): void {
  const tens = Math.floor(value / 10);
  out.bytes[out.length++] = 48 + tens;
  out.bytes[out.length++] = 48 + value - tens * 10;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}
