import type { Policy } from './policy.ts';

/** What a version of a zone says of how long it may be held, and how long it is good. Times are epoch seconds, all else seconds. */
export interface HeldVersion {
  readonly firstExpiration?: number | undefined;
  readonly dnskeyTtl: number;
  readonly maxTtl: number;
  readonly propagation: number;
}

/** Signatures that may run out in caches before these let go of them. */
export interface ShortReserve {
  /** What is left of the signatures, at the least, when they are replaced. */
  readonly left: number;
  readonly propagation: number;
  readonly ttl: number;
  /** Whether the version before was no better, so that to refuse this one would make nothing better. */
  readonly isNoWorse: boolean;
}

/**
 * The signatures of a version must outlast its latest planned replacement, which is the first run that finds less than the policy's refresh time left,
 * and then propagation and TTL. Undefined where they do.
 */
export function shortReserve(
  next: HeldVersion,
  current: HeldVersion | undefined,
  { signatures }: Policy,
  now: number,
): ShortReserve | undefined {
  const leftOf = ({ firstExpiration = Infinity }: HeldVersion): number =>
    Math.min(firstExpiration - now, signatures.refresh);
  const left = leftOf(next);
  const ttl = Math.max(next.dnskeyTtl, next.maxTtl);
  const { propagation } = next;
  if (next.firstExpiration === undefined || left >= propagation + ttl) return undefined;
  const isNoWorse = current?.firstExpiration !== undefined && leftOf(current) <= left;
  return { left, propagation, ttl, isNoWorse };
}
