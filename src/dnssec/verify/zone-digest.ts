import { toHex } from '../../dns/encoding.ts';
import { Type } from '../../rr/registry.ts';
import { readSoa } from '../soa.ts';
import { readZonemd, ZONEMD_SIMPLE, zoneDigest, zonemdHash, type Zonemd } from '../zonemd.ts';
import type { Place, VerifyContext } from './context.ts';

/** Verifies the digest of the zone (RFC 8976 section 4). */
export function checkZonemd(context: VerifyContext): void {
  const { zone } = context;
  const zonemds = zone
    .recordsOf(zone.apexRrset(Type.ZONEMD))
    .map((record) => ({ ...readZonemd(zone.store.rdataOf(record)), record }));
  const kindOf = ({ scheme, hashAlgorithm }: Zonemd): number => scheme * 256 + hashAlgorithm;
  const supported = zonemds.filter(isSupported);
  for (const zonemd of zonemds) {
    const place: Place = { owner: zone.origin, type: Type.ZONEMD, record: zonemd.record };
    const kind = `scheme ${zonemd.scheme}, hash algorithm ${zonemd.hashAlgorithm}`;
    if (zonemds.filter((other) => kindOf(other) === kindOf(zonemd)).length > 1) {
      context.report('zonemd/duplicate', place, { found: kind });
    } else if (isSupported(zonemd)) checkDigest(context, zonemd, place);
    else context.report('zonemd/unsupported', place, { found: kind });
  }
  if (zonemds.length > 0 && supported.length === 0) {
    context.report('zonemd/unverifiable', context.apexPlace(Type.ZONEMD));
  }
}

function isSupported({ scheme, hashAlgorithm }: Zonemd): boolean {
  return scheme === ZONEMD_SIMPLE && zonemdHash(hashAlgorithm) !== undefined;
}

function checkDigest(context: VerifyContext, zonemd: Zonemd, place: Place): void {
  const { zone, crypto } = context;
  const soa = zone.rdatasOf(zone.apexRrset(Type.SOA))[0];
  const serial = soa === undefined ? 0 : readSoa(soa).serial;
  if (zonemd.serial !== serial) {
    context.report('zonemd/serial', place, { found: String(zonemd.serial), expected: String(serial) });
  }
  const found = toHex(zonemd.digest);
  const expected = toHex(zoneDigest(zone, zonemdHash(zonemd.hashAlgorithm)!.number, crypto));
  if (found !== expected) context.report('zonemd/digest', place, { found, expected });
}
