import { apexChecks } from './checks/apex.ts';
import type { CheckContext, NameServerFault, ZoneCheck, ZoneCheckOptions } from './checks/check.ts';
import { dnssecChecks } from './checks/dnssec.ts';
import { exclusiveChecks } from './checks/exclusive.ts';
import { hostChecks } from './checks/hosts.ts';
import { findNameServerFaults, nameServerChecks } from './checks/name-servers.ts';
import { occlusionChecks } from './checks/occlusion.ts';
import { ProblemList, type ZoneProblem } from './checks/problems.ts';
import { serviceChecks } from './checks/services.ts';
import { sizeChecks } from './checks/sizes.ts';
import type { Zone } from './zone.ts';

export type { Severity, ZoneCheck, ZoneCheckOptions } from './checks/check.ts';
export { outOfZoneProblems, outOfZoneRecords } from './checks/out-of-zone.ts';
export type { ZoneProblem } from './checks/problems.ts';

const BY_SUBJECT: readonly ZoneCheck[] = [
  ...apexChecks,
  ...exclusiveChecks,
  ...occlusionChecks,
  ...sizeChecks,
  ...nameServerChecks,
  ...hostChecks,
  ...dnssecChecks,
  ...serviceChecks,
];

/** Every rule about whole zones, what a signer must refuse first. */
export const zoneChecks: readonly ZoneCheck[] = [
  ...BY_SUBJECT.filter(({ severity }) => severity === 'error'),
  ...BY_SUBJECT.filter(({ severity }) => severity === 'warning'),
];

/** Applies every check to a zone: errors first, in the order of the table. */
export function checkZone(zone: Zone, options: ZoneCheckOptions = {}): ZoneProblem[] {
  let faults: NameServerFault[] | undefined;
  const context = { ...options, nameServerFaults: () => (faults ??= findNameServerFaults(zone)) };
  return zoneChecks.flatMap((check) => runCheck(check, zone, context));
}

function runCheck(check: ZoneCheck, zone: Zone, context: CheckContext): ZoneProblem[] {
  const list = new ProblemList(check, zone.store, zone.origin, context.limit, zone);
  check.find(zone, (record, message, type) => list.add(record, message, type), context);
  return list.problems();
}
