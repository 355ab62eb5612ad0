import { describeFinding, type Finding } from '../dnssec/verify/findings.ts';
import { verifyZone as verifyIndex } from '../dnssec/verify/verify-zone.ts';
import { nodeCrypto } from '../io/crypto/node-crypto.ts';
import { lazyPool } from '../io/lazy-pool.ts';
import { rdataFromText } from '../rr/rdata.ts';
import { Type } from '../rr/registry.ts';
import { zoneOf, type ZoneData } from './zone.ts';

export type { Finding, Severity } from '../dnssec/verify/findings.ts';

export interface VerifyZoneOptions {
  /** The time at which the zone must be valid, in epoch seconds; that of the clock by default. */
  readonly at?: number;
  /** For how many seconds after `at` every signature must still be valid. */
  readonly minimumValidity?: number;
  /** RDATA of the DS records at the parent, in presentation form: `12345 13 2 …`. */
  readonly ds?: readonly string[];
  /** Threads for large zones; one a core by default. */
  readonly threads?: number;
}

export interface VerifyZoneResult {
  /** Whether every validator accepts the zone: no finding is an error. */
  readonly ok: boolean;
  /** Everything that was found, not only what is wrong. */
  readonly findings: readonly Finding[];
  /** How many signatures were checked with a key. */
  readonly signaturesVerified: number;
  /** When the first signature expires, in epoch seconds; undefined where there is none. */
  readonly firstExpiration: number | undefined;
}

/** Proves that every validator accepts a signed zone, or tells every reason why not (RFC 4035, 5155, 6840, 8976). */
export async function verifyZone(zone: ZoneData, options: VerifyZoneOptions = {}): Promise<VerifyZoneResult> {
  const { at = Math.floor(Date.now() / 1000), minimumValidity, ds, threads } = options;
  const { findings, signaturesVerified, firstExpiry } = await verifyIndex(
    zoneOf(zone),
    { crypto: nodeCrypto, pool: lazyPool(nodeCrypto, threads) },
    {
      at,
      ...(minimumValidity === undefined ? {} : { minimumValidity }),
      ...(ds === undefined ? {} : { ds: ds.map((text) => rdataFromText(Type.DS, text)) }),
    },
  );
  return {
    ok: findings.every(({ severity }) => severity !== 'error'),
    findings,
    signaturesVerified,
    firstExpiration: firstExpiry?.time,
  };
}

/** A finding in one line: where, what is wrong, what was found and what should have been, and the section of an RFC. */
export function findingText(finding: Finding): string {
  return describeFinding(finding);
}
