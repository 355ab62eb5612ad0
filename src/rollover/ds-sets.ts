import type { DigestAlgorithm } from '../dnssec/crypto.ts';
import { signsKeys } from '../keys/roles.ts';
import type { Ledger } from './ledger.ts';
import type { Policy } from './policy.ts';
import type { RotationState } from './state.ts';
import { contentOf, keyFacts, sameDs, type DsRecord, type DsSet } from './validation.ts';

/** DS digest types by the digests that a policy names. */
const DIGEST_TYPE: Readonly<Record<DigestAlgorithm, number>> = { sha1: 1, sha256: 2, sha384: 4, sha512: 0 };

/** The digest types that a policy asks for. */
export function digestTypes({ dsDigests }: Policy): number[] {
  return dsDigests.map((digest) => DIGEST_TYPE[digest]);
}

/** The DS records of keys that have one, with the digests that were asked for once, else those of the policy. */
export function dsOf(state: RotationState, bases: readonly string[], policy: Policy): DsRecord[] {
  return state.keys
    .filter((key) => bases.includes(key.base) && signsKeys(key.role))
    .flatMap(({ dnskey, dsDigestTypes = digestTypes(policy) }) =>
      dsDigestTypes.map((digestType) => ({
        algorithm: keyFacts(dnskey).algorithm,
        digestType,
        key: dnskey,
      })),
    );
}

/** Whether the parent is asked to remove every DS, since the zone is going insecure: then CDS and CDNSKEY have the form DELETE (RFC 8078 section 4). */
export function asksForNoDs({ rollovers, wantedDs }: RotationState): boolean {
  return (
    wantedDs.length === 0 &&
    rollovers.some(({ name, step, decided }) => name === 'disable' && (step > 0 || decided !== undefined))
  );
}

/** The DS sets that the parent may serve now. Where nothing is known, none. */
export function servedDs({ parent }: Ledger): DsSet[] {
  const served = parent.filter(({ replaced }) => replaced === undefined).map(({ ds }) => ds);
  return served.length === 0 ? [[]] : served;
}

/** All sets that a parent may pass through from one set to another: what both have, and any of what one of them has. */
export function setsBetween(from: DsSet, to: DsSet): DsSet[] {
  const has = (set: DsSet, record: DsRecord): boolean => set.some((other) => sameDs(other, record));
  const kept = from.filter((record) => has(to, record));
  const changing = [
    ...from.filter((record) => !has(to, record)),
    ...to.filter((record) => !has(from, record)),
  ];
  const sets: DsSet[] = [];
  for (let choice = 0; choice < 2 ** changing.length; choice++) {
    sets.push([...kept, ...changing.filter((_, i) => (choice & (1 << i)) !== 0)]);
  }
  return sets;
}

/** The sets without those that are there twice. */
export function distinct(sets: readonly DsSet[]): DsSet[] {
  return [...new Map(sets.map((ds) => [contentOf(ds), ds])).values()];
}
