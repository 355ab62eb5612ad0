import { nameToText } from '../../../dns/name.ts';
import { rdataToText } from '../../../rr/rdata.ts';
import { Class, Type } from '../../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../../../zone/zone.ts';
import type { VerifyContext } from '../context.ts';
import { isInternal } from './addresses.ts';

/** Checks how many name servers the zone and its children have, and the addresses that the zone has of them. */
export function checkNameServers(context: VerifyContext): void {
  const { zone } = context;
  /** Hosts that were looked at. */
  const seen = new Set<number>();
  for (const rrset of zone.rrsetsOfType(Type.NS)) {
    const rank = zone.rrsetOwners[rrset]!;
    if (zone.ownerStatus[rank] === OwnerStatus.Occluded) continue;
    const isApex = rank === context.apex;
    const servers = zone.recordsOf(rrset);
    if (servers.length === 1)
      context.report(
        isApex ? 'zone/single-ns' : 'zone/single-ns-delegation',
        context.rrsetPlace(rank, rrset),
      );
    if (zone.zoneClass !== Class.IN) continue;
    const hosts = servers.map((record) => hostOf(zone, record)).filter((host) => host >= 0);
    if (isApex) checkDistinct(context, hosts);
    for (const host of hosts) {
      if (!seen.has(host)) checkReach(context, host);
      seen.add(host);
    }
  }
}

/** The rank of the host that an NS record names; -1 where the zone has nothing of it. */
function hostOf(zone: Zone, record: number): number {
  return zone.rankOf(zone.store.rdata.bytes, zone.store.rdataOffsets[record]);
}

interface Address {
  readonly type: number;
  readonly record: number;
  readonly rdata: Uint8Array;
}

function addressesOf(zone: Zone, host: number): Address[] {
  return [Type.A, Type.AAAA].flatMap((type) =>
    zone
      .recordsOf(zone.findRrset(host, type))
      .map((record) => ({ type, record, rdata: zone.store.rdataOf(record) })),
  );
}

function checkReach(context: VerifyContext, host: number): void {
  const { zone } = context;
  for (const { type, record, rdata } of addressesOf(zone, host)) {
    if (!isInternal(rdata)) continue;
    const place = { owner: zone.ownerOf(host), type, record };
    context.report('zone/private-address', place, { found: rdataToText(type, rdata) });
  }
}

/** Two names of one server are one server. */
function checkDistinct(context: VerifyContext, hosts: readonly number[]): void {
  const { zone } = context;
  const owners = new Map<string, number>();
  for (const host of hosts) {
    for (const { type, rdata } of addressesOf(zone, host)) {
      const address = rdataToText(type, rdata);
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
