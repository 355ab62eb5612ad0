import { NO_FILE, type Publication } from './ledger.ts';
import type { ManagedKey } from './state.ts';
import type { KeyId } from './validation.ts';

/** Seconds that unknown history is taken to stay in caches, unless a larger TTL was seen. */
export const UNKNOWN_HISTORY = 7 * 86400;

/**
 * What may have been served before the first version that is known. Keys of one role and algorithm are in the middle of a rollover: each of them may
 * have come a moment ago, or have been the only one that signed until then. So there is a version without each, in which the others do its work; and one
 * without each of several algorithms, of which nothing else does the work.
 * @param unsigned what was served before the zone was signed, where that may have been a moment ago
 */
export function earlierVersions(
  first: Publication,
  keys: readonly ManagedKey[],
  unsigned: (Signed & Pick<Publication, 'dnskeyTtl' | 'maxTtl'>) | undefined,
): Publication[] {
  return [
    ...(unsigned === undefined ? [] : [unsigned]),
    ...versionsWithoutOneAlgorithm(first, keys),
    ...versionsWithoutOneKey(first, keys),
  ].map((version) => ({
    ...first,
    digest: NO_FILE,
    established: undefined,
    firstExpiration: undefined,
    ...version,
  }));
}

type Signed = Pick<Publication, 'keySet' | 'data'>;

function versionsWithoutOneAlgorithm({ keySet, data }: Publication, keys: readonly ManagedKey[]): Signed[] {
  const inUse = keys.filter(({ use }) => use.published || use.signsKeys || use.signsZone);
  const algorithms = [...new Set(inUse.map(({ algorithm }) => algorithm))];
  if (algorithms.length < 2) return [];
  return algorithms.map((algorithm) => {
    const gone = inUse.filter((key) => key.algorithm === algorithm).map(({ dnskey }) => dnskey);
    const withoutThem = (list: readonly KeyId[]): KeyId[] => list.filter((id) => !gone.includes(id));
    return {
      keySet: { keys: withoutThem(keySet.keys), signers: withoutThem(keySet.signers) },
      data: { signerSets: data.signerSets.map(withoutThem) },
    };
  });
}

function versionsWithoutOneKey({ keySet, data }: Publication, keys: readonly ManagedKey[]): Signed[] {
  const published = keys.filter(({ dnskey }) => keySet.keys.includes(dnskey));
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
        keySet: { keys: withOthers(keySet.keys), signers: withOthers(keySet.signers) },
        data: { signerSets: data.signerSets.map(withOthers) },
      },
    ];
  });
}
