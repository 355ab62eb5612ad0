import { Type } from '../../rr/registry.ts';
import { RrsigOffset, u16At } from '../rrsig.ts';
import type { VerifyContext } from './context.ts';
import { SignatureDefect } from './collect-signatures.ts';
import { MADE_BY, type VerificationJobs } from './signature-jobs.ts';
import type { ZoneKey } from './zone-keys.ts';

/** What signatures are over, as people see a zone. */
export const SIGNED_PARTS = ['keys', 'data', 'delegations', 'denial'] as const;

export type SignedPart = (typeof SIGNED_PARTS)[number];

/** Signatures of one key over one part of the zone. */
export interface KeyTally {
  readonly algorithm: number;
  readonly keyTag: number;
  /** The key that made them, where one of the zone did; of those that fail, one with this tag. */
  readonly key: ZoneKey | undefined;
  readonly part: SignedPart;
  valid: number;
  failed: number;
}

/** The part of the zone that an RRset belongs to. */
export function partOfType(type: number): SignedPart {
  switch (type) {
    case Type.DNSKEY:
    case Type.CDS:
    case Type.CDNSKEY:
      return 'keys';
    case Type.DS:
      return 'delegations';
    case Type.NSEC:
    case Type.NSEC3:
    case Type.NSEC3PARAM:
      return 'denial';
    default:
      return 'data';
  }
}

/** Counts verified signatures by key and part. */
export function tallySignatures(
  { zone }: VerifyContext,
  keys: readonly ZoneKey[],
  { rows, count }: VerificationJobs,
): KeyTally[] {
  const tallies = new Map<number, KeyTally>();
  const bytes = zone.store.rdata.bytes;
  for (let row = 0; row < count; row++) {
    const start = zone.store.rdataOffsets[rows.rrsigs[row]!]!;
    const algorithm = bytes[start + RrsigOffset.Algorithm]!;
    const keyTag = u16At(bytes, start + RrsigOffset.KeyTag);
    const part = partOfType(rows.types[row]!);
    const outcome = rows.outcomes[row]!;
    const index = outcome >= MADE_BY ? outcome - MADE_BY : rows.firstKeys[row]!;
    const id =
      ((keys[index] === undefined ? 0x10000 + keyTag : index) * 256 + algorithm) * SIGNED_PARTS.length +
      SIGNED_PARTS.indexOf(part);
    let tally = tallies.get(id);
    if (tally === undefined) {
      tally = { algorithm, keyTag, key: keys[index], part, valid: 0, failed: 0 };
      tallies.set(id, tally);
    }
    if (outcome >= MADE_BY && rows.defects[row] === SignatureDefect.None) tally.valid++;
    else if (rows.defects[row] !== SignatureDefect.Unsupported) tally.failed++;
  }
  return [...tallies.values()];
}
