import type { Crypto } from '../dnssec/crypto.ts';
import { DELETE_REQUESTS } from '../dnssec/delete-requests.ts';
import { digestTypeByName, makeDs } from '../dnssec/ds.ts';
import type { Key } from '../keys/key.ts';
import { KEY_TYPES } from '../dnssec/key-types.ts';
import { rdataSetText } from '../rollover/key-bundles.ts';
import type { Policy } from '../rollover/policy.ts';
import { asksForNoDs } from '../rollover/ds-sets.ts';
import { keyNamed, type RotationState } from '../rollover/state.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import type { ApexRecord } from './signing-keys.ts';
import type { BundleForZone } from './stored-response.ts';

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
  const wanted = wantedDnskeys(state);
  if (wanted.length === 0) {
    if (!asksForNoDs(state)) return [];
    return [Type.CDS, Type.CDNSKEY].map((type) => ({ type, ttl, rdata: DELETE_REQUESTS[type] }));
  }
  return wanted.flatMap((rdata) => {
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

/** The DNSKEYs whose DS should be at the parent. */
export function wantedDnskeys(state: RotationState): Uint8Array[] {
  const keys = state.wantedDs.flatMap((base) => keyNamed(state, base) ?? []);
  return keys.map(({ dnskey }) => rdataFromText(Type.DNSKEY, dnskey));
}

/**
 * The apex records as they were signed by keys that are elsewhere, to the TTL. CDS and CDNSKEY that ask the parent for another thing than the state
 * does are left out.
 * @param children CDS and CDNSKEY by the state
 */
export function recordsAhead(
  { bundle: { zone } }: BundleForZone,
  children: readonly ApexRecord[],
): ApexRecord[] {
  return KEY_TYPES.flatMap((type) => {
    const rrset = zone.apexRrset(type);
    const rdatas = zone.rdatasOf(rrset);
    const wanted = children.filter((record) => record.type === type).map(({ rdata }) => rdata);
    if (type !== Type.DNSKEY && rdataSetText(rdatas) !== rdataSetText(wanted)) return [];
    return rdatas.map((rdata) => ({ type, ttl: zone.rrsetTtls[rrset]!, rdata }));
  });
}
