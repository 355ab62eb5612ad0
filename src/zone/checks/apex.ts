import { Type, typeName } from '../../rr/registry.ts';
import { OwnerStatus } from '../zone.ts';
import type { ZoneCheck } from './check.ts';
import { eachRrset, firstRecord, lastInFile, recordCount } from './walk.ts';

const APEX_ONLY = new Map<number, string>([
  [Type.DNSKEY, 'RFC 4035 section 2.1'],
  [Type.NSEC3PARAM, 'RFC 5155 section 4'],
  [Type.CDS, 'RFC 7344 section 4.1'],
  [Type.CDNSKEY, 'RFC 7344 section 4.1'],
  [Type.CSYNC, 'RFC 7477 section 2'],
  [Type.ZONEMD, 'RFC 8976 section 2'],
]);

/** What a zone has at its apex, and nowhere else. */
export const apexChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/no-soa',
    rule: 'A zone has an SOA record at its apex',
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    hint: 'check the zone name (-z), or add an SOA record at the apex',
    find(zone, report) {
      if (zone.apexRrset(Type.SOA) < 0) report(-1, 'the zone has no SOA record', Type.SOA);
    },
  },
  {
    code: 'zone/several-soas',
    rule: 'A zone has one SOA record',
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    find(zone, report) {
      const soa = zone.apexRrset(Type.SOA);
      if (recordCount(zone, soa) > 1) report(lastInFile(zone, soa), 'the zone has two different SOA records');
    },
  },
  {
    code: 'zone/soa-not-at-apex',
    rule: 'No SOA record stands below the apex',
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    find(zone, report) {
      const apex = zone.rankOf(zone.origin);
      eachRrset(zone, Type.SOA, (rrset, rank) => {
        if (rank !== apex)
          report(firstRecord(zone, rrset), 'an SOA record stands below the apex of the zone');
      });
    },
  },
  {
    code: 'zone/no-ns',
    rule: 'A zone has NS records at its apex',
    severity: 'error',
    reference: 'RFC 1035 section 5.2',
    find(zone, report) {
      if (zone.apexRrset(Type.NS) < 0) report(-1, 'the zone has no NS record at its apex', Type.NS);
    },
  },
  {
    code: 'zone/not-at-apex',
    rule: 'Types that mean something at the apex alone stand there',
    severity: 'warning',
    reference:
      'RFC 4035 section 2.1, RFC 5155 section 4, RFC 7344 section 4.1, RFC 7477 section 2, RFC 8976 section 2',
    find(zone, report) {
      const apex = zone.rankOf(zone.origin);
      for (const [type, reference] of APEX_ONLY) {
        eachRrset(zone, type, (rrset, rank) => {
          if (rank === apex || zone.ownerStatus[rank] === OwnerStatus.Occluded) return;
          report(
            firstRecord(zone, rrset),
            `a ${typeName(type)} record has a meaning at the apex only (${reference})`,
          );
        });
      }
    },
  },
];
