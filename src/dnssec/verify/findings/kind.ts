/**
 * `error`: some validator or parent refuses the zone, or the zone breaks a MUST of DNSSEC. `warning`: it validates, but something is wrong or
 * dangerous. `note`: worth knowing.
 */
export type Severity = 'error' | 'warning' | 'note';

export interface FindingKind {
  readonly severity: Severity;
  /** Where the rule is. */
  readonly reference: string;
  /** What is wrong, as one sentence without its period. */
  readonly meaning: string;
  /** What to do about it. */
  readonly cure: string;
}

/** Kinds of findings by their codes. */
export type FindingKinds = Readonly<Record<string, FindingKind>>;

export const SIGN_AGAIN = 'sign the zone again';
