import { toHex } from '../dns/encoding.ts';
import { canonicalName, nameFromText } from '../dns/name.ts';
import type { DigestAlgorithm } from '../dnssec/crypto.ts';
import { digestTypeByName, makeDs, readDs } from '../dnssec/ds.ts';
import { usageError } from '../errors.ts';
import { nodeCrypto } from '../io/crypto/node-crypto.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { ZoneKey } from './keys.ts';

/** A DS record, field by field. */
export interface DsRecord {
  /** The zone's name with its last dot. */
  readonly zone: string;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  /** In upper-case hexadecimal. */
  readonly digest: string;
  /** RDATA in presentation form: `12345 13 2 …`. */
  readonly data: string;
}

/** A DNSKEY record of a zone, where there is no `ZoneKey` of it. */
export interface DnskeyRecord {
  readonly zone: string;
  /** RDATA in presentation form: `257 3 13 …`. */
  readonly dnskey: string;
}

/**
 * The DS record for a key (RFC 4034 section 5).
 * @throws ZonewrightError `ds/zsk` for a key that has no DS, because it does not sign the DNSKEY RRset; `ds/digest` for SHA-512, which DS records do
 *   not have
 */
export function dsFromKey(key: ZoneKey | DnskeyRecord, digest: DigestAlgorithm = 'sha256'): DsRecord {
  const type = digestTypeByName(digest);
  if (type === undefined) throw usageError('ds/digest', `DS records have no ${digest} digest`);
  if ('role' in key && key.role === 'zsk') {
    throw usageError('ds/zsk', `${key.base} is a ZSK, and a DS for it would take the zone down`, {
      hint: 'make the DS of the KSK',
    });
  }
  const owner = canonicalName(nameFromText(key.zone));
  const rdata = 'rdata' in key ? key.rdata : rdataFromText(Type.DNSKEY, key.dnskey);
  const fields = readDs(makeDs(owner, rdata, type.number, nodeCrypto));
  const digestText = toHex(fields.digest);
  const data = `${fields.keyTag} ${fields.algorithm} ${fields.digestType} ${digestText}`;
  return { zone: key.zone, ...fields, digest: digestText, data };
}
