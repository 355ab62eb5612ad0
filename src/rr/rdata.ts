import { ByteBuffer } from '../dns/byte-buffer.ts';
import { Cursor } from '../dns/cursor.ts';
import { HexDecoder, printHex } from '../dns/encoding.ts';
import { LOWER_CASE, ROOT } from '../dns/name.ts';
import { Tokenizer } from '../dns/tokenizer.ts';
import { inputError, ZonewrightError } from '../errors.ts';
import type { TypeDefinition } from './define-type.ts';
import { hasLowerCaseNames, isMetaType, typeByCode, typeName } from './registry.ts';

export { hasLowerCaseNames } from './registry.ts';

const MAX_RDATA_LENGTH = 0xffff;
const SPACE = 32;
const BACKSLASH = 92;
const HASH = 35;

/** One cursor for all records: making one for each costs more than reading short RDATA. */
const cursor = new Cursor(ROOT);

/**
 * Reads what is left of the current record as RDATA of this type and appends its wire form, from the type's own presentation format or
 * from that for unknown types (`\# length hex`, RFC 3597 section 5).
 * @throws ZonewrightError with the place of the token that is wrong; `out` is then as before.
 */
export function parseRdata(type: number, tokens: Tokenizer, out: ByteBuffer): void {
  const start = out.length;
  try {
    if (isMetaType(type)) {
      throw inputError(
        'rdata/meta-type',
        `${typeName(type)} exists in messages only, not in zones (RFC 6895 section 3.1)`,
      );
    }
    const definition = typeByCode(type);
    if (atGenericForm(tokens)) {
      parseGeneric(tokens, out);
      if (definition?.fields !== undefined) checkFields(type, definition, out.bytes, start, out.length);
    } else if (definition?.fields === undefined) {
      throw inputError(
        'rdata/needs-generic-form',
        `the RDATA of ${typeName(type)} must be written as "\\# length hex" (RFC 3597)`,
      );
    } else {
      for (const field of definition.fields) field.parse(tokens, out);
      definition.check?.(cursor.reset(out.bytes, start, out.length));
    }
    tokens.finishRecord();
    if (out.length - start > MAX_RDATA_LENGTH) {
      throw inputError(
        'rdata/too-long',
        `RDATA of ${out.length - start} octets is longer than ${MAX_RDATA_LENGTH}`,
      );
    }
  } catch (error) {
    out.length = start;
    throw tokens.located(error);
  }
}

/** Appends the presentation form of `bytes[start, end)`: the type's own, else (or where the octets do not fit it) that of RFC 3597. */
export function printRdata(
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: ByteBuffer,
): void {
  const definition = typeByCode(type);
  if (definition?.fields === undefined || !printFields(definition, bytes, start, end, out)) {
    printGeneric(bytes, start, end, out);
  }
}

/** Checks that `bytes[start, end)` is well-formed RDATA of this type; of an unknown type anything is. */
export function validateRdata(type: number, bytes: Uint8Array, start: number, end: number): void {
  if (end - start > MAX_RDATA_LENGTH)
    throw inputError('rdata/too-long', `RDATA is longer than ${MAX_RDATA_LENGTH} octets`);
  const definition = typeByCode(type);
  if (definition?.fields !== undefined) checkFields(type, definition, bytes, start, end);
}

/** Brings well-formed RDATA to canonical form in place: lower-cases its names where the type asks for it (RFC 4034 section 6.2). */
export function lowerCaseRdata(type: number, bytes: Uint8Array, start: number, end: number): void {
  if (!hasLowerCaseNames(type)) return;
  cursor.reset(bytes, start, end);
  for (const field of typeByCode(type)?.fields ?? []) {
    const from = cursor.position;
    field.skip(cursor);
    if (field.isName === true) for (let i = from; i < cursor.position; i++) bytes[i] = LOWER_CASE[bytes[i]!]!;
  }
}

/** RDATA in wire form from its text; without `origin`, relative names end at the root. */
export function rdataFromText(type: number, text: string, origin?: Uint8Array): Uint8Array {
  const tokens = new Tokenizer(new TextEncoder().encode(text), 'RDATA', origin);
  const out = new ByteBuffer(text.length + 16);
  parseRdata(type, tokens, out);
  return out.copy();
}

/** The presentation form of RDATA in wire form. */
export function rdataToText(type: number, rdata: Uint8Array): string {
  const out = new ByteBuffer(2 * rdata.length + 64);
  printRdata(type, rdata, 0, rdata.length, out);
  return String.fromCharCode(...out.view());
}

function checkFields(
  type: number,
  definition: TypeDefinition,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  cursor.reset(bytes, start, end);
  for (const field of definition.fields ?? []) field.skip(cursor);
  if (cursor.remaining > 0) {
    throw inputError(
      'wire/trailing',
      `${cursor.remaining} octets are left over behind the RDATA of ${typeName(type)}`,
    );
  }
  definition.check?.(cursor.reset(bytes, start, end));
}

/** Prints the fields with one space between those that print something; false, and nothing printed, where the octets do not fit. */
function printFields(
  definition: TypeDefinition,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: ByteBuffer,
): boolean {
  const before = out.length;
  try {
    definition.check?.(cursor.reset(bytes, start, end));
    cursor.reset(bytes, start, end);
    for (const field of definition.fields ?? []) {
      const fieldStart = out.length;
      if (fieldStart > before) out.u8(SPACE);
      const textStart = out.length;
      field.print(cursor, out);
      if (out.length === textStart) out.length = fieldStart;
    }
    if (cursor.remaining === 0) return true;
  } catch (error) {
    if (!(error instanceof ZonewrightError)) throw error;
  }
  out.length = before;
  return false;
}

/** Whether the next token is `\#`, which is then taken. */
function atGenericForm(tokens: Tokenizer): boolean {
  if (tokens.atOrdinary() || !tokens.next()) return false;
  const { bytes, start, end } = tokens;
  if (
    end - start === 2 &&
    bytes[start] === BACKSLASH &&
    bytes[start + 1] === HASH &&
    !tokens.quoted &&
    !isWordAt(bytes, end)
  )
    return true;
  tokens.unread();
  return false;
}

/** Whether something other than a length follows on the line: then `\#` is a plain word, as in `TXT \# of turns`. */
function isWordAt(bytes: Uint8Array, position: number): boolean {
  let at = position;
  while (bytes[at] === 32 || bytes[at] === 9) at++;
  const octet = bytes[at];
  return octet !== undefined && /[^\d\s();]/.test(String.fromCharCode(octet));
}

function parseGeneric(tokens: Tokenizer, out: ByteBuffer): void {
  const length = tokens.integer('the length of the RDATA', MAX_RDATA_LENGTH);
  const start = out.length;
  const decoder = new HexDecoder();
  while (tokens.next()) decoder.add(tokens.bytes, tokens.start, tokens.end, out);
  decoder.finish();
  if (out.length - start !== length) {
    throw inputError(
      'rdata/generic-length',
      `${length} octets of RDATA are announced, but ${out.length - start} are given`,
    );
  }
}

function printGeneric(bytes: Uint8Array, start: number, end: number, out: ByteBuffer): void {
  out.ascii(`\\# ${end - start}`);
  if (start === end) return;
  out.u8(SPACE);
  printHex(bytes, start, end, out);
}
