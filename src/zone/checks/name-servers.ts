import { Class, Type } from '../../rr/registry.ts';
import { TargetLookup, TargetStatus } from '../target-lookup.ts';
import { OwnerStatus, type Zone } from '../zone.ts';
import type { NameServerFault, ZoneCheck } from './check.ts';
import { eachRecord, targetText } from './walk.ts';

/** Whether name servers can be found, as far as the zone itself can tell. */
export const nameServerChecks: readonly ZoneCheck[] = [
  {
    code: 'zone/ns-is-alias',
    rule: 'A name server is no alias',
    severity: 'error',
    reference: 'RFC 2181 section 10.3',
    hint: 'an NS record must name a host that has address records itself',
    find(zone, report, { nameServerFaults }) {
      for (const { record, status } of nameServerFaults()) {
        if (status === TargetStatus.Alias)
          report(record, `the name server ${targetText(zone, record, 0)} is an alias`);
      }
    },
  },
  {
    code: 'zone/ns-without-address',
    rule: 'A name server in the zone has an address',
    severity: 'error',
    reference: 'RFC 2181 section 10.3',
    hint: 'add an A or AAAA record for the name server',
    find(zone, report, { nameServerFaults }) {
      for (const { record, status } of nameServerFaults()) {
        if (status === TargetStatus.NoAddress)
          report(record, `the name server ${targetText(zone, record, 0)} has no address in this zone`);
      }
    },
  },
  {
    code: 'zone/missing-glue',
    rule: 'A name server below its own delegation has glue',
    severity: 'error',
    reference: 'RFC 9471 section 2.1',
    hint: 'add A or AAAA records for the name server: nobody can find it without them',
    find(zone, report, { nameServerFaults }) {
      for (const { record, rank, status, cut } of nameServerFaults()) {
        if (status === TargetStatus.BelowCut && cut === rank)
          report(record, `the name server ${targetText(zone, record, 0)} of this delegation has no glue`);
      }
    },
  },
];

/** Name servers of the apex and of delegations that the zone says something bad about. */
export function findNameServerFaults(zone: Zone): NameServerFault[] {
  const faults: NameServerFault[] = [];
  if (zone.zoneClass !== Class.IN) return faults;
  const lookup = new TargetLookup(zone);
  const { rdata, rdataOffsets, types, count } = zone.store;
  const isFaulty = (record: number): boolean => {
    const status = lookup.find(rdata.bytes, rdataOffsets[record]!);
    return status !== TargetStatus.Outside && status !== TargetStatus.HasAddress;
  };
  // First in the order of the file, where each is near the one before: mostly none is faulty.
  const faulty = new Set<number>();
  for (let record = 0; record < count; record++)
    if (types[record] === Type.NS && isFaulty(record)) faulty.add(record);
  if (faulty.size === 0) return faults;
  eachRecord(zone, Type.NS, (record, rank) => {
    if (!faulty.has(record) || zone.ownerStatus[rank] === OwnerStatus.Occluded) return;
    faults.push({
      record,
      rank,
      status: lookup.find(rdata.bytes, rdataOffsets[record]!),
      cut: lookup.cut,
    });
  });
  return faults;
}
