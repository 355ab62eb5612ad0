import { Class, Type, typeName } from '../../rr/registry.ts';
import { TargetLookup, TargetStatus } from '../target-lookup.ts';
import { OwnerStatus, type Zone } from '../zone.ts';
import type { Report, ZoneCheck } from './check.ts';
import { eachRecord, targetText } from './walk.ts';

/** Whether the hosts that services are on can be found. */
export const hostChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/mx-target',
    rule: 'A mail server is no alias, and has an address if it is in the zone',
    severity: 'warning',
    reference: 'RFC 2181 section 10.3, RFC 5321 section 5.1',
    find: (zone, report) => checkHosts(zone, report, Type.MX, 2),
  },
  {
    code: 'zone/srv-target',
    rule: 'The target of an SRV record is no alias, and has an address if it is in the zone',
    severity: 'warning',
    reference: 'RFC 2782',
    find: (zone, report) => checkHosts(zone, report, Type.SRV, 6),
  },
];

/** Checks that the host at `nameAt` in the RDATA of each record of `type` is no alias and has an address. */
function checkHosts(zone: Zone, report: Report, type: number, nameAt: number): void {
  if (zone.zoneClass !== Class.IN) return;
  const lookup = new TargetLookup(zone);
  const { rdata, rdataOffsets } = zone.store;
  eachRecord(zone, type, (record, rank) => {
    const at = rdataOffsets[record]! + nameAt;
    // "." says that there is no such service (RFC 7505, RFC 2782).
    if (zone.ownerStatus[rank] !== OwnerStatus.Authoritative || rdata.bytes[at] === 0) return;
    const status = lookup.find(rdata.bytes, at);
    const target = (): string => targetText(zone, record, nameAt);
    if (status === TargetStatus.Alias) report(record, `the ${typeName(type)} target ${target()} is an alias`);
    else if (status === TargetStatus.NoAddress)
      report(record, `the ${typeName(type)} target ${target()} has no address in this zone`);
  });
}
