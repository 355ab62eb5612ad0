import { inputError } from '../errors.ts';
import type { ByteBuffer } from './byte-buffer.ts';

/** Octets of the longest domain name in wire form, the root's zero octet included (RFC 1035 section 2.3.4). */
export const MAX_NAME_LENGTH = 255;
/** Octets of the longest label. */
export const MAX_LABEL_LENGTH = 63;
/** The root name in wire form. */
export const ROOT: Uint8Array = Uint8Array.of(0);

/** ASCII lower case octet by octet. Length octets are below `A`, so whole names in wire form can be mapped with it. */
export const LOWER_CASE: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 65 && octet <= 90 ? octet + 32 : octet,
);

const BACKSLASH = 92;
const DOT = 46;

/** Reads `\DDD` or `\X` whose backslash is at `at`: the octet, and through `escapeLength` how long the escape was. */
export function unescapeAt(source: Uint8Array, at: number, end: number): number {
  const first = at + 1 < end ? source[at + 1]! : -1;
  if (first < 0) throw inputError('syntax/bad-escape', 'a backslash at the end escapes nothing');
  if (first < 48 || first > 57) return first;
  const second = at + 2 < end ? source[at + 2]! - 48 : -1;
  const third = at + 3 < end ? source[at + 3]! - 48 : -1;
  const value = (first - 48) * 100 + second * 10 + third;
  if (second < 0 || second > 9 || third < 0 || third > 9 || value > 255) {
    throw inputError(
      'syntax/bad-escape',
      'a \\DDD escape needs three decimal digits, 255 at the most (RFC 1035 section 5.1)',
    );
  }
  return value;
}

/** How many characters the escape at `at` takes: 4 for `\DDD`, 2 for `\X`. */
export function escapeLength(source: Uint8Array, at: number): number {
  const first = source[at + 1]!;
  return first >= 48 && first <= 57 ? 4 : 2;
}

/**
 * Encodes the name whose presentation form is `source[start, end)` to wire form at `target[at]`, which must have room for 255 octets.
 *
 * A name without its last dot is relative and gets `origin` appended. Returns the position behind the name.
 * @throws ZonewrightError `name/*` for empty or long labels, long names, a relative name without an origin; `syntax/bad-escape`.
 */
export function encodeName(
  source: Uint8Array,
  start: number,
  end: number,
  origin: Uint8Array | undefined,
  target: Uint8Array,
  at: number,
): number {
  const limit = at + MAX_NAME_LENGTH;
  if (end - start === 1) {
    if (source[start] === DOT) {
      target[at] = 0;
      return at + 1;
    }
  }
  let lengthAt = at;
  let out = at + 1;
  let position = start;
  while (position < end) {
    let octet = source[position]!;
    if (octet === DOT) {
      closeLabel(target, lengthAt, out);
      lengthAt = out++;
      position++;
      continue;
    }
    if (octet === BACKSLASH) {
      octet = unescapeAt(source, position, end);
      position += escapeLength(source, position);
    } else position++;
    if (out >= limit) throw tooLong();
    target[out++] = octet;
  }
  if (out === lengthAt + 1) {
    // The text ended with a dot (or was empty): absolute.
    if (start === end) throw inputError('name/empty', 'a name is missing');
    if (out > limit) throw tooLong();
    target[lengthAt] = 0;
    return out;
  }
  closeLabel(target, lengthAt, out);
  if (origin === undefined)
    throw inputError('name/relative', 'a relative name stands where no origin is known');
  if (out + origin.length > limit) throw tooLong();
  for (let i = 0; i < origin.length; i++) target[out++] = origin[i]!;
  return out;
}

function closeLabel(target: Uint8Array, lengthAt: number, out: number): void {
  const length = out - lengthAt - 1;
  if (length === 0)
    throw inputError('name/empty-label', 'a name has an empty label (two dots, or a dot in front)');
  if (length > MAX_LABEL_LENGTH)
    throw inputError('name/label-too-long', `a label of ${length} octets is longer than 63`);
  target[lengthAt] = length;
}

function tooLong(): Error {
  return inputError('name/too-long', 'a name is longer than 255 octets');
}

/** A name in wire form from its presentation form; `origin` completes a relative one (without it, the name is taken as absolute). */
export function nameFromText(text: string, origin: Uint8Array = ROOT): Uint8Array {
  const source = new TextEncoder().encode(text);
  if (text === '@') return origin;
  const target = new Uint8Array(MAX_NAME_LENGTH + 1);
  return target.slice(0, encodeName(source, 0, source.length, origin, target, 0));
}

/** Octets of the name in wire form at `offset`, the zero octet included. */
export function nameLength(bytes: Uint8Array, offset = 0): number {
  let position = offset;
  for (let length = bytes[position]!; length !== 0; length = bytes[position]!) position += length + 1;
  return position - offset + 1;
}

/** Labels of the name at `offset`, the root not counted. */
export function countLabels(bytes: Uint8Array, offset = 0): number {
  let count = 0;
  for (let position = offset, length = bytes[position]!; length !== 0; length = bytes[position]!) {
    position += length + 1;
    count++;
  }
  return count;
}

/** Whether the leftmost label at `offset` is `*`. */
export function isWildcard(bytes: Uint8Array, offset = 0): boolean {
  return bytes[offset] === 1 && bytes[offset + 1] === 42;
}

/** A copy of the name at `offset` in lower case: its canonical form (RFC 4034 section 6.2). */
export function canonicalName(bytes: Uint8Array, offset = 0): Uint8Array {
  const copy = bytes.slice(offset, offset + nameLength(bytes, offset));
  for (let i = 0; i < copy.length; i++) copy[i] = LOWER_CASE[copy[i]!]!;
  return copy;
}

/** The name without its leftmost label. The root has no parent. */
export function parentName(name: Uint8Array): Uint8Array {
  if (name[0] === 0) throw inputError('name/no-parent', 'the root has no parent');
  return name.subarray(name[0]! + 1);
}

/** Whether two names are the same, letter case aside. */
export function sameName(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (LOWER_CASE[a[i]!] !== LOWER_CASE[b[i]!]) return false;
  return true;
}

/**
 * Whether the name at `bytes[offset]` is `ancestor` or below it.
 * @param ancestor a whole name in wire form
 */
export function isAtOrBelow(bytes: Uint8Array, offset: number, ancestor: Uint8Array): boolean {
  const length = nameLength(bytes, offset);
  const start = offset + length - ancestor.length;
  if (start < offset) return false;
  // From the end, where names of other zones differ first.
  for (let i = ancestor.length - 1; i >= 0; i--) {
    if (LOWER_CASE[bytes[start + i]!] !== LOWER_CASE[ancestor[i]!]) return false;
  }
  // The tail must begin at a label boundary.
  let position = offset;
  while (position < start) position += bytes[position]! + 1;
  return position === start;
}

/** Negative, zero or positive as the name at `a[aOffset]` sorts before, with or after the other (RFC 4034 section 6.1). */
export function compareNames(a: Uint8Array, b: Uint8Array, aOffset = 0, bOffset = 0): number {
  const aLabels = labelOffsets(a, aOffset);
  const bLabels = labelOffsets(b, bOffset);
  const common = Math.min(aLabels.length, bLabels.length);
  for (let i = 1; i <= common; i++) {
    const x = aLabels[aLabels.length - i]!;
    const y = bLabels[bLabels.length - i]!;
    const xLength = a[x]!;
    const yLength = b[y]!;
    const shorter = Math.min(xLength, yLength);
    for (let k = 1; k <= shorter; k++) {
      const difference = LOWER_CASE[a[x + k]!]! - LOWER_CASE[b[y + k]!]!;
      if (difference !== 0) return difference;
    }
    if (xLength !== yLength) return xLength - yLength;
  }
  return aLabels.length - bLabels.length;
}

function labelOffsets(bytes: Uint8Array, offset: number): number[] {
  const offsets: number[] = [];
  for (let position = offset; bytes[position]! !== 0; position += bytes[position]! + 1)
    offsets.push(position);
  return offsets;
}

/** What stands in names as it is. Most implementations want few of the others escaped, but Knot refuses any other. */
const PLAIN_IN_NAMES = /[A-Za-z0-9*/_-]/;
/** BIND takes `\[` for the beginning of a bit-string label (RFC 2673), which nobody has any more. */
const OPENING_BRACKET = 91;
/** How each octet of a label is printed: 0 as it is, 1 behind a backslash, 2 as `\DDD`. */
const NAME_ESCAPE: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet <= 32 || octet >= 127 || octet === OPENING_BRACKET
    ? 2
    : PLAIN_IN_NAMES.test(String.fromCharCode(octet))
      ? 0
      : 1,
);

/** Appends `\DDD`. */
export function printDecimalEscape(octet: number, out: ByteBuffer): void {
  out.reserve(4);
  out.bytes[out.length] = BACKSLASH;
  out.length = writeDecimal(octet, out.bytes, out.length + 1);
}

/** Appends the presentation form of the name at `offset`, always absolute. Returns the position behind the name. */
export function printName(bytes: Uint8Array, offset: number, out: ByteBuffer): number {
  // Four characters an octet at the most: no check for room below.
  out.reserve(4 * MAX_NAME_LENGTH);
  const target = out.bytes;
  let at = out.length;
  let position = offset;
  if (bytes[position] === 0) target[at++] = DOT;
  for (let length = bytes[position]!; length !== 0; length = bytes[position]!) {
    const end = position + 1 + length;
    for (let i = position + 1; i < end; i++) {
      const octet = bytes[i]!;
      const escape = NAME_ESCAPE[octet]!;
      if (escape === 0) target[at++] = octet;
      else {
        target[at++] = BACKSLASH;
        if (escape === 2) at = writeDecimal(octet, target, at);
        else target[at++] = octet;
      }
    }
    target[at++] = DOT;
    position = end;
  }
  out.length = at;
  return position + 1;
}

/** Three decimal digits. */
function writeDecimal(octet: number, target: Uint8Array, at: number): number {
  target[at] = 48 + Math.floor(octet / 100);
  target[at + 1] = 48 + (Math.floor(octet / 10) % 10);
  target[at + 2] = 48 + (octet % 10);
  return at + 3;
}

/** The presentation form of the name at `offset`, always absolute. */
export function nameToText(bytes: Uint8Array, offset = 0): string {
  let text = '';
  for (let position = offset, length = bytes[position]!; length !== 0; length = bytes[position]!) {
    const end = position + 1 + length;
    for (let i = position + 1; i < end; i++) {
      const octet = bytes[i]!;
      const character = String.fromCharCode(octet);
      const escape = NAME_ESCAPE[octet];
      text +=
        escape === 0 ? character : escape === 1 ? `\\${character}` : `\\${String(octet).padStart(3, '0')}`;
    }
    text += '.';
    position = end;
  }
  return text === '' ? '.' : text;
}
