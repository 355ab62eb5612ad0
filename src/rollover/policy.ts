import type { DigestAlgorithm } from '../dnssec/crypto.ts';

/** How a zone is signed and how its keys live. All durations are in seconds. */
export interface Policy {
  /** Algorithm number of new keys. */
  readonly algorithm: number;
  /** A KSK and a ZSK, or one CSK. */
  readonly keys: 'split' | 'csk';
  readonly kskLifetime: number | 'unlimited';
  readonly zskLifetime: number | 'unlimited';
  /** Where new KSKs and CSKs are made, and new ZSKs: `files`, or the PKCS#11 URI of a token. */
  readonly kskSource: string;
  readonly zskSource: string;
  readonly kskRollover: 'double-ksk' | 'double-ds';
  /** How long before the end of a lifetime the replacement starts. */
  readonly rotationPeriod: number;
  /** `auto` is max(1h, SOA refresh + retry). */
  readonly propagationDelay: number | 'auto';
  /** What establishes a publication. */
  readonly publishedWhen: 'written' | 'afterSign' | 'served';
  readonly checkParent: boolean;
  readonly parentPropagationDelay: number;
  readonly parentDsTtl: number;
  readonly publishSafety: number;
  readonly retireSafety: number;
  readonly purgeDelay: number;
  readonly dnskeyTtl: number;
  readonly maxZoneTtl: number | 'none';
  readonly dsDigests: readonly DigestAlgorithm[];
  readonly cds: boolean;
  readonly denial: 'nsec' | 'nsec3';
  readonly nsec3: Nsec3Policy;
  readonly signatures: SignaturePolicy;
  readonly serial: 'keep' | 'increment' | 'unixtime' | 'date';
  readonly zonemd: 'none' | 'sha384' | 'sha512';
}

export interface Nsec3Policy {
  readonly iterations: number;
  /** Octets. */
  readonly saltLength: number;
  readonly optOut: boolean;
}

export interface SignaturePolicy {
  readonly validity: number;
  /** A signature with less than this left is made anew. */
  readonly refresh: number;
  /** The most that validity is shortened by. */
  readonly jitter: number;
  /** How far in the past validity begins. */
  readonly inceptionOffset: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

export const DEFAULT_POLICY: Policy = {
  algorithm: 13,
  keys: 'split',
  kskLifetime: 90 * DAY,
  zskLifetime: 90 * DAY,
  kskSource: 'files',
  zskSource: 'files',
  kskRollover: 'double-ksk',
  rotationPeriod: 7 * DAY,
  propagationDelay: 'auto',
  publishedWhen: 'written',
  checkParent: true,
  parentPropagationDelay: HOUR,
  parentDsTtl: DAY,
  publishSafety: HOUR,
  retireSafety: HOUR,
  purgeDelay: 90 * DAY,
  dnskeyTtl: HOUR,
  maxZoneTtl: 'none',
  dsDigests: ['sha256'],
  cds: true,
  denial: 'nsec',
  nsec3: { iterations: 0, saltLength: 0, optOut: false },
  signatures: { validity: 30 * DAY, refresh: 10 * DAY, jitter: 12 * HOUR, inceptionOffset: HOUR },
  serial: 'unixtime',
  zonemd: 'none',
};
