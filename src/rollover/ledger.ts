import {
  keyFacts,
  sameData,
  sameDsSet,
  sameKeySet,
  type DsSet,
  type KeyId,
  type KeySet,
  type ZoneData,
} from './validation.ts';

/** The digest type that every DS set has. */
const SHA256 = 2;

/** The digest of a version whose file nobody has, such as the zone before it was first signed. */
export const NO_FILE = '0'.repeat(64);

/** What a resolver learns from a zone without DNSSEC. */
export const UNSIGNED_ZONE: Pick<Publication, 'keySet' | 'data'> = {
  keySet: { keys: [], signers: [] },
  data: { signerSets: [[]] },
};

/** One version of the zone that was, or may have been, served. All times are epoch seconds, all TTLs and delays seconds. */
export interface Publication {
  readonly serial: number;
  /** SHA-256 of the file in hexadecimal; `NO_FILE` where it is not known. */
  readonly digest: string;
  /** From when on it may have been served: when the tool set out to write it. */
  readonly since: number;
  /** When its file was in place; undefined while that is not known. What was written may be served, whatever lies there later. */
  readonly written?: number | undefined;
  /** When it had replaced its predecessors for good, by the policy's evidence; undefined while that is not known. */
  readonly established?: number | undefined;
  /** Whether it was not written into the file that is served, but to standard output or elsewhere. */
  readonly elsewhere?: boolean | undefined;
  readonly keySet: KeySet;
  readonly data: ZoneData;
  readonly dnskeyTtl: number;
  /** The largest TTL of the zone, negative answers included. */
  readonly maxTtl: number;
  /** How long secondaries may go on serving a version that was replaced. */
  readonly propagation: number;
  /** When its first signature expires. */
  readonly firstExpiration?: number | undefined;
}

/** One DS set that the parent served, or may have served. */
export interface ParentVersion {
  readonly ds: DsSet;
  readonly since: number;
  /** When the parent was known to serve another set instead; undefined while it may serve this one. */
  readonly replaced?: number | undefined;
  readonly ttl: number;
  readonly propagation: number;
  /** Whether it was seen or confirmed, and not merely made possible by an offer. */
  readonly confirmed: boolean;
}

export interface Ledger {
  /** In the order of `since`. */
  readonly publications: readonly Publication[];
  readonly parent: readonly ParentVersion[];
}

/** Something that a resolver may hold, until when it may, and where it came from. */
export interface Held<T> {
  readonly value: T;
  /** Infinity while nothing has replaced it. */
  readonly until: number;
  readonly source: Source;
}

export type Source =
  | {
      readonly kind: 'publication';
      readonly serial: number;
      readonly since: number;
      readonly isSigned: boolean;
      /** Whether it is not that version, but one that may have been served before it. */
      readonly isBefore?: boolean;
    }
  | { readonly kind: 'parent'; readonly since: number };

/** Everything that any resolver may hold at one time; it may combine any of each. */
export interface Caches {
  readonly ds: readonly Held<DsSet>[];
  readonly keySets: readonly Held<KeySet>[];
  readonly data: readonly Held<ZoneData>[];
}

/**
 * What may be in caches at `now`. A version that was replaced at time *r* can be served until *r* + propagation and be held until *r* + propagation +
 * its TTL.
 * @param margin seconds that every version is taken to stay longer
 * @param next what is to be published: where that is unsigned, a DS counts for as long as what was validated by it
 */
export function cachesAt(
  { publications, parent }: Ledger,
  now: number,
  margin = 0,
  next?: { readonly keySet: KeySet },
): Caches {
  const trust = next?.keySet.keys.length === 0 ? trustAfterDs(publications) : 0;
  const keySets: Held<KeySet>[] = [];
  const data: Held<ZoneData>[] = [];
  publications.forEach((publication, index) => {
    const replaced = replacedAt(publications, index);
    const { serial, since, digest, keySet } = publication;
    const isSigned = keySet.keys.length > 0;
    const isBefore = isSigned && digest === NO_FILE;
    const source = {
      kind: 'publication',
      serial,
      since,
      isSigned,
      ...(isBefore ? { isBefore } : {}),
    } as const;
    const served = replaced + publication.propagation + margin;
    keySets.push({ value: publication.keySet, until: served + publication.dnskeyTtl, source });
    data.push({ value: publication.data, until: served + publication.maxTtl, source });
  });
  const ds = (parent.length === 0 ? unknownParent(publications) : parent).map(
    ({ ds: value, since, replaced = Infinity, propagation, ttl }) => ({
      value,
      until: replaced + propagation + ttl + margin + (value.length > 0 ? trust : 0),
      source: { kind: 'parent', since } as const,
    }),
  );
  return {
    ds: merged(ds, sameDsSet, now),
    keySets: merged(keySets, sameKeySet, now),
    data: merged(data, sameData, now),
  };
}

/**
 * Seconds for which a validator may go on with a DNSKEY RRset after the DS by which it trusts that has left its cache: it keeps what it has
 * validated for the TTL of that RRset (RFC 4035 section 5.3.3), and takes an unsigned zone for forged meanwhile.
 */
function trustAfterDs(publications: readonly Publication[]): number {
  return Math.max(
    0,
    ...publications.map(({ keySet, dnskeyTtl }) => (keySet.keys.length > 0 ? dnskeyTtl : 0)),
  );
}

/** Where nobody knows what the parent serves: no DS, or that of any key that signs a DNSKEY RRset which may be served. */
function unknownParent(publications: readonly Publication[]): ParentVersion[] {
  const sets = new Map<string, ParentVersion>();
  const add = (key: KeyId | undefined, since: number): void => {
    const ds = key === undefined ? [] : [{ algorithm: keyFacts(key).algorithm, digestType: SHA256, key }];
    if (!sets.has(key ?? '')) sets.set(key ?? '', { ds, since, ttl: 0, propagation: 0, confirmed: false });
  };
  add(undefined, publications[0]?.since ?? 0);
  for (const { keySet, since } of publications) for (const key of keySet.signers) add(key, since);
  return [...sets.values()];
}

/** When the publication at `index` had been replaced: once the first later one was established. */
export function replacedAt(publications: readonly Publication[], index: number): number {
  let earliest = Infinity;
  for (const { established = Infinity } of publications.slice(index + 1))
    earliest = Math.min(earliest, established);
  return earliest;
}

/** The publication that is served last: the newest established one, else the newest. */
export function currentPublication({ publications }: Ledger): Publication | undefined {
  return publications.findLast(({ established }) => established !== undefined) ?? publications.at(-1);
}

/** Whether a version is assumed, and nobody has seen anything of it. */
export function isAssumed({ digest, established }: Publication): boolean {
  return digest === NO_FILE && established === undefined;
}

/** The versions of which there is, or was, a file. */
export function seenVersions({ publications }: Ledger): Publication[] {
  return publications.filter(({ digest }) => digest !== NO_FILE);
}

/** The newest publication, established or not: what the next one will replace. */
export function newestPublication({ publications }: Ledger): Publication | undefined {
  return publications.at(-1);
}

/** The DS set that the parent was last known to serve; undefined where nobody ever looked. */
export function confirmedDs({ parent }: Ledger): ParentVersion | undefined {
  return parent.findLast(({ confirmed, replaced }) => confirmed && replaced === undefined);
}

/** The latest time that the ledger knows of. A clock that shows an earlier one went back, and what it says is no evidence. */
export function latestTime({ publications, parent }: Ledger): number {
  let latest = -Infinity;
  for (const { since, established = since } of publications) latest = Math.max(latest, since, established);
  for (const { since, replaced = since } of parent) latest = Math.max(latest, since, replaced);
  return latest;
}

/** Whether the clock shows a time before something that was recorded. */
export function isClockBehind(ledger: Ledger, now: number): boolean {
  return now < latestTime(ledger);
}

/** The ledger without what no cache holds any more; what may be served now always stays, and so does what says when it began. */
export function prunedLedger({ publications, parent }: Ledger, now: number, margin: number): Ledger {
  const firstHeld = publications.findIndex(({ propagation, dnskeyTtl, maxTtl }, index) => {
    const replaced = replacedAt(publications, index);
    return replaced + propagation + Math.max(dnskeyTtl, maxTtl) + margin > now;
  });
  const longest = margin + trustAfterDs(publications);
  return {
    publications: publications.slice(Math.max(firstHeld, 0)),
    parent: parent.filter(
      ({ replaced = Infinity, propagation, ttl }) => replaced + propagation + ttl + longest > now,
    ),
  };
}

/** Versions with the same content are one, held as long as the last of them. */
function merged<T>(versions: readonly Held<T>[], isSame: (a: T, b: T) => boolean, now: number): Held<T>[] {
  const distinct: Held<T>[] = [];
  for (const version of versions) {
    if (version.until <= now) continue;
    const known = distinct.findIndex(({ value }) => isSame(value, version.value));
    if (known < 0) distinct.push(version);
    else if (distinct[known]!.until < version.until) distinct[known] = version;
  }
  return distinct;
}

/** Two lists of keys as one set in a fixed order. */
export function keyUnion(...lists: readonly (readonly KeyId[])[]): KeyId[] {
  return [...new Set(lists.flat())].sort();
}
