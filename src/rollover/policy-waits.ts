import type { Policy } from './policy.ts';

const HOUR = 3600;

/** Every key of a policy that a wait is made of. */
export type WaitKey =
  | 'propagationDelay'
  | 'dnskeyTtl'
  | 'maxZoneTtl'
  | 'parentPropagationDelay'
  | 'parentDsTtl'
  | 'publishSafety'
  | 'retireSafety';

/** One wait between two steps of a rollover, as the sum of what a policy says. */
export interface PolicyWait {
  /** What RFC 7583 calls it. */
  readonly name: string;
  readonly terms: readonly { readonly key: WaitKey; readonly seconds: number }[];
}

/** How long propagation takes at the least: `auto` depends on the SOA, and is never less than an hour. */
export function leastPropagation({ propagationDelay }: Policy): number {
  return propagationDelay === 'auto' ? HOUR : propagationDelay;
}

/** How long waits take that follow each other, in seconds. */
export function secondsOf(waits: readonly PolicyWait[]): number {
  return waits.flatMap(({ terms }) => terms).reduce((sum, { seconds }) => sum + seconds, 0);
}

/**
 * The waits, one after the other, that a rollover of a role holds at the least, if the operator acts at once. What only the zone says (SOA, TTLs
 * without a `maxZoneTtl`) makes them longer.
 */
export function rolloverWaits(policy: Policy, role: 'ksk' | 'zsk' | 'csk'): readonly PolicyWait[] {
  const wait = (name: string, ...keys: readonly WaitKey[]): PolicyWait => ({
    name,
    terms: keys
      .map((key) => ({ key, seconds: secondsOfKey(policy, key) }))
      .filter(({ seconds }) => seconds > 0),
  });
  const zoneRetirement = wait('Iret', 'propagationDelay', 'maxZoneTtl', 'retireSafety');
  const dsRetirement = wait('Iret', 'parentPropagationDelay', 'parentDsTtl', 'retireSafety');
  if (role === 'zsk') return [wait('Ipub', 'propagationDelay', 'dnskeyTtl', 'publishSafety'), zoneRetirement];
  if (role === 'ksk' && policy.kskRollover === 'double-ds') {
    return [
      wait('IpubP', 'parentPropagationDelay', 'parentDsTtl', 'publishSafety'),
      wait('Iret', 'propagationDelay', 'dnskeyTtl', 'retireSafety'),
    ];
  }
  const publication = wait('IpubC', 'propagationDelay', 'dnskeyTtl', 'publishSafety');
  const isZoneLast = role === 'csk' && secondsOf([zoneRetirement]) > secondsOf([dsRetirement]);
  return [publication, isZoneLast ? zoneRetirement : dsRetirement];
}

function secondsOfKey(policy: Policy, key: WaitKey): number {
  if (key === 'propagationDelay') return leastPropagation(policy);
  const value = policy[key];
  return value === 'none' ? 0 : value;
}
