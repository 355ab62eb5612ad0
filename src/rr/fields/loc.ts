import type { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';

const VERSION = 0;
/** What latitude 0 and longitude 0 are on the wire, in thousandths of an arc second. */
const ZERO_ANGLE = 0x80000000;
/** Centimetres from the base of altitudes up to the reference spheroid. */
const ALTITUDE_BASE = 10_000_000;
const ARC_DEGREE = 3_600_000;
const MAX_SIZE = 9_000_000_000;
/** Size, horizontal and vertical precision that hold where text leaves them out: 1 m, 10 km, 10 m. */
const DEFAULT_SIZES = [100, 1_000_000, 1_000];
const SIZE_NAMES = ['SIZE', 'HORIZ PRE', 'VERT PRE'];

/** The whole RDATA of LOC (RFC 1876 sections 2 and 3). */
export function location(): Field {
  return { name: 'LOC', parse, print, skip: (rdata) => void read(rdata) };
}

function parse(tokens: Tokenizer, out: ByteBuffer): void {
  const latitude = parseAngle(tokens, 'LATITUDE', 90, 'N', 'S');
  const longitude = parseAngle(tokens, 'LONGITUDE', 180, 'E', 'W');
  tokens.need('ALTITUDE');
  const altitude = parseCentimetres(tokens, 'ALTITUDE') + ALTITUDE_BASE;
  if (altitude < 0 || altitude > 0xffffffff) {
    throw tokens.error('syntax/loc', 'ALTITUDE must lie between -100000.00 and 42849672.95 metres');
  }
  out.u8(VERSION);
  SIZE_NAMES.forEach((name, i) => out.u8(parseSize(tokens, name, DEFAULT_SIZES[i]!)));
  out.u32(latitude);
  out.u32(longitude);
  out.u32(altitude);
}

/** `degrees [minutes [seconds]] direction` as thousandths of an arc second on the wire. */
function parseAngle(
  tokens: Tokenizer,
  name: string,
  maximum: number,
  positive: string,
  negative: string,
): number {
  let angle = 0;
  for (let part = 0; ; part++) {
    tokens.need(name);
    const word = tokens.text();
    const direction = word.toUpperCase();
    if (part > 0 && (direction === positive || direction === negative)) {
      if (angle > maximum * ARC_DEGREE)
        throw tokens.error('syntax/loc', `${name} is beyond ${maximum} degrees`);
      return direction === positive ? ZERO_ANGLE + angle : ZERO_ANGLE - angle;
    }
    const match =
      part < 2 ? /^\d{1,3}$/.exec(word) : part === 2 ? /^(?=\.?\d)\d{0,2}(?:\.\d{0,3})?$/.exec(word) : null;
    const value = Number(word);
    if (match === null || (part > 0 && value >= 60)) {
      throw tokens.error(
        'syntax/loc',
        `${name} is degrees, minutes, seconds and ${positive} or ${negative}, not "${word}"`,
      );
    }
    angle += Math.round(value * (ARC_DEGREE / 60 ** part));
  }
}

/** The current token, metres with up to two decimals, in centimetres. */
function parseCentimetres(tokens: Tokenizer, name: string): number {
  const match = /^(-?)(?=\.?\d)(\d{0,8})(?:\.(\d{0,2}))?m?$/i.exec(tokens.text());
  if (match === null)
    throw tokens.error('syntax/loc', `${name} is metres, like 12.50m, not "${tokens.text()}"`);
  const [, sign, metres, decimals = ''] = match;
  const centimetres = Number(metres) * 100 + Number(decimals.padEnd(2, '0'));
  return sign === '-' ? -centimetres : centimetres;
}

/** An optional size as one octet: its first decimal digit and its power of ten, in centimetres. */
function parseSize(tokens: Tokenizer, name: string, otherwise: number): number {
  let size = otherwise;
  if (tokens.next()) {
    size = parseCentimetres(tokens, name);
    if (size < 0 || size > MAX_SIZE)
      throw tokens.error('syntax/loc', `${name} must lie between 0 and 90000000.00 metres`);
  }
  let exponent = 0;
  for (; size >= 10; exponent++) size = Math.floor(size / 10);
  return (size << 4) | exponent;
}

interface Location {
  readonly sizes: readonly number[];
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number;
}

function read(rdata: Cursor): Location {
  const version = rdata.u8();
  if (version !== VERSION)
    throw inputError('wire/loc', `LOC version ${version} is unknown (RFC 1876 section 2)`);
  const sizes = [rdata.u8(), rdata.u8(), rdata.u8()];
  if (sizes.some((size) => size >>> 4 > 9 || (size & 15) > 9))
    throw inputError('wire/loc', 'a size or precision of LOC is no decimal number');
  const latitude = rdata.u32() - ZERO_ANGLE;
  const longitude = rdata.u32() - ZERO_ANGLE;
  if (Math.abs(latitude) > 90 * ARC_DEGREE || Math.abs(longitude) > 180 * ARC_DEGREE) {
    throw inputError('wire/loc', 'latitude or longitude are beyond 90 and 180 degrees');
  }
  return { sizes, latitude, longitude, altitude: rdata.u32() - ALTITUDE_BASE };
}

function print(rdata: Cursor, out: ByteBuffer): void {
  const { sizes, latitude, longitude, altitude } = read(rdata);
  // Zero times a power of ten would not come back as the same octet.
  if (sizes.some((size) => size >>> 4 === 0 && size !== 0))
    throw inputError('wire/loc', 'a size of LOC has no text of its own');
  const words = [
    angleText(latitude),
    latitude < 0 ? 'S' : 'N',
    angleText(longitude),
    longitude < 0 ? 'W' : 'E',
    `${altitude < 0 ? '-' : ''}${metresText(Math.abs(altitude))}m`,
    ...sizes.map((size) => sizeText((size >>> 4) * 10 ** (size & 15))),
  ];
  out.ascii(words.join(' '));
}

function angleText(angle: number): string {
  const thousandths = Math.abs(angle);
  const degrees = Math.floor(thousandths / ARC_DEGREE);
  const minutes = Math.floor(thousandths / 60_000) % 60;
  return `${degrees} ${minutes} ${((thousandths % 60_000) / 1000).toFixed(3)}`;
}

function metresText(centimetres: number): string {
  return `${Math.floor(centimetres / 100)}.${String(centimetres % 100).padStart(2, '0')}`;
}

function sizeText(centimetres: number): string {
  return centimetres % 100 === 0 ? `${centimetres / 100}m` : `${metresText(centimetres)}m`;
}
