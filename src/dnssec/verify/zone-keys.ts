import { Type } from '../../rr/registry.ts';
import { algorithmByNumber, usableAlgorithm } from '../algorithms.ts';
import {
  DNSSEC_PROTOCOL,
  isValidZoneKey,
  readDnskey,
  REVOKE_FLAG,
  ZONE_FLAG,
  type Dnskey,
} from '../dnskey.ts';
import { keyTag } from '../key-tag.ts';
import {
  exponentSize,
  keySize,
  LARGEST_EXPONENT_BITS,
  publicKeyProblem,
  readRsaPublicKey,
  SMALLEST_EXPONENT_BITS,
  writeRsaPublicKey,
} from '../public-key.ts';
import type { Place, VerifyContext } from './context.ts';

/** A key of the DNSKEY RRset. */
export interface ZoneKey extends Dnskey {
  readonly rdata: Uint8Array;
  readonly keyTag: number;
  readonly record: number;
  /** Whether signatures can be verified with it: a zone key of protocol 3, well formed, of a supported algorithm. */
  readonly verifies: boolean;
  /** Whether it may sign zone data: a zone key of protocol 3 that is not revoked. */
  readonly signsZone: boolean;
  readonly revoked: boolean;
  /** Whether signatures of its algorithm can be verified at all. */
  readonly supported: boolean;
}

const SHORT_RSA_BITS = 2048;
/** How many keys with one tag every validator tries: PowerDNS Recursor has the lowest limit. */
const MAX_SAME_TAG = 2;

/** The keys of the zone, those of one algorithm and tag side by side. */
export function readZoneKeys({ zone, crypto }: VerifyContext): ZoneKey[] {
  const keys = zone.recordsOf(zone.apexRrset(Type.DNSKEY)).map((record): ZoneKey => {
    const rdata = zone.store.rdataOf(record);
    const key = readDnskey(rdata);
    const sound = (key.flags & ZONE_FLAG) !== 0 && key.protocol === DNSSEC_PROTOCOL;
    return {
      ...key,
      rdata,
      record,
      keyTag: keyTag(rdata),
      verifies: sound && crypto.importPublicKey(key.algorithm, key.publicKey) !== undefined,
      signsZone: isValidZoneKey(key),
      revoked: (key.flags & REVOKE_FLAG) !== 0,
      supported: usableAlgorithm(key.algorithm) !== undefined,
    };
  });
  return keys.sort((a, b) => a.algorithm - b.algorithm || a.keyTag - b.keyTag);
}

/** The algorithms by which every RRset must be signed (RFC 4035 section 2.2), in ascending order. */
export function requiredAlgorithms(keys: readonly ZoneKey[]): number[] {
  return [...new Set(keys.filter((key) => key.signsZone).map((key) => key.algorithm))];
}

/** Checks each key by itself. */
export function checkZoneKeys(context: VerifyContext, keys: readonly ZoneKey[]): void {
  keys.forEach((key, i) => {
    const place: Place = { owner: context.zone.origin, type: Type.DNSKEY, record: key.record };
    const of = { keyTag: key.keyTag, algorithm: key.algorithm };
    if (key.protocol !== DNSSEC_PROTOCOL) {
      context.report('dnskey/protocol', place, { ...of, found: String(key.protocol), expected: '3' });
    }
    if ((key.flags & ZONE_FLAG) === 0) {
      context.report('dnskey/not-a-zone-key', place, { ...of, found: `flags ${key.flags}` });
    }
    if (key.revoked) context.report('dnskey/revoked', place, of);
    if (hasTagOf(key, keys[i - MAX_SAME_TAG])) context.report('dnskey/many-same-tag', place, of);
    else if (hasTagOf(key, keys[i - 1])) context.report('dnskey/same-tag', place, of);
    checkAlgorithm(context, place, key);
  });
  if (!keys.some((key) => key.signsZone && key.supported)) {
    context.report('dnskey/nothing-supported', context.apexPlace(Type.DNSKEY));
  }
}

function hasTagOf(key: ZoneKey, other: ZoneKey | undefined): boolean {
  return other?.keyTag === key.keyTag && other.algorithm === key.algorithm;
}

function checkAlgorithm(context: VerifyContext, place: Place, key: ZoneKey): void {
  const of = { keyTag: key.keyTag, algorithm: key.algorithm };
  const usable = usableAlgorithm(key.algorithm);
  if (usable === undefined) {
    const reason = algorithmByNumber(key.algorithm)?.reason;
    const found =
      reason === undefined ? `algorithm ${key.algorithm}` : `algorithm ${key.algorithm}: ${reason}`;
    context.report('dnskey/unsupported-algorithm', place, { ...of, found });
    return;
  }
  if (usable.status === 'deprecated') {
    context.report('dnskey/deprecated-algorithm', place, { ...of, found: usable.mnemonic });
  } else if (usable.notRecommended === true) {
    context.report('dnskey/not-recommended', place, { ...of, found: usable.mnemonic });
  }
  const problem = publicKeyProblem(usable, key.publicKey);
  const rsa = usable.kind === 'rsa' ? readRsaPublicKey(key.publicKey) : undefined;
  const exponentBits = usable.kind === 'rsa' ? exponentSize(key.publicKey) : 0;
  if (problem !== undefined) context.report('dnskey/malformed', place, { ...of, found: problem });
  else if (exponentBits === 1) {
    const found = 'the exponent 1, with which everybody can make signatures';
    context.report('dnskey/malformed', place, { ...of, found, expected: '65537' });
  } else if (!key.verifies && key.protocol === DNSSEC_PROTOCOL && (key.flags & ZONE_FLAG) !== 0) {
    context.report('dnskey/malformed', place, { ...of, found: 'a public key that is no point of its curve' });
  } else if (usable.kind === 'rsa' && keySize(usable, key.publicKey) < SHORT_RSA_BITS) {
    const found = `${keySize(usable, key.publicKey)} bits`;
    context.report('dnskey/short', place, { ...of, found, expected: `at least ${SHORT_RSA_BITS} bits` });
  }
  if (exponentBits > LARGEST_EXPONENT_BITS) {
    const found = `an exponent of ${exponentBits} bits`;
    context.report('dnskey/exponent', place, { ...of, found, expected: '65537' });
  } else if (problem === undefined && exponentBits === SMALLEST_EXPONENT_BITS) {
    context.report('dnskey/small-exponent', place, { ...of, found: '3', expected: '65537' });
  }
  if (rsa !== undefined && writeRsaPublicKey(rsa).length !== key.publicKey.length) {
    context.report('dnskey/leading-zeros', place, of);
  }
}
