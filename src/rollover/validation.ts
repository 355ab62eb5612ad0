import { DNSSEC_PROTOCOL, REVOKE_FLAG, ZONE_FLAG } from '../dnssec/dnskey.ts';

/** A key by the text of its DNSKEY RDATA, `257 3 13 base64`: tags of foreign keys can collide, whole keys cannot. */
export type KeyId = string;

/** What the predicate needs to know of a key. */
export interface KeyFacts {
  readonly algorithm: number;
  /** Whether it may sign and be signed for: ZONE flag, protocol 3, not revoked (RFC 4034 section 2.1, RFC 5011 section 2.1). */
  readonly usable: boolean;
}

/** A DS set as a resolver may hold it; none means that the delegation is insecure. */
export type DsSet = readonly DsRecord[];

export interface DsRecord {
  readonly algorithm: number;
  readonly digestType: number;
  /** The key whose digest it is, where that key is known. */
  readonly key: KeyId | undefined;
}

/** A DS set as a text that is the same for sets with the same records, in whatever order. */
export function contentOf(ds: DsSet): string {
  return ds
    .map(({ algorithm, digestType, key }) => `${algorithm} ${digestType} ${key ?? '?'}`)
    .sort()
    .join('|');
}

/** A DNSKEY RRset with its signatures. */
export interface KeySet {
  readonly keys: readonly KeyId[];
  /** Keys that sign this RRset. */
  readonly signers: readonly KeyId[];
}

/** All other RRsets of one version of the zone: the distinct sets of keys that sign them. An unsigned zone has one empty set. */
export interface ZoneData {
  readonly signerSets: readonly (readonly KeyId[])[];
}

/** What a DNSKEY RRset offers to a validator. */
interface OfferedKeys {
  /** Keys that may sign. */
  readonly usable: readonly KeyId[];
  /** Those of them that sign the RRset itself. */
  readonly signing: readonly KeyId[];
  readonly algorithms: readonly number[];
}

/** Worked out once for each RRset: it is asked for with every DS set and all data that may be held beside it. */
function offeredKeys(keySet: KeySet): OfferedKeys {
  const known = offeredBySet.get(keySet);
  if (known !== undefined) return known;
  const usable = keySet.keys.filter((key) => keyFacts(key).usable);
  const offered = {
    usable,
    signing: usable.filter((key) => keySet.signers.includes(key)),
    algorithms: [...new Set(keySet.keys.map((key) => keyFacts(key).algorithm))],
  };
  offeredBySet.set(keySet, offered);
  return offered;
}

const offeredBySet = new WeakMap<KeySet, OfferedKeys>();

/** Whether two DNSKEY RRsets and their signatures are the same. */
export function sameKeySet(a: KeySet, b: KeySet): boolean {
  return sameKeys(a.keys, b.keys) && sameKeys(a.signers, b.signers);
}

/** Whether all other RRsets of two versions are signed by the same keys. */
export function sameData({ signerSets: a }: ZoneData, { signerSets: b }: ZoneData): boolean {
  return a.length === b.length && a.every((signers, index) => sameKeys(signers, b[index]!));
}

/** Whether two lists name the same keys in the same order. */
export function sameKeys(a: readonly KeyId[], b: readonly KeyId[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

/** Whether two DS sets have the same records in the same order. */
export function sameDsSet(a: DsSet, b: DsSet): boolean {
  return a.length === b.length && a.every((record, index) => sameDs(record, b[index]!));
}

/** Whether two records stand for one key with one digest type. */
export function sameDs(a: DsRecord, b: DsRecord): boolean {
  return a.algorithm === b.algorithm && a.digestType === b.digestType && a.key === b.key;
}

/** Why a combination does not validate, in the terms of the rule; `missing` are the keys that would have made it good, where there are any. */
export type Fault =
  | {
      readonly kind: 'no-trusted-key';
      readonly algorithm: number;
      readonly digestType: number;
      readonly missing: readonly KeyId[];
    }
  | { readonly kind: 'keys-not-signed'; readonly algorithm: number }
  | { readonly kind: 'data-not-signed'; readonly algorithm: number; readonly missing: readonly KeyId[] };

/** Reads what the text of a DNSKEY says of the key. */
export function keyFacts(id: KeyId): KeyFacts {
  const known = factsById.get(id);
  if (known !== undefined) return known;
  const [flags, protocol, algorithm] = id.split(' ', 3).map(Number);
  const facts = {
    algorithm: algorithm ?? 0,
    usable:
      ((flags ?? 0) & ZONE_FLAG) !== 0 && ((flags ?? 0) & REVOKE_FLAG) === 0 && protocol === DNSSEC_PROTOCOL,
  };
  factsById.set(id, facts);
  return facts;
}

const factsById = new Map<KeyId, KeyFacts>();

/**
 * The strictest validator: why it calls a combination of DS set, DNSKEY RRset and zone data bogus; undefined where it does not.
 *
 * - Without a DS the zone is insecure, and everything is accepted.
 * - For **each** pair of algorithm and digest type in the DS set, some DS of that pair must match a key of the DNSKEY RRset that signs that RRset:
 *   a validator may look at the strongest digest alone (RFC 4509 section 3).
 * - For **each** algorithm in the DS set or in the DNSKEY RRset, that RRset itself and every signer set of the data must have a signature by a
 *   usable key of that algorithm in the RRset (RFC 4035 section 2.2, read strictly).
 */
export function validate(ds: DsSet, keySet: KeySet, data: ZoneData): Fault | undefined {
  if (ds.length === 0) return undefined;
  const { usable, signing, algorithms: published } = offeredKeys(keySet);
  for (const { algorithm, digestType } of ds) {
    const anchors = ds.flatMap((other) =>
      other.algorithm === algorithm && other.digestType === digestType ? (other.key ?? []) : [],
    );
    const isTrusted = anchors.some((key) => signing.includes(key));
    if (!isTrusted) return { kind: 'no-trusted-key', algorithm, digestType, missing: anchors };
  }
  const algorithms = new Set([...ds.map(({ algorithm }) => algorithm), ...published]);
  for (const algorithm of algorithms) {
    const isOfAlgorithm = (key: KeyId): boolean => keyFacts(key).algorithm === algorithm;
    if (!signing.some(isOfAlgorithm)) return { kind: 'keys-not-signed', algorithm };
    for (const signers of data.signerSets) {
      if (!usable.some((key) => isOfAlgorithm(key) && signers.includes(key)))
        return { kind: 'data-not-signed', algorithm, missing: signers.filter(isOfAlgorithm) };
    }
  }
  return undefined;
}
