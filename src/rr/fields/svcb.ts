import { ByteBuffer } from '../../dns/byte-buffer.ts';
import { Cursor } from '../../dns/cursor.ts';
import { escapeLength, unescapeAt } from '../../dns/name.ts';
import type { Tokenizer } from '../../dns/tokenizer.ts';
import { inputError } from '../../errors.ts';
import type { Field } from '../field.ts';
import {
  ALPN,
  keyByName,
  kindByName,
  MANDATORY,
  NO_DEFAULT_ALPN,
  printKey,
  settledKind,
  type SvcParamKind,
} from './svcb-keys.ts';
import { printQuoted } from './text.ts';

const SPACE = 32;
const QUOTE = 34;
const EQUALS = 61;
const BACKSLASH = 92;

interface SvcParam {
  readonly key: number;
  readonly value: Uint8Array;
}

/** The SvcParams of SVCB and HTTPS, to the end of the RDATA (RFC 9460 sections 2.1 and 2.2). */
export function svcParams(name: string): Field {
  return {
    name,
    parse(tokens, out) {
      const params: SvcParam[] = [];
      while (tokens.next(true)) params.push(parseParam(tokens));
      params.sort((a, b) => a.key - b.key);
      const start = out.length;
      for (const { key, value } of params) {
        out.u16(key);
        out.u16(value.length);
        out.append(value);
      }
      for (
        const rdata = new Cursor(out.bytes, start, out.length), previous = { key: -1 };
        rdata.remaining > 0;
      ) {
        previous.key = takeParam(rdata, previous.key).key;
      }
    },
    print(rdata, out) {
      for (let previous = -1, separate = false; rdata.remaining > 0; separate = true) {
        const { key, value } = takeParam(rdata, previous);
        previous = key;
        if (separate) out.u8(SPACE);
        printKey(key, out);
        if (value.length === 0) continue;
        out.u8(EQUALS);
        const kind = settledKind(key);
        if (kind?.print === undefined) printQuoted(value, 0, value.length, out);
        else kind.print(new Cursor(value), out);
      }
    },
    skip(rdata) {
      for (let previous = -1; rdata.remaining > 0;) previous = takeParam(rdata, previous).key;
    },
  };
}

/** Refuses RDATA in service mode that contradicts itself (RFC 9460 sections 2.4.3, 7.1.1 and 8). */
export function checkSvcb(rdata: Cursor): void {
  const isAlias = rdata.u16() === 0;
  rdata.name();
  // Parameters in alias mode are ignored by whoever reads them (RFC 9460 section 2.4.2).
  if (isAlias || rdata.remaining === 0) return;
  const params = new Map<number, Uint8Array>();
  for (let previous = -1; rdata.remaining > 0;) {
    const { key, value } = takeParam(rdata, previous);
    params.set(key, value);
    previous = key;
  }
  if (params.has(NO_DEFAULT_ALPN) && !params.has(ALPN)) {
    throw inputError('rdata/svcb-alpn', '"no-default-alpn" needs "alpn" beside it (RFC 9460 section 7.1.1)');
  }
  for (const mandatory = new Cursor(params.get(MANDATORY) ?? new Uint8Array(0)); mandatory.remaining > 0;) {
    const key = mandatory.u16();
    if (!params.has(key)) {
      throw inputError(
        'rdata/svcb-mandatory',
        `"mandatory" names key ${key}, which is missing (RFC 9460 section 8)`,
      );
    }
  }
}

/** Takes one parameter from the wire; its key must be above `previous` and its value well formed. */
function takeParam(rdata: Cursor, previous: number): SvcParam {
  const key = rdata.u16();
  const value = rdata.take(rdata.u16());
  if (key === previous) throw inputError('rdata/svcb-duplicate', `SvcParamKey ${key} is given twice`);
  if (key < previous) throw inputError('wire/svcb-order', 'SvcParamKeys are not in ascending order');
  const kind = settledKind(key);
  if (kind !== undefined) checkValue(kind, value);
  return { key, value };
}

function checkValue(kind: SvcParamKind, value: Uint8Array): void {
  const cursor = new Cursor(value);
  kind.check(cursor);
  if (cursor.remaining > 0) throw inputError('wire/trailing', `the value of "${kind.name}" is too long`);
}

/** The current token, `key` or `key=value`, the value perhaps in quotes. */
function parseParam(tokens: Tokenizer): SvcParam {
  const { bytes, start, end } = tokens;
  let keyEnd = start;
  while (keyEnd < end && bytes[keyEnd] !== EQUALS) keyEnd++;
  if (tokens.quoted) throw tokens.error('syntax/svcb', 'quotes stand around the value only: key="value"');
  const key = keyByName(bytes, start, keyEnd);
  const value = keyEnd < end ? unquote(tokens, keyEnd + 1) : new Uint8Array(0);
  if (value.length > 0xffff)
    throw tokens.error('rdata/too-long', 'the value of a SvcParam is longer than 65535 octets');
  const kind = kindByName(bytes, start, keyEnd);
  // Behind `key123`, the value is what stands on the wire, even of a key that has a name.
  if (kind === undefined) return { key, value };
  const out = new ByteBuffer(value.length + 16);
  kind.encode(value, out);
  checkValue(kind, out.view());
  return { key, value: out.view() };
}

/** The octets that the rest of the current token from `start` on stands for: a <character-string>, but of any length. */
function unquote(tokens: Tokenizer, start: number): Uint8Array {
  const { bytes } = tokens;
  const isQuoted = bytes[start] === QUOTE && start < tokens.end;
  const end = isQuoted ? tokens.end - 1 : tokens.end;
  if (isQuoted && (end <= start || bytes[end] !== QUOTE)) {
    throw tokens.error('syntax/svcb', 'nothing may follow the closing quote of a value');
  }
  const octets: number[] = [];
  for (let i = isQuoted ? start + 1 : start; i < end;) {
    const octet = bytes[i]!;
    if (octet === QUOTE) throw tokens.error('syntax/svcb', 'a quote inside a value needs a backslash');
    if (octet === BACKSLASH) {
      octets.push(unescapeAt(bytes, i, end));
      i += escapeLength(bytes, i);
    } else {
      octets.push(octet);
      i++;
    }
  }
  return Uint8Array.from(octets);
}
