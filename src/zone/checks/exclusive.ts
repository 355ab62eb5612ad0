import { Type, typeByCode, typeName } from '../../rr/registry.ts';
import { OwnerStatus } from '../zone.ts';
import type { ZoneCheck } from './check.ts';
import { eachRrset, findOtherRrset, firstRecord, lastInFile, recordCount } from './walk.ts';

/** May stand beside a CNAME (RFC 4035 section 2.5); KEY, SIG and NXT by RFC 2181 section 10.1. */
const BESIDE_CNAME = new Set<number>([Type.CNAME, Type.RRSIG, Type.NSEC, Type.KEY, Type.SIG, Type.NXT]);

/** Types that bear nothing beside them, or nothing of their own kind. */
export const exclusiveChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/cname-and-other-data',
    rule: 'A CNAME stands alone',
    severity: 'error',
    reference: 'RFC 1034 section 3.6.2',
    hint: 'take away the CNAME or the other records of this name',
    find(zone, report) {
      eachRrset(zone, Type.CNAME, (cname, rank) => {
        const other = findOtherRrset(zone, rank, BESIDE_CNAME);
        if (other < 0) return;
        const record = Math.max(firstRecord(zone, cname), firstRecord(zone, other));
        report(record, `a CNAME stands beside other data (${typeName(zone.rrsetTypes[other]!)})`);
      });
    },
  },
  {
    code: 'zone/singleton',
    rule: 'Types of which a name has one record have one (CNAME, DNAME and the like)',
    severity: 'error',
    reference: 'RFC 2181 section 10.1, RFC 6672 section 2.4',
    find(zone, report) {
      const apexSoa = zone.apexRrset(Type.SOA);
      for (let rrset = 0; rrset < zone.rrsetCount; rrset++) {
        const count = recordCount(zone, rrset);
        if (count === 1 || rrset === apexSoa || typeByCode(zone.rrsetTypes[rrset]!)?.singleton !== true)
          continue;
        const type = typeName(zone.rrsetTypes[rrset]!);
        report(lastInFile(zone, rrset), `the name has ${count} different ${type} records, but may have one`);
      }
    },
  },
  {
    code: 'zone/dname-and-ns',
    rule: 'No DNAME stands beside the NS records of a delegation',
    severity: 'error',
    reference: 'RFC 6672 section 2.3',
    find(zone, report) {
      eachRrset(zone, Type.DNAME, (dname, rank) => {
        if (zone.ownerStatus[rank] !== OwnerStatus.Delegation) return;
        const record = Math.max(firstRecord(zone, dname), firstRecord(zone, zone.findRrset(rank, Type.NS)));
        report(record, 'a DNAME stands beside NS records below the apex');
      });
    },
  },
];
