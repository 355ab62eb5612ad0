import type { Crypto } from '../dnssec/crypto.ts';
import { digestTypeByName, makeDs } from '../dnssec/ds.ts';
import type { Key } from '../keys/key.ts';
import { KEY_TYPES } from '../rollover/key-bundles.ts';
import type { Policy } from '../rollover/policy.ts';
import { keyNamed, type RotationState } from '../rollover/state.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { ApexRecord } from './signing-keys.ts';
import type { BundleForZone } from './stored-response.ts';

/** RDATA that asks the parent to remove all DS (RFC 8078 section 4). */
const DELETE_CDS = Uint8Array.of(0, 0, 0, 0, 0);
const DELETE_CDNSKEY = Uint8Array.of(0, 0, 3, 0, 0);

/** The DNSKEY RRset of a publication. */
export function dnskeyRecords(published: readonly Key[], { dnskeyTtl }: Policy): ApexRecord[] {
  return published.map(({ dnskeyRdata }) => ({ type: Type.DNSKEY, ttl: dnskeyTtl, rdata: dnskeyRdata }));
}

/** CDS and CDNSKEY for the DS set that should be at the parent, or the request to remove all (RFC 7344, RFC 8078). */
export function childRecords(
  state: RotationState,
  zone: Uint8Array,
  { dnskeyTtl: ttl, dsDigests }: Policy,
  crypto: Crypto,
): ApexRecord[] {
  const wanted = state.wantedDs.flatMap((base) => keyNamed(state, base) ?? []);
  if (wanted.length === 0) {
    if (!isDisabling(state)) return [];
    return [
      { type: Type.CDS, ttl, rdata: DELETE_CDS },
      { type: Type.CDNSKEY, ttl, rdata: DELETE_CDNSKEY },
    ];
  }
  return wanted.flatMap(({ dnskey }) => {
    const rdata = rdataFromText(Type.DNSKEY, dnskey);
    const digests = dsDigests.flatMap((name) => digestTypeByName(name)?.number ?? []);
    return [
      { type: Type.CDNSKEY, ttl, rdata },
      ...digests.map((digest) => ({
        type: Type.CDS,
        ttl,
        rdata: makeDs(zone, rdata, digest, crypto),
      })),
    ];
  });
}

function isDisabling({ rollovers }: RotationState): boolean {
  return rollovers.some(
    ({ name, step, decided }) => name === 'disable' && (step > 0 || decided !== undefined),
  );
}

/** The apex records as they were signed by keys that are elsewhere, to the TTL. */
export function recordsAhead({ bundle: { zone } }: BundleForZone): ApexRecord[] {
  return KEY_TYPES.flatMap((type) => {
    const rrset = zone.apexRrset(type);
    return zone.rdatasOf(rrset).map((rdata) => ({ type, ttl: zone.rrsetTtls[rrset]!, rdata }));
  });
}
