import { isWildcard, nameToText } from '../../dns/name.ts';
import { Type, typeName } from '../../rr/registry.ts';
import { OwnerStatus, type Zone } from '../zone.ts';
import type { ZoneCheck } from './check.ts';
import { findOtherRrset, firstRecord } from './walk.ts';

/** What signing makes: with a DNAME at the apex, NSEC3 stands below it. */
const MADE_BY_SIGNING = new Set<number>([Type.RRSIG, Type.NSEC, Type.NSEC3]);
/** May stand at a zone cut, addresses as glue. CNAME and DNAME may not, but have checks of their own. */
const AT_CUT = new Set<number>([
  Type.NS,
  Type.DS,
  Type.A,
  Type.AAAA,
  Type.RRSIG,
  Type.NSEC,
  Type.NXT,
  Type.KEY,
  Type.CNAME,
  Type.DNAME,
]);
/** May stand below a zone cut: what stands there is either glue or an older cut. */
const BELOW_CUT = new Set<number>([Type.A, Type.AAAA, Type.NS, Type.DS]);

/** What nobody sees, because a delegation or a DNAME leads elsewhere, and where neither may be. */
export const occlusionChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/below-dname',
    rule: 'Nothing stands below a DNAME',
    severity: 'error',
    reference: 'RFC 6672 section 2.4',
    hint: 'resolvers never see this record: the DNAME above it redirects the name',
    find(zone, report) {
      eachOccluded(zone, (rank, cut) => {
        if (zone.ownerStatus[cut] === OwnerStatus.Delegation) return;
        const rrset = findOtherRrset(zone, rank, MADE_BY_SIGNING);
        if (rrset < 0) return;
        report(
          firstRecord(zone, rrset),
          `the name is below the DNAME at ${ownerText(zone, cut)}, where nothing may stand`,
        );
      });
    },
  },
  {
    code: 'zone/occluded',
    rule: 'Nothing but glue stands at or below a delegation',
    severity: 'warning',
    reference: 'RFC 2136 section 7.18',
    hint: 'resolvers never see this record: the delegation leads them to other servers',
    find(zone, report) {
      for (let rank = 0; rank < zone.ownerCount; rank++) {
        if (zone.ownerStatus[rank] !== OwnerStatus.Delegation) continue;
        const rrset = findOtherRrset(zone, rank, AT_CUT);
        if (rrset >= 0)
          report(
            firstRecord(zone, rrset),
            `${typeName(zone.rrsetTypes[rrset]!)} data stands at a delegation`,
          );
      }
      eachOccluded(zone, (rank, cut) => {
        if (zone.ownerStatus[cut] !== OwnerStatus.Delegation) return;
        const rrset = findOtherRrset(zone, rank, BELOW_CUT);
        if (rrset < 0) return;
        const type = typeName(zone.rrsetTypes[rrset]!);
        report(
          firstRecord(zone, rrset),
          `${type} data stands below the delegation of ${ownerText(zone, cut)}`,
        );
      });
    },
  },
  {
    code: 'zone/wildcard-delegation',
    rule: 'No NS or DNAME stands at a wildcard',
    severity: 'warning',
    reference: 'RFC 4592 sections 4.2 and 4.4',
    find(zone, report) {
      const wildcards = wildcardOwners(zone);
      for (const type of [Type.NS, Type.DNAME]) {
        for (const rank of wildcards) {
          const rrset = zone.findRrset(rank, type);
          if (rrset < 0) continue;
          report(
            firstRecord(zone, rrset),
            `what ${typeName(type)} records at a wildcard mean is not defined`,
          );
        }
      }
    },
  },
];

/** The ranks of wildcards, which are looked for in the order of the file: there each name is near the one before. */
function wildcardOwners(zone: Zone): readonly number[] {
  const { names } = zone.store;
  const ranks: number[] = [];
  for (let id = 0; id < names.count; id++) {
    if (!isWildcard(names.wire.bytes, names.offsets[id])) continue;
    const rank = zone.rankOfName(id);
    if (rank >= 0) ranks.push(rank);
  }
  return ranks.sort((a, b) => a - b);
}

/** Calls back for each occluded owner, with the rank of the delegation or DNAME above it. */
function eachOccluded(zone: Zone, visit: (rank: number, cut: number) => void): void {
  const mayHaveDname = zone.rrsetsOfType(Type.DNAME).length > 0;
  let cut = -1;
  for (let rank = 0; rank < zone.ownerCount; rank++) {
    const status = zone.ownerStatus[rank];
    if (status === OwnerStatus.Occluded) visit(rank, cut);
    else if (status === OwnerStatus.Delegation || (mayHaveDname && zone.findRrset(rank, Type.DNAME) >= 0))
      cut = rank;
  }
}

function ownerText(zone: Zone, rank: number): string {
  return nameToText(zone.ownerOf(rank));
}
