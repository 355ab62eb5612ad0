import type { DsKey } from '../commands/ds.ts';
import { toBase64, toHex } from '../dns/encoding.ts';
import { nameToText } from '../dns/name.ts';
import { algorithmByNumber } from '../dnssec/algorithms.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { digestTypeByNumber, readDs } from '../dnssec/ds.ts';
import { keyTag } from '../dnssec/key-tag.ts';
import { zoneLabel } from '../keys/key-name.ts';

export type DsFormat = keyof typeof FORMATS;

interface FormatOptions {
  /** Seconds, put behind the owner of records. */
  readonly ttl?: number | undefined;
}

/** How DS records can be written, and by what. `json` is the document of `--json`, which is written elsewhere. */
const FORMATS = {
  zone: (keys, options) => records(keys, 'DS', dsFields, options),
  csv,
  registrar,
  epp,
  dnskey: (keys, options) => records(keys, 'DNSKEY', dnskeyFields, options),
  cds: (keys, options) => records(keys, 'CDS', dsFields, options),
  cdnskey: (keys, options) => records(keys, 'CDNSKEY', dnskeyFields, options),
  dnsimple,
} as const satisfies Record<string, (keys: readonly DsKey[], options: FormatOptions) => string>;

export const DS_FORMATS: readonly string[] = ['zone', 'json', ...Object.keys(FORMATS).slice(1)];

/** The formats that are records: only those have a TTL. */
export const RECORD_FORMATS: readonly string[] = ['zone', 'dnskey', 'cds', 'cdnskey'];

/** The text of DS records in a format; it ends with a newline. */
export function formatDs(format: DsFormat, keys: readonly DsKey[], options: FormatOptions): string {
  return FORMATS[format](keys, options);
}

/** The fields of a DS record as registrars and their interfaces have them. */
function fieldsOf(rdata: Uint8Array) {
  const ds = readDs(rdata);
  return { ...ds, digest: toHex(ds.digest) };
}

function keyFieldsOf(rdata: Uint8Array) {
  const dnskey = readDnskey(rdata);
  return { ...dnskey, publicKey: toBase64(dnskey.publicKey) };
}

/** Presentation form of RDATA, with single spaces only. */
function dsFields({ ds }: DsKey): string[] {
  return ds.map((rdata) => {
    const { keyTag: tag, algorithm, digestType, digest } = fieldsOf(rdata);
    return `${tag} ${algorithm} ${digestType} ${digest}`;
  });
}

function dnskeyFields({ dnskeyRdata }: DsKey): string[] {
  const { flags, protocol, algorithm, publicKey } = keyFieldsOf(dnskeyRdata);
  return [`${flags} ${protocol} ${algorithm} ${publicKey}`];
}

function records(
  keys: readonly DsKey[],
  type: string,
  fields: (key: DsKey) => readonly string[],
  { ttl }: FormatOptions,
): string {
  const ttlText = ttl === undefined ? '' : `${ttl} `;
  return keys
    .flatMap((key) => fields(key).map((rdata) => `${nameToText(key.owner)} ${ttlText}IN ${type} ${rdata}\n`))
    .join('');
}

function csv(keys: readonly DsKey[]): string {
  const rows = keys.flatMap(({ owner, ds }) =>
    ds.map((rdata) => {
      const { keyTag: tag, algorithm, digestType, digest } = fieldsOf(rdata);
      return [csvField(nameToText(owner)), tag, algorithm, digestType, digest].join(',');
    }),
  );
  return ['owner,keyTag,algorithm,digestType,digest', ...rows, ''].join('\n');
}

/** A field after RFC 4180, quoted where it must be. */
function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The fields that registrar forms ask for, one a line and with their numbers, one block a DS record. */
function registrar(keys: readonly DsKey[]): string {
  const blocks = keys.flatMap(({ owner, dnskeyRdata, ds }) =>
    ds.map((rdata) => {
      const { keyTag: tag, algorithm, digestType, digest } = fieldsOf(rdata);
      const { flags, protocol, publicKey } = keyFieldsOf(dnskeyRdata);
      return labelled([
        ['Domain', zoneLabel(owner)],
        ['Key tag', tag],
        ['Algorithm', numberAndName(algorithm, algorithmByNumber(algorithm)?.mnemonic)],
        ['Digest type', numberAndName(digestType, digestTypeByNumber(digestType)?.mnemonic)],
        ['Digest', digest],
        ['Flags', numberAndName(flags, flags === 257 ? 'KSK' : undefined)],
        ['Protocol', protocol],
        ['Public key', publicKey],
      ]);
    }),
  );
  return blocks.join('\n');
}

function labelled(lines: readonly (readonly [label: string, value: string | number])[]): string {
  const width = Math.max(...lines.map(([label]) => label.length)) + 1;
  return lines.map(([label, value]) => `${`${label}:`.padEnd(width)} ${value}\n`).join('');
}

function numberAndName(number: number, name: string | undefined): string {
  return name === undefined ? String(number) : `${number} (${name})`;
}

/** The DNSSEC extension of an EPP create command (RFC 5910 section 5.2.1), with DS and key data. */
function epp(keys: readonly DsKey[]): string {
  const lines = keys.flatMap(({ dnskeyRdata, ds }) => {
    const key = keyFieldsOf(dnskeyRdata);
    return ds.flatMap((rdata) => {
      const { keyTag: tag, algorithm, digestType, digest } = fieldsOf(rdata);
      return [
        '  <secDNS:dsData>',
        `    <secDNS:keyTag>${tag}</secDNS:keyTag>`,
        `    <secDNS:alg>${algorithm}</secDNS:alg>`,
        `    <secDNS:digestType>${digestType}</secDNS:digestType>`,
        `    <secDNS:digest>${digest}</secDNS:digest>`,
        '    <secDNS:keyData>',
        `      <secDNS:flags>${key.flags}</secDNS:flags>`,
        `      <secDNS:protocol>${key.protocol}</secDNS:protocol>`,
        `      <secDNS:alg>${key.algorithm}</secDNS:alg>`,
        `      <secDNS:pubKey>${key.publicKey}</secDNS:pubKey>`,
        '    </secDNS:keyData>',
        '  </secDNS:dsData>',
      ];
    });
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<secDNS:create xmlns:secDNS="urn:ietf:params:xml:ns:secDNS-1.1">',
    ...lines,
    '</secDNS:create>',
    '',
  ].join('\n');
}

/** The body of DNSimple's call that creates a DS record, one a line: each call takes one. */
function dnsimple(keys: readonly DsKey[]): string {
  return keys
    .flatMap(({ dnskeyRdata, ds }) =>
      ds.map((rdata) => {
        const { keyTag: tag, algorithm, digestType, digest } = fieldsOf(rdata);
        const body = {
          algorithm: String(algorithm),
          digest,
          digest_type: String(digestType),
          keytag: String(tag),
          public_key: keyFieldsOf(dnskeyRdata).publicKey,
        };
        return `${JSON.stringify(body)}\n`;
      }),
    )
    .join('');
}

/** `schemas/ds.schema.json` */
export function dsDocument(keys: readonly DsKey[]): { schema: string; ds: object[]; dnskeys: object[] } {
  return {
    schema: 'zonewright/ds/v1',
    ds: keys.flatMap(({ owner, ds }) =>
      ds.map((rdata) => ({ owner: nameToText(owner), ...fieldsOf(rdata) })),
    ),
    dnskeys: keys.map(({ owner, dnskeyRdata }) => ({
      owner: nameToText(owner),
      keyTag: keyTag(dnskeyRdata),
      ...keyFieldsOf(dnskeyRdata),
    })),
  };
}
