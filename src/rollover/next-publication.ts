import { currentPublication, isAssumed, newestPublication } from './ledger.ts';
import type { ZoneVersion } from './proof.ts';
import type { KeyUse, ManagedKey, RotationState } from './state.ts';
import { sameData, sameKeys, sameKeySet, type KeyId } from './validation.ts';

/** DNSKEYs of other signers in the version that is served. */
export function foreignKeys({ keys, ledger }: RotationState): KeyId[] {
  const own = new Set(keys.map(({ dnskey }) => dnskey));
  return (currentPublication(ledger)?.keySet.keys ?? []).filter((key) => !own.has(key));
}

/** What the next publication looks like to a resolver: our keys by their use, others' DNSKEYs as they were last. */
export function nextPublication(state: RotationState): ZoneVersion {
  const { keys } = state;
  const select = (wanted: (use: KeyUse) => boolean): string[] =>
    keys.filter(({ use }) => wanted(use)).map(({ dnskey }) => dnskey);
  const published = select((use) => use.published);
  const signers = select((use) => use.signsKeys);
  const zoneSigners = select((use) => use.signsZone);
  return {
    keySet: {
      keys: [...published, ...foreignKeys(state)].sort(),
      signers: published.length === 0 ? [] : signers.sort(),
    },
    data: { signerSets: [zoneSigners.sort()] },
  };
}

/** Whether a version with other keys or signers than the newest one is to be published. */
export function needsPublication(state: RotationState): boolean {
  const newest = newestPublication(state.ledger);
  const next = nextPublication(state);
  if (newest === undefined || isAssumed(newest))
    return next.keySet.keys.length > 0 || next.data.signerSets.flat().length > 0;
  return !sameKeySet(newest.keySet, next.keySet) || !sameData(newest.data, next.data);
}

/** No key is lost. */
export const NONE_LOST: ReadonlySet<string> = new Set();

/**
 * Lost keys that would have to sign something new in the next publication: a DNSKEY RRset that is another than before, or records that they
 * have not signed yet. The signatures that they made before can stay.
 */
export function lostSigners(
  state: RotationState,
  before: ZoneVersion | undefined,
  lost: ReadonlySet<string>,
): ManagedKey[] {
  if (lost.size === 0) return [];
  const next = nextPublication(state);
  const { keys, signers } = before?.keySet ?? { keys: [], signers: [] };
  const isSameKeys = sameKeys(keys, next.keySet.keys);
  const { signerSets } = before?.data ?? { signerSets: [[]] };
  return state.keys.filter(
    ({ base, dnskey, use }) =>
      lost.has(base) &&
      ((next.keySet.signers.includes(dnskey) && !(isSameKeys && signers.includes(dnskey))) ||
        (use.signsZone && !signerSets.every((set) => set.includes(dnskey)))),
  );
}
