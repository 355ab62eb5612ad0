import type { ZoneTimes } from '../rollover/plan.ts';
import type { Policy } from '../rollover/policy.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** What a plan takes for granted of a zone that nobody has seen. */
export function assumedTimes({ dnskeyTtl, propagationDelay }: Policy): ZoneTimes {
  return {
    dnskeyTtl,
    maxTtl: DAY,
    propagation: propagationDelay === 'auto' ? 3 * HOUR : propagationDelay,
  };
}
