import { NO_FILE, type Publication } from './ledger.ts';
import type { ManagedKey } from './state.ts';
import type { KeyId } from './validation.ts';

/** Seconds that unknown history is taken to stay in caches, unless a larger TTL was seen. */
export const UNKNOWN_HISTORY = 7 * 86400;

/**
 * What may have been served before the first version that is known. Keys of one role and algorithm are in the middle of a rollover: each of them may
 * have come a moment ago, or have been the only one that signed until then. So there is a version without each, in which the others do its work.
 */
export function earlierVersions(first: Publication, keys: readonly ManagedKey[]): Publication[] {
  const published = keys.filter(({ dnskey }) => first.keySet.keys.includes(dnskey));
  return published.flatMap((key) => {
    const siblings = published.filter(
      ({ role, algorithm }) => role === key.role && algorithm === key.algorithm,
    );
    if (siblings.length < 2) return [];
    const ids = siblings.map(({ dnskey }) => dnskey);
    const others = ids.filter((id) => id !== key.dnskey);
    const withOthers = (list: readonly KeyId[]): KeyId[] =>
      list.some((id) => ids.includes(id))
        ? [...list.filter((id) => !ids.includes(id)), ...others].sort()
        : [...list];
    return [
      {
        ...first,
        digest: NO_FILE,
        established: undefined,
        firstExpiration: undefined,
        keySet: { keys: withOthers(first.keySet.keys), signers: withOthers(first.keySet.signers) },
        data: { signerSets: first.data.signerSets.map(withOthers) },
      },
    ];
  });
}
