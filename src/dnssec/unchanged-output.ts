import { sameOctets } from '../dns/octets.ts';
import { Type } from '../rr/registry.ts';
import type { Zone } from '../zone/zone.ts';
import type { Crypto } from './crypto.ts';
import type { PreparedKey } from './prepared-keys.ts';
import type { ReadSignatures, Target } from './reusable-signatures.ts';
import { countSignatures } from './signature-count.ts';
import type { SignatureLayout } from './signature-layout.ts';
import { writeZonemd, zoneDigest, ZONEMD_SIMPLE } from './zonemd.ts';

/** Whether the layout of all but SOA and ZONEMD leaves nothing that is not in the previous output as well. */
export function isAllKept({ jobs, premade, rrsets, sameRrsets }: SignatureLayout): boolean {
  return jobs.count === 0 && premade === 0 && sameRrsets === rrsets;
}

/**
 * Whether a previous output that has all of the layout has good signatures over SOA and ZONEMD too, and nothing else.
 * @param soa the SOA with the serial of the previous output
 * @param zonemd the hash algorithm of the ZONEMD that there should be
 */
export function isNothingElse(
  layout: SignatureLayout,
  previous: ReadSignatures,
  keys: readonly PreparedKey[],
  soa: Target,
  zonemd: 1 | 2 | undefined,
  crypto: Crypto,
): boolean {
  const { zone } = previous;
  const same = layout.sameRrset(soa, previous);
  if (same < 0) return false;
  const late = [same];
  if (zonemd !== undefined) {
    if (!layout.isFrozen && !hasGoodZonemd(zone, zonemd, previous.serial, crypto)) return false;
    late.push(zone.apexRrset(Type.ZONEMD));
  }
  const zoneKeys = keys.filter((key) => key.signsZone);
  const isSigned = (rrset: number, key: PreparedKey): boolean =>
    previous.signature(rrset, key, key.privateKey.kind === 'lost' ? 0 : undefined) >= 0;
  if (!late.every((rrset) => zoneKeys.every((key) => isSigned(rrset, key)))) return false;
  const signatures = countSignatures(zone);
  return (
    zone.rrsetCount - signatures.rrsets === layout.rrsets + late.length &&
    signatures.records === layout.kept + late.length * zoneKeys.length
  );
}

function hasGoodZonemd(zone: Zone, hashAlgorithm: 1 | 2, serial: number, crypto: Crypto): boolean {
  const [rdata, ...others] = zone.rdatasOf(zone.apexRrset(Type.ZONEMD));
  if (rdata === undefined || others.length > 0) return false;
  const digest = zoneDigest(zone, hashAlgorithm, crypto);
  return sameOctets(rdata, writeZonemd({ serial, scheme: ZONEMD_SIMPLE, hashAlgorithm, digest }));
}
