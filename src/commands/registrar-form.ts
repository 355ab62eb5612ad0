import { toBase64, toHex } from '../dns/encoding.ts';
import { algorithmByNumber } from '../dnssec/algorithms.ts';
import { readDnskey } from '../dnssec/dnskey.ts';
import { digestTypeByNumber, readDs } from '../dnssec/ds.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { DsKey } from './ds.ts';

/** The fields of a DS record as registrars and their interfaces have them. */
export function dsFieldsOf(rdata: Uint8Array) {
  const ds = readDs(rdata);
  return { ...ds, digest: toHex(ds.digest) };
}

/** The same of a DNSKEY record. */
export function keyFieldsOf(rdata: Uint8Array) {
  const dnskey = readDnskey(rdata);
  return { ...dnskey, publicKey: toBase64(dnskey.publicKey) };
}

/** The fields that registrar forms ask for, one a line and with their numbers, one block a DS record. */
export function registrarForm(keys: readonly DsKey[]): string {
  const blocks = keys.flatMap(({ owner, dnskeyRdata, ds }) =>
    ds.map((rdata) => {
      const { keyTag: tag, algorithm, digestType, digest } = dsFieldsOf(rdata);
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
