import { nameToText } from '../../../dns/name.ts';
import { Type } from '../../../rr/registry.ts';
import type { Zone } from '../../../zone/zone.ts';
import type { VerifyContext } from '../context.ts';

/** Checks that no chain of CNAME records leads back to where it was (RFC 1034 section 3.6.2). Each loop is told once. */
export function checkAliases(context: VerifyContext): void {
  const { zone } = context;
  const cnames = zone.rrsetsOfType(Type.CNAME);
  if (cnames.length === 0) return;
  /** For each owner that was come to, the owner that the walk began at. */
  const walks = new Int32Array(zone.ownerCount).fill(-1);
  for (const rrset of cnames) {
    const start = zone.rrsetOwners[rrset]!;
    let rank = start;
    while (rank >= 0 && walks[rank] === -1) {
      walks[rank] = start;
      rank = targetOf(zone, rank);
    }
    if (rank < 0 || walks[rank] !== start) continue;
    context.report('zone/cname-loop', context.rrsetPlace(rank, zone.findRrset(rank, Type.CNAME)), {
      found: loopText(zone, rank),
    });
  }
}

/** The rank of the owner that a CNAME leads to; -1 where there is no CNAME, or no such owner. */
function targetOf(zone: Zone, rank: number): number {
  const cname = zone.findRrset(rank, Type.CNAME);
  if (cname < 0) return -1;
  const record = zone.records[zone.rrsetRecords[cname]!]!;
  return zone.rankOf(zone.store.rdata.bytes, zone.store.rdataOffsets[record]);
}

const SHOWN = 4;

function loopText(zone: Zone, start: number): string {
  const names = [nameToText(zone.ownerOf(start))];
  let rank = targetOf(zone, start);
  for (; rank !== start && names.length < SHOWN; rank = targetOf(zone, rank))
    names.push(nameToText(zone.ownerOf(rank)));
  names.push(rank === start ? names[0]! : '...');
  return names.join(' to ');
}
