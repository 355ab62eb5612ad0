import { nameToText } from '../../../dns/name.ts';
import { rdataToText } from '../../../rr/rdata.ts';
import { Class, Type } from '../../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../../../zone/zone.ts';
import type { VerifyContext } from '../context.ts';
import { isInternal } from './addresses.ts';

/** Checks how many name servers the zone and its children have, and the addresses that the zone has of them. */
export function checkNameServers(context: VerifyContext): void {
  const { zone } = context;
  /** Which hosts were looked at: delegations are many. */
  const seen = new Uint8Array(zone.ownerCount);
  for (const rrset of zone.rrsetsOfType(Type.NS)) {
    const rank = zone.rrsetOwners[rrset]!;
    if (zone.ownerStatus[rank] === OwnerStatus.Occluded) continue;
    const isApex = rank === context.apex;
    const start = zone.rrsetRecords[rrset]!;
    const end = zone.rrsetRecords[rrset + 1]!;
    if (end - start === 1)
      context.report(
        isApex ? 'zone/single-ns' : 'zone/single-ns-delegation',
        context.rrsetPlace(rank, rrset),
      );
    if (zone.zoneClass !== Class.IN) continue;
    if (isApex) checkDistinct(context, rrset);
    for (let i = start; i < end; i++) {
      const host = hostOf(zone, zone.records[i]!);
      if (host < 0 || seen[host] === 1) continue;
      seen[host] = 1;
      checkReach(context, host);
    }
  }
}

/** The rank of the host that an NS record names; -1 where the zone has nothing of it. */
function hostOf(zone: Zone, record: number): number {
  return zone.rankOf(zone.store.rdata.bytes, zone.store.rdataOffsets[record]);
}

const ADDRESS_TYPES = [Type.A, Type.AAAA] as const;

function checkReach(context: VerifyContext, host: number): void {
  const { zone } = context;
  for (const type of ADDRESS_TYPES) {
    const rrset = zone.findRrset(host, type);
    if (rrset < 0) continue;
    const end = zone.rrsetRecords[rrset + 1]!;
    for (let i = zone.rrsetRecords[rrset]!; i < end; i++) {
      const record = zone.records[i]!;
      const rdata = zone.store.rdataOf(record);
      if (!isInternal(rdata)) continue;
      const place = { owner: zone.ownerOf(host), type, record };
      context.report('zone/private-address', place, { found: rdataToText(type, rdata) });
    }
  }
}

/** Two names of one server are one server. */
function checkDistinct(context: VerifyContext, rrset: number): void {
  const { zone } = context;
  const owners = new Map<string, number>();
  for (const record of zone.recordsOf(rrset)) {
    const host = hostOf(zone, record);
    for (const address of addressesOf(zone, host)) {
      const other = owners.get(address) ?? host;
      owners.set(address, other);
      if (other === host) continue;
      const names = [other, host].map((rank) => nameToText(zone.ownerOf(rank)));
      context.report('zone/same-address', context.apexPlace(Type.NS), {
        found: `${address} of ${names.join(' and ')}`,
      });
    }
  }
}

function addressesOf(zone: Zone, host: number): string[] {
  return ADDRESS_TYPES.flatMap((type) =>
    zone.rdatasOf(zone.findRrset(host, type)).map((rdata) => rdataToText(type, rdata)),
  );
}
