import { sameOctets } from '../dns/octets.ts';
import { inputError } from '../errors.ts';
import type { Crypto, DigestAlgorithm } from './crypto.ts';
import { keyTag } from './key-tag.ts';

export interface DigestType {
  /** The Digest Type field (IANA registry "DS RR Type Digest Algorithms"). */
  readonly number: number;
  readonly mnemonic: string;
  readonly digest: DigestAlgorithm;
  readonly length: number;
  readonly status: 'recommended' | 'deprecated';
}

/** The one list of DS digest types (RFC 4034, RFC 4509, RFC 6605). */
export const DIGEST_TYPES: readonly DigestType[] = [
  { number: 1, mnemonic: 'SHA-1', digest: 'sha1', length: 20, status: 'deprecated' },
  { number: 2, mnemonic: 'SHA-256', digest: 'sha256', length: 32, status: 'recommended' },
  { number: 4, mnemonic: 'SHA-384', digest: 'sha384', length: 48, status: 'recommended' },
];

/** The digest type with this number; undefined where we cannot compute it. */
export function digestTypeByNumber(number: number): DigestType | undefined {
  return DIGEST_TYPES.find((type) => type.number === number);
}

/** The digest type of a name (`sha256`, `SHA-256`) or of a number in decimal digits. */
export function digestTypeByName(name: string): DigestType | undefined {
  const wanted = name.toLowerCase().replace('-', '');
  return DIGEST_TYPES.find((type) => type.digest === wanted || String(type.number) === name);
}

/** The fields of a DS (RFC 4034 section 5.1): Key Tag (2 octets), Algorithm (1), Digest Type (1), Digest (the rest). */
export interface Ds {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
}

/** Reads DS (or CDS) RDATA; the digest is a view of it. */
export function readDs(rdata: Uint8Array): Ds {
  if (rdata.length < 4) throw inputError('wire/short', `DS RDATA has ${rdata.length} octets, fewer than 4`);
  return {
    keyTag: (rdata[0]! << 8) | rdata[1]!,
    algorithm: rdata[2]!,
    digestType: rdata[3]!,
    digest: rdata.subarray(4),
  };
}

/**
 * The DS RDATA for a DNSKEY (RFC 4034 section 5.1.4).
 * @param owner the zone's name in canonical wire form (lower case)
 * @throws ZonewrightError `ds/digest-type` where the digest type is unknown
 */
export function makeDs(
  owner: Uint8Array,
  dnskeyRdata: Uint8Array,
  digestType: number,
  crypto: Pick<Crypto, 'digest'>,
): Uint8Array {
  const type = digestTypeByNumber(digestType);
  if (type === undefined) throw inputError('ds/digest-type', `DS digest type ${digestType} is not supported`);
  const input = new Uint8Array(owner.length + dnskeyRdata.length);
  input.set(owner);
  input.set(dnskeyRdata, owner.length);
  const tag = keyTag(dnskeyRdata);
  const rdata = new Uint8Array(4 + type.length);
  rdata[0] = tag >>> 8;
  rdata[1] = tag;
  rdata[2] = dnskeyRdata[3] ?? 0;
  rdata[3] = digestType;
  rdata.set(crypto.digest(type.digest, input), 4);
  return rdata;
}

/** Whether a DS stands for a DNSKEY; undefined where its digest type is unknown, so that nobody can tell. */
export function dsMatches(
  dsRdata: Uint8Array,
  owner: Uint8Array,
  dnskeyRdata: Uint8Array,
  crypto: Pick<Crypto, 'digest'>,
): boolean | undefined {
  const ds = readDs(dsRdata);
  if (ds.algorithm !== dnskeyRdata[3] || ds.keyTag !== keyTag(dnskeyRdata)) return false;
  if (digestTypeByNumber(ds.digestType) === undefined) return undefined;
  const expected = makeDs(owner, dnskeyRdata, ds.digestType, crypto);
  return sameOctets(expected, dsRdata);
}
