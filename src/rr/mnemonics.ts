import type { ByteBuffer } from '../dns/byte-buffer.ts';
import { MnemonicTable } from '../dns/mnemonic-table.ts';

/** Codes of the IANA registry "Resource Record (RR) TYPEs". Property names are the mnemonics, `_` for `-`. */
export const Type = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  NSAP_PTR: 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  SINK: 40,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  HHIT: 67,
  BRID: 68,
  SPF: 99,
  UINFO: 100,
  UID: 101,
  GID: 102,
  UNSPEC: 103,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  CLA: 263,
  IPN: 264,
  TA: 32768,
  DLV: 32769,
} as const;

export type TypeMnemonic = keyof typeof Type;

/** Codes of the IANA registry "DNS CLASSes" that data may have. */
export const Class = { IN: 1, CH: 3, HS: 4 } as const;

const octets = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const TYPES = Object.entries(Type).map(([property, code]) => [property.replace('_', '-'), code] as const);
const TYPE_CODES = new MnemonicTable(TYPES);
const TYPE_NAMES = new Map<number, string>(TYPES.map(([mnemonic, code]) => [code, mnemonic]));
const TYPE_NAME_OCTETS: (Uint8Array | undefined)[] = Array.from({ length: 512 }, (_, code) => {
  const mnemonic = TYPE_NAMES.get(code);
  return mnemonic === undefined ? undefined : octets(mnemonic);
});

const CLASS_CODES = new MnemonicTable([...Object.entries(Class), ['CHAOS', Class.CH], ['HESIOD', Class.HS]]);
const CLASS_NAMES = new Map<number, string>(
  Object.entries(Class).map(([mnemonic, code]) => [code, mnemonic]),
);

const TYPE_PREFIX = octets('type');
const CLASS_PREFIX = octets('class');

/** The code that the word `bytes[start, end)` names, as a mnemonic or as `TYPE123` (RFC 3597 section 5); -1 where it names none. */
export function findType(bytes: Uint8Array, start: number, end: number): number {
  const code = TYPE_CODES.find(bytes, start, end);
  return code >= 0 ? code : numberedCode(TYPE_PREFIX, bytes, start, end);
}

/** The class that the word `bytes[start, end)` names, as a mnemonic or as `CLASS123` (RFC 3597 section 5); -1 where it names none. */
export function findClass(bytes: Uint8Array, start: number, end: number): number {
  const code = CLASS_CODES.find(bytes, start, end);
  return code >= 0 ? code : numberedCode(CLASS_PREFIX, bytes, start, end);
}

/** The number of a word like `TYPE123`, -1 for any other word. */
function numberedCode(prefix: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
  const digits = start + prefix.length;
  if (digits >= end) return -1;
  for (let i = 0; i < prefix.length; i++) if ((bytes[start + i]! | 32) !== prefix[i]) return -1;
  let value = 0;
  for (let i = digits; i < end; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > 0xffff) return -1;
  }
  return value;
}

/** The mnemonic of a type, or `TYPE123`. */
export function typeName(code: number): string {
  return TYPE_NAMES.get(code) ?? `TYPE${code}`;
}

/** Appends the mnemonic of a type, or `TYPE123`. */
export function printTypeName(code: number, out: ByteBuffer): void {
  const name = code < 512 ? TYPE_NAME_OCTETS[code] : undefined;
  if (name !== undefined) out.append(name);
  else out.ascii(typeName(code));
}

/** The mnemonic of a class, or `CLASS123`. */
export function className(code: number): string {
  return CLASS_NAMES.get(code) ?? `CLASS${code}`;
}
