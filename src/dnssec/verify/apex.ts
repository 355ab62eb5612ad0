import { Type } from '../../rr/registry.ts';
import type { VerifyContext } from './context.ts';

/** Checks what every zone must have, TTLs within RRsets, and what does not belong to the zone. */
export function checkApex(context: VerifyContext): void {
  const { zone } = context;
  const soas = zone.recordsOf(zone.apexRrset(Type.SOA)).length;
  if (soas !== 1) {
    context.report('zone/soa', context.apexPlace(Type.SOA), { found: `${soas} records`, expected: 'one' });
  }
  if (zone.apexRrset(Type.NS) < 0) context.report('zone/no-ns', context.apexPlace(Type.NS));
  for (const rrset of zone.mixedTtls) {
    const rank = rankOfRrset(context, rrset);
    context.report('zone/mixed-ttls', context.rrsetPlace(rank, rrset));
  }
  for (const record of context.options.outOfZone ?? []) {
    const { names, owners, types } = zone.store;
    const type = types[record]!;
    const isDenial = type === Type.NSEC || type === Type.NSEC3;
    const place = { owner: names.view(owners[record]!), type, record };
    context.report(isDenial ? 'nsec/out-of-zone' : 'zone/out-of-zone', place);
  }
}

function rankOfRrset({ zone }: VerifyContext, rrset: number): number {
  let low = 0;
  let high = zone.ownerCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (zone.ownerRrsets[middle + 1]! <= rrset) low = middle + 1;
    else high = middle;
  }
  return low;
}
