import { nameToText } from '../dns/name.ts';
import { inputError } from '../errors.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import { algorithmLabel, usableAlgorithm } from './algorithms.ts';
import type { Crypto, Verifier } from './crypto.ts';
import { isValidZoneKey, readDnskey } from './dnskey.ts';
import { keyTag } from './key-tag.ts';
import { isKeyType } from './key-types.ts';
import { signatureLength } from './public-key.ts';
import type { SigningKey } from './sign-request.ts';
import type { TaggedKey } from './verified-signatures.ts';

/** A key with all that signing needs to know of it. */
export interface PreparedKey extends SigningKey, TaggedKey {
  /** Its place among the keys of the publication. */
  readonly index: number;
  /** In octets. */
  readonly signatureLength: number;
  readonly verifier: Verifier;
}

/** Whether a key signs the RRsets of a type. */
export function signsType(key: SigningKey, type: number): boolean {
  if (!isKeyType(type)) return key.signsZone;
  return key.signsKeys || (type !== Type.DNSKEY && key.signsRequests === true);
}

/** A key with what signing asks of it. @throws ZonewrightError `sign/algorithm` where nothing here signs with its algorithm. */
export function prepareKey(key: SigningKey, index: number, crypto: Crypto): PreparedKey {
  const { algorithm, publicKey } = readDnskey(key.dnskeyRdata);
  const definition = usableAlgorithm(algorithm);
  const verifier = crypto.importPublicKey(algorithm, publicKey);
  if (definition === undefined || verifier === undefined) {
    throw inputError('sign/algorithm', `keys of ${algorithmLabel(algorithm)} cannot sign here`);
  }
  return {
    ...key,
    index,
    algorithm,
    publicKey,
    keyTag: keyTag(key.dnskeyRdata),
    signatureLength: signatureLength(definition, publicKey),
    verifier,
  };
}

/**
 * Every algorithm that signs needs keys for both halves of the work (RFC 4035 section 2.2), unless it signs ahead of its DNSKEYs or after them,
 * in an algorithm rollover. Revoked keys are good for neither.
 * @throws ZonewrightError `sign/no-key`, `sign/role-missing`
 */
export function requireRoles(keys: readonly SigningKey[], zone: Zone): void {
  const dnskeys = zone.rdatasOf(zone.apexRrset(Type.DNSKEY));
  const published = new Set(dnskeys.map((rdata) => readDnskey(rdata).algorithm));
  const valid = keys
    .map((key) => ({ ...key, ...readDnskey(key.dnskeyRdata) }))
    .filter((key) => isValidZoneKey(key));
  const algorithms = new Set(valid.map(({ algorithm }) => algorithm));
  if (algorithms.size === 0) throw inputError('sign/no-key', 'no key signs the zone');
  for (const algorithm of algorithms) {
    if (published.size > 0 && !published.has(algorithm)) continue;
    const ofAlgorithm = valid.filter((key) => key.algorithm === algorithm);
    const missing = !ofAlgorithm.some((key) => key.signsKeys)
      ? 'ksk'
      : !ofAlgorithm.some((key) => key.signsZone)
        ? 'zsk'
        : undefined;
    if (missing === undefined) continue;
    const label = algorithmLabel(algorithm);
    throw inputError(
      'sign/role-missing',
      `no active ${missing.toUpperCase()} of ${label}: ${missing === 'ksk' ? 'the DNSKEY RRset' : 'the zone data'} would stay unsigned`,
      {
        hint: `restore or activate the one that you have; a zone that never had one gets it with: zonewright keygen ${nameToText(zone.origin)} --role ${missing} --algorithm ${label}`,
      },
    );
  }
}
