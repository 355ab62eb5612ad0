import { Type } from '../../rr/registry.ts';
import type { Zone } from '../../zone/zone.ts';
import { readSoa } from '../soa.ts';
import type { VerifyContext } from './context.ts';
import { checkNsecChain } from './nsec.ts';
import { checkNsec3Chains } from './nsec3.ts';

/** How a zone denies the existence of names. */
export type DenialKind = 'none' | 'nsec' | 'nsec3' | 'nsec+nsec3';

/** Checks whichever chains the zone has. */
export function checkDenial(context: VerifyContext): DenialKind {
  const { zone } = context;
  const hasNsec = zone.apexRrset(Type.NSEC) >= 0 || hasAny(zone, Type.NSEC);
  const hasNsec3 = zone.apexRrset(Type.NSEC3PARAM) >= 0 || hasAny(zone, Type.NSEC3);
  if (hasNsec) checkNsecChain(context);
  if (hasNsec3) checkNsec3Chains(context, hasNsec);
  if (hasNsec && hasNsec3) context.report('denial/mixed', context.apexPlace(Type.NSEC3PARAM));
  if (!hasNsec && !hasNsec3) context.report('denial/none', context.apexPlace(Type.SOA));
  if (hasNsec) return hasNsec3 ? 'nsec+nsec3' : 'nsec';
  return hasNsec3 ? 'nsec3' : 'none';
}

/** Whether an owner has records beside those that DNSSEC adds to it. */
export function hasData(zone: Zone, rank: number): boolean {
  const end = zone.ownerRrsets[rank + 1]!;
  for (let rrset = zone.ownerRrsets[rank]!; rrset < end; rrset++) {
    const type = zone.rrsetTypes[rrset]!;
    if (type !== Type.RRSIG && type !== Type.NSEC && type !== Type.NSEC3) return true;
  }
  return false;
}

/** The TTL of NSEC and NSEC3 records: the smaller of SOA MINIMUM and SOA TTL (RFC 9077 section 3); -1 without an SOA. */
export function denialTtl(zone: Zone): number {
  const soa = zone.apexRrset(Type.SOA);
  const rdata = zone.rdatasOf(soa)[0];
  if (rdata === undefined) return -1;
  return Math.min(readSoa(rdata).minimum, zone.rrsetTtls[soa]!);
}

function hasAny(zone: Zone, type: number): boolean {
  return zone.rrsetTypes.includes(type);
}
