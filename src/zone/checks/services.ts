import { Type, typeName } from '../../rr/registry.ts';
import { findDnsServiceFault, findMissingMandatory, isAliasWithParameters } from '../svcb-checks.ts';
import type { ZoneCheck } from './check.ts';
import { eachRecord } from './walk.ts';

/** Parameters of services. */
export const serviceChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/svcb-for-dns',
    rule: 'SVCB records for DNS servers have the parameters that they need',
    severity: 'error',
    reference: 'RFC 9461 sections 4 and 5',
    find(zone, report) {
      eachRecord(zone, Type.SVCB, (record) => {
        const { names, owners } = zone.store;
        const fault = findDnsServiceFault(names.view(owners[record]!), zone.store.rdataOf(record));
        if (fault !== undefined) report(record, fault);
      });
    },
  },
  {
    code: 'zone/svcb-mandatory',
    rule: 'Parameters that an SVCB or HTTPS record calls mandatory are there',
    severity: 'error',
    reference: 'RFC 9460 section 8',
    find(zone, report) {
      for (const type of [Type.SVCB, Type.HTTPS]) {
        eachRecord(zone, type, (record) => {
          const missing = findMissingMandatory(zone.store.rdataOf(record));
          if (missing >= 0) report(record, `"mandatory" names key ${missing}, which is missing`);
        });
      }
    },
  },
  {
    code: 'zone/uri-without-target',
    rule: 'A URI record has a target',
    severity: 'warning',
    reference: 'RFC 7553 section 4.4',
    find(zone, report) {
      eachRecord(zone, Type.URI, (record) => {
        if (zone.store.rdataLengths[record] === 4) report(record, 'a URI record has an empty target');
      });
    },
  },
  {
    code: 'zone/alias-parameters',
    rule: 'An SVCB or HTTPS record in AliasMode has no parameters',
    severity: 'warning',
    reference: 'RFC 9460 section 2.4.2',
    find(zone, report) {
      for (const type of [Type.SVCB, Type.HTTPS]) {
        eachRecord(zone, type, (record) => {
          if (isAliasWithParameters(zone.store.rdataOf(record)))
            report(record, `the parameters of a ${typeName(type)} record in AliasMode are ignored`);
        });
      }
    },
  },
];
