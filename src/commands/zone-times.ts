import type { ZoneTimes } from '../rollover/plan.ts';
import type { Policy } from '../rollover/policy.ts';
import type { Environment } from './environment.ts';
import { findZone } from './found-zone.ts';
import { assumedTimes } from './plan-times.ts';

const DAY = 86400;

/** A zone, and the files that it is in. */
export interface ServedZone {
  readonly zone: Uint8Array;
  readonly policy: Policy;
  readonly zoneFile?: string | undefined;
  readonly signedZone?: string | undefined;
}

/** What a plan takes for granted of the zone's times: what is served, else what is in its master file. */
export async function zoneTimesOf(
  { zone, policy, zoneFile, signedZone }: ServedZone,
  environment: Environment,
): Promise<ZoneTimes> {
  const found =
    (await findZone(signedZone, zone, [], policy, environment)) ??
    (await findZone(zoneFile, zone, [], policy, environment));
  if (found === undefined) return assumedTimes(policy);
  const { evidence, propagation } = found;
  return { dnskeyTtl: policy.dnskeyTtl, maxTtl: evidence.maxTtl, propagation };
}

/** How long a signature must be valid beyond the run that puts it into the zone: the next night's run, and what caches hold. */
export function reserveOf({ propagation, dnskeyTtl }: ZoneTimes): number {
  return DAY + propagation + dnskeyTtl;
}
