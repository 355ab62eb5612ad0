import type { SourceLocation } from '../../errors.ts';
import { algorithmLabel } from '../algorithms.ts';
import { CACHE_FINDINGS } from './findings/cache.ts';
import { CDS_FINDINGS } from './findings/cds.ts';
import { DNSKEY_FINDINGS } from './findings/dnskey.ts';
import { DS_FINDINGS } from './findings/ds.ts';
import { NSEC_FINDINGS } from './findings/nsec.ts';
import { NSEC3_FINDINGS } from './findings/nsec3.ts';
import { RRSIG_FINDINGS } from './findings/rrsig.ts';
import { STATE_FINDINGS } from './findings/state.ts';
import { TIMING_FINDINGS } from './findings/timing.ts';
import { ZONE_FINDINGS } from './findings/zone.ts';
import { ZONEMD_FINDINGS } from './findings/zonemd.ts';
import type { FindingKinds, Severity } from './findings/kind.ts';

export type { FindingKind, Severity } from './findings/kind.ts';

/** The one table of what verification can find, by subject. Codes are stable. */
export const FINDINGS = {
  ...ZONE_FINDINGS,
  ...DNSKEY_FINDINGS,
  ...DS_FINDINGS,
  ...RRSIG_FINDINGS,
  ...NSEC_FINDINGS,
  ...NSEC3_FINDINGS,
  ...CDS_FINDINGS,
  ...ZONEMD_FINDINGS,
  ...TIMING_FINDINGS,
  ...CACHE_FINDINGS,
  ...STATE_FINDINGS,
} as const satisfies FindingKinds;

export type FindingCode = keyof typeof FINDINGS;

/** One thing that verification found; plain data, complete in itself. */
export interface Finding {
  /** A `FindingCode`, or the code of a rule about unsigned zones. */
  readonly code: string;
  readonly severity: Severity;
  /** In presentation form. */
  readonly owner: string;
  /** Mnemonic of the RR type that is concerned. */
  readonly type: string;
  readonly keyTag?: number;
  readonly algorithm?: number;
  readonly found: string;
  readonly expected: string;
  readonly reference: string;
  /** What is wrong, as one sentence without its period. */
  readonly meaning: string;
  /** What to do about it; empty where nobody can tell. */
  readonly cure: string;
  readonly location?: SourceLocation;
}

/** One line in plain words: where, what is wrong, what was found and what should have been. */
export function describeFinding(finding: Finding): string {
  const { owner, type, found, expected, keyTag, algorithm, meaning, reference } = finding;
  const key = keyTag === undefined ? '' : `, key ${keyTag}`;
  const by = algorithm === undefined ? key : `${key}, ${algorithmLabel(algorithm)}`;
  const details = [found === '' ? '' : `found ${found}`, expected === '' ? '' : `expected ${expected}`];
  const comparison = details.filter((detail) => detail !== '').join(', ');
  const tail = comparison === '' ? '' : `: ${comparison}`;
  return `${owner} ${type}${by}: ${meaning}${tail} (${reference})`;
}
