import { printTime } from '../../dns/time.ts';
import { Type } from '../../rr/registry.ts';
import { readSoa } from '../soa.ts';
import type { VerifyContext } from './context.ts';
import type { FirstExpiry } from './judge-signatures.ts';

const DAY = 86400;
/** A week-end, and a day to notice. */
const FEW_RUNS = 3;

/** What happens if nobody signs the zone any more. */
export interface Timing {
  /** How many nightly runs may fail in a row, the first tonight, without any signature expiring. */
  readonly missedRunsSurvived: number;
  /** SOA EXPIRE in seconds. */
  readonly soaExpire: number;
  /** The largest TTL of an RRset in seconds. */
  readonly maxTtl: number;
}

/** Compares the time that signatures still last with nights, secondaries and caches. */
export function checkTiming(
  context: VerifyContext,
  firstExpiry: FirstExpiry | undefined,
): Timing | undefined {
  const { zone, options } = context;
  const soa = zone.rdatasOf(zone.apexRrset(Type.SOA))[0];
  if (firstExpiry === undefined || soa === undefined) return undefined;
  const remaining = firstExpiry.time - options.at;
  const missedRunsSurvived = Math.max(0, Math.floor(remaining / DAY));
  const { expire } = readSoa(soa);
  const found = `${printTime(firstExpiry.time)}, that of ${firstExpiry.owner} ${firstExpiry.type}`;
  const place = context.apexPlace(Type.SOA);
  if (missedRunsSurvived < FEW_RUNS) context.report('timing/ends-soon', place, { found });
  if (expire > remaining) {
    const expected = `EXPIRE of at most ${Math.max(0, remaining)}`;
    context.report('timing/soa-expire', place, { found: `EXPIRE ${expire}`, expected });
  }
  const maxTtl = zone.rrsetTtls.reduce((largest, ttl) => Math.max(largest, ttl), 0);
  return { missedRunsSurvived, soaExpire: expire, maxTtl };
}
