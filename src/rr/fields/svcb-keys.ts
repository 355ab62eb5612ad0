import { ByteBuffer } from '../../dns/byte-buffer.ts';
import type { Cursor } from '../../dns/cursor.ts';
import { Base64Decoder, printBase64 } from '../../dns/encoding.ts';
import { inputError } from '../../errors.ts';
import { parseIpv4, parseIpv6, printIpv4, printIpv6 } from './address.ts';
import { printQuoted } from './text.ts';

const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;

/** How the value of one SvcParamKey is written. The octets of `value` are those of the text with its escapes resolved. */
export interface SvcParamKind {
  readonly key: number;
  readonly name: string;
  /** Appends the wire form. */
  encode(value: Uint8Array, out: ByteBuffer): void;
  /** Reads the wire form to its end and refuses what is malformed. */
  check(value: Cursor): void;
  /**
   * Appends the text of a value that is not empty, quotes included. Left out where the name of the key is newer than much of the software
   * that will read our output: that understands `key123` only.
   */
  print?(value: Cursor, out: ByteBuffer): void;
}

export const MANDATORY = 0;
export const ALPN = 1;
export const NO_DEFAULT_ALPN = 2;

const mandatory: SvcParamKind = {
  key: MANDATORY,
  name: 'mandatory',
  encode(value, out) {
    const keys = plainItems(value).map((item) => keyByName(item, 0, item.length));
    for (const key of keys.sort((a, b) => a - b)) out.u16(key);
  },
  print: (value, out) => printList(value, out, () => printKey(value.u16(), out)),
  check(value) {
    needValue(value);
    for (let previous = 0; value.remaining > 0;) {
      const key = value.u16();
      if (key <= previous)
        throw badValue('"mandatory" names keys other than itself in ascending order, each once');
      previous = key;
    }
  },
};

const alpn: SvcParamKind = {
  key: ALPN,
  name: 'alpn',
  encode(value, out) {
    for (const item of escapedItems(value)) pushString(item, out);
  },
  print: printStrings,
  check(value) {
    needValue(value);
    checkStrings(value);
  },
};

const noDefaultAlpn = flag(NO_DEFAULT_ALPN, 'no-default-alpn');

const port: SvcParamKind = {
  key: 3,
  name: 'port',
  encode: (value, out) => out.u16(decimal(value, 0xffff)),
  print: (value, out) => out.decimal(value.u16()),
  check: (value) => value.skip(2),
};

const ipv4hint = addressHints(4, 'ipv4hint', 4, parseIpv4, printIpv4);

const ech: SvcParamKind = {
  key: 5,
  name: 'ech',
  encode(value, out) {
    const decoder = new Base64Decoder();
    decoder.add(value, 0, value.length, out);
    decoder.finish();
  },
  print: (value, out) => printBase64(value.bytes, value.position, value.end, out),
  check: (value) => value.skip(value.remaining),
};

const ipv6hint = addressHints(6, 'ipv6hint', 16, parseIpv6, printIpv6);

const dohpath: SvcParamKind = {
  key: 7,
  name: 'dohpath',
  encode: (value, out) => out.append(value),
  check(value) {
    if (!isDohPath(value.rest())) {
      throw badValue(
        '"dohpath" is a relative URI template with the variable "dns", like /dns-query{?dns} (RFC 9461 section 5)',
      );
    }
  },
};

const ohttp = flag(8, 'ohttp');

const tlsSupportedGroups: SvcParamKind = {
  key: 9,
  name: 'tls-supported-groups',
  encode(value, out) {
    for (const item of plainItems(value)) out.u16(decimal(item, 0xffff));
  },
  check(value) {
    needValue(value);
    const groups = new Set<number>();
    while (value.remaining > 0) {
      const group = value.u16();
      if (groups.has(group)) throw badValue('"tls-supported-groups" names a group twice');
      groups.add(group);
    }
  },
};

const docpath: SvcParamKind = {
  key: 10,
  name: 'docpath',
  encode(value, out) {
    // No value at all is the root path.
    if (value.length > 0) for (const item of escapedItems(value)) pushString(item, out);
  },
  check: checkStrings,
};

const pvd = flag(11, 'pvd');

const oots: SvcParamKind = {
  key: 12,
  name: 'oots',
  encode(value, out) {
    for (const item of escapedItems(value)) {
      const colon = item.lastIndexOf(COLON);
      if (colon < 0) throw badValue('"oots" is a list of transport:percentage');
      pushString(item.subarray(0, colon), out);
      out.u8(decimal(item.subarray(colon + 1), 100));
    }
  },
  check(value) {
    needValue(value);
    const transports = new Set<string>();
    while (value.remaining > 0) {
      const transport = String.fromCharCode(...value.take(value.u8()));
      if (transport === '' || value.u8() > 100)
        throw badValue('"oots" is a list of transports and percentages up to 100');
      if (transports.has(transport)) throw badValue(`"oots" names ${transport} twice`);
      transports.add(transport);
    }
  },
};

/** By key. */
const KINDS: readonly SvcParamKind[] = [
  mandatory,
  alpn,
  noDefaultAlpn,
  port,
  ipv4hint,
  ech,
  ipv6hint,
  dohpath,
  ohttp,
  tlsSupportedGroups,
  docpath,
  pvd,
  oots,
];

const KINDS_BY_NAME = new Map(KINDS.map((kind) => [kind.name, kind]));

/**
 * How values of this key are checked and printed wherever they come from: what RFC 9460 and RFC 9461 define. The numbers of later keys were
 * in use when they got their names, so their values are checked only where text gives the name.
 */
export function settledKind(key: number): SvcParamKind | undefined {
  return key <= dohpath.key ? KINDS[key] : undefined;
}

/** The kind whose registered name `bytes[start, end)` is. */
export function kindByName(bytes: Uint8Array, start: number, end: number): SvcParamKind | undefined {
  return KINDS_BY_NAME.get(String.fromCharCode(...bytes.subarray(start, end)));
}

/** The key that `bytes[start, end)` names, as its registered name or as `key123` (RFC 9460 section 2.1). */
export function keyByName(bytes: Uint8Array, start: number, end: number): number {
  const kind = kindByName(bytes, start, end);
  if (kind !== undefined) return kind.key;
  const word = String.fromCharCode(...bytes.subarray(start, end));
  const number = /^key(0|[1-9]\d{0,4})$/.exec(word)?.[1];
  if (number === undefined || Number(number) > 0xffff)
    throw inputError('syntax/svcb', `"${word}" is no SvcParamKey`);
  return Number(number);
}

/** Appends the name of a key, or `key123`. */
export function printKey(key: number, out: ByteBuffer): void {
  const kind = settledKind(key);
  out.ascii(kind?.print === undefined ? `key${key}` : kind.name);
}

function flag(key: number, name: string): SvcParamKind {
  return {
    key,
    name,
    encode: (value, out) => out.append(value),
    print() {
      // Never has a value.
    },
    check(value) {
      if (value.remaining > 0) throw badValue(`"${name}" has no value`);
    },
  };
}

function addressHints(
  key: number,
  name: string,
  octets: number,
  parse: typeof parseIpv4,
  print: typeof printIpv4,
): SvcParamKind {
  return {
    key,
    name,
    encode(value, out) {
      for (const item of plainItems(value)) parse(item, 0, item.length, out);
    },
    print: (value, out) => printList(value, out, () => print(value, out)),
    check(value) {
      needValue(value);
      while (value.remaining > 0) value.skip(octets);
    },
  };
}

/** The items of a comma-separated list without escapes. */
function plainItems(value: Uint8Array): Uint8Array[] {
  const items: Uint8Array[] = [];
  for (let start = 0, end = 0; end <= value.length; end++) {
    if (end < value.length && value[end] !== COMMA) continue;
    items.push(value.subarray(start, end));
    start = end + 1;
  }
  return items;
}

/** The items of a comma-separated list in which `\,` and `\\` stand for comma and backslash (RFC 9460 appendix A.1). */
function escapedItems(value: Uint8Array): Uint8Array[] {
  const items: Uint8Array[] = [];
  let item: number[] = [];
  for (let i = 0; i < value.length; i++) {
    let octet = value[i]!;
    if (octet === COMMA) {
      items.push(Uint8Array.from(item));
      item = [];
      continue;
    }
    if (octet === BACKSLASH) {
      octet = value[++i] ?? -1;
      if (octet !== COMMA && octet !== BACKSLASH)
        throw badValue('in a list, a backslash stands before a comma or a backslash only');
    }
    item.push(octet);
  }
  items.push(Uint8Array.from(item));
  return items;
}

function pushString(item: Uint8Array, out: ByteBuffer): void {
  if (item.length === 0 || item.length > 255)
    throw badValue('an item of this list must have 1 to 255 octets');
  out.u8(item.length);
  out.append(item);
}

function checkStrings(value: Cursor): void {
  while (value.remaining > 0) {
    const length = value.u8();
    if (length === 0) throw badValue('an item of this list is empty');
    value.skip(length);
  }
}

/** Prints strings with the escapes of the list, then those of the quoted string around it. */
function printStrings(value: Cursor, out: ByteBuffer): void {
  const text = new ByteBuffer(2 * value.remaining);
  printList(value, text, () => {
    for (const octet of value.take(value.u8())) {
      if (octet === COMMA || octet === BACKSLASH) text.u8(BACKSLASH);
      text.u8(octet);
    }
  });
  printQuoted(text.bytes, 0, text.length, out);
}

function printList(value: Cursor, out: ByteBuffer, printItem: () => void): void {
  for (let separate = false; value.remaining > 0; separate = true) {
    if (separate) out.u8(COMMA);
    printItem();
  }
}

function decimal(value: Uint8Array, maximum: number): number {
  const word = String.fromCharCode(...value);
  if (!/^\d{1,10}$/.test(word) || Number(word) > maximum)
    throw badValue(`"${word}" is no number from 0 to ${maximum}`);
  return Number(word);
}

/** Whether `path` is a URI template (RFC 6570) that begins with `/` and expands the variable `dns`. */
function isDohPath(path: Uint8Array): boolean {
  const text = String.fromCharCode(...path);
  const variable = String.raw`(?:\w|%[0-9a-f]{2})(?:\.?(?:\w|%[0-9a-f]{2}))*(?::[1-9]\d{0,3}|\*)?`;
  const expression = String.raw`\{[+#./;?&]?${variable}(?:,${variable})*\}`;
  const literal = String.raw`[^\x00-\x20"'%<>\\^\x60{|}\x7f]|%[0-9a-f]{2}`;
  if (!new RegExp(`^/(?:${literal}|${expression})*$`, 'i').test(text)) return false;
  return /\{[+#./;?&]?(?:[^{}]*,)?dns(?:[:*][^{},]*)?[,}]/.test(text);
}

function needValue(value: Cursor): void {
  if (value.remaining === 0) throw badValue('this key needs a value');
}

function badValue(message: string): Error {
  return inputError('rdata/svcb-value', message);
}
