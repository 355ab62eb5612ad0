import type { DsKey } from '../commands/ds.ts';
import { dsFieldsOf, keyFieldsOf, registrarForm } from '../commands/registrar-form.ts';
import { nameToText } from '../dns/name.ts';
import { keyTag } from '../dnssec/key-tag.ts';

export type DsFormat = keyof typeof FORMATS;

interface FormatOptions {
  /** Seconds, put behind the owner of records. */
  readonly ttl?: number | undefined;
  /** Zones whose parent is to remove every DS: their CDS and CDNSKEY say so. In wire form. */
  readonly withdrawn?: readonly Uint8Array[] | undefined;
}

/**
 * What asks a parent to remove every DS (RFC 8078 section 4), as text: to write it from RDATA would load the table of all types, which makes the
 * start of `ds` half as long again.
 */
const DELETE = { CDS: '0 0 0 00', CDNSKEY: '0 3 0 AA==' } as const;

/** How DS records can be written, and by what. `json` is the document of `--json`, which is written elsewhere. */
const FORMATS = {
  zone: (keys, options) => records(keys, 'DS', dsFields, options),
  csv,
  registrar: registrarForm,
  epp,
  dnskey: (keys, options) => records(keys, 'DNSKEY', dnskeyFields, options),
  cds: (keys, options) => records(keys, 'CDS', dsFields, options) + deletions('CDS', options),
  cdnskey: (keys, options) => records(keys, 'CDNSKEY', dnskeyFields, options) + deletions('CDNSKEY', options),
  dnsimple,
} as const satisfies Record<string, (keys: readonly DsKey[], options: FormatOptions) => string>;

export const DS_FORMATS: readonly string[] = ['zone', 'json', ...Object.keys(FORMATS).slice(1)];

/** The formats that are records: only those have a TTL. */
export const RECORD_FORMATS: readonly string[] = ['zone', 'dnskey', 'cds', 'cdnskey'];

/** The text of DS records in a format; it ends with a newline. */
export function formatDs(format: DsFormat, keys: readonly DsKey[], options: FormatOptions): string {
  return FORMATS[format](keys, options);
}

/** Presentation form of RDATA, with single spaces only. */
function dsFields({ ds }: DsKey): string[] {
  return ds.map((rdata) => {
    const { keyTag: tag, algorithm, digestType, digest } = dsFieldsOf(rdata);
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
  options: FormatOptions,
): string {
  return keys.flatMap((key) => fields(key).map((rdata) => record(key.owner, type, rdata, options))).join('');
}

function deletions(type: keyof typeof DELETE, options: FormatOptions): string {
  const { withdrawn = [] } = options;
  return withdrawn.map((zone) => record(zone, type, DELETE[type], options)).join('');
}

function record(owner: Uint8Array, type: string, rdata: string, { ttl }: FormatOptions): string {
  const ttlText = ttl === undefined ? '' : `${ttl} `;
  return `${nameToText(owner)} ${ttlText}IN ${type} ${rdata}\n`;
}

function csv(keys: readonly DsKey[]): string {
  const rows = keys.flatMap(({ owner, ds }) =>
    ds.map((rdata) => {
      const { keyTag: tag, algorithm, digestType, digest } = dsFieldsOf(rdata);
      return [csvField(nameToText(owner)), tag, algorithm, digestType, digest].join(',');
    }),
  );
  return ['owner,keyTag,algorithm,digestType,digest', ...rows, ''].join('\n');
}

/** A field after RFC 4180, quoted where it must be. */
function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The DNSSEC extension of an EPP create command (RFC 5910 section 5.2.1), with DS and key data. */
function epp(keys: readonly DsKey[]): string {
  const lines = keys.flatMap(({ dnskeyRdata, ds }) => {
    const key = keyFieldsOf(dnskeyRdata);
    return ds.flatMap((rdata) => {
      const { keyTag: tag, algorithm, digestType, digest } = dsFieldsOf(rdata);
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
        const { keyTag: tag, algorithm, digestType, digest } = dsFieldsOf(rdata);
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
      ds.map((rdata) => ({ owner: nameToText(owner), ...dsFieldsOf(rdata) })),
    ),
    dnskeys: keys.map(({ owner, dnskeyRdata }) => ({
      owner: nameToText(owner),
      keyTag: keyTag(dnskeyRdata),
      ...keyFieldsOf(dnskeyRdata),
    })),
  };
}
