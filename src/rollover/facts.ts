import { isAssumed, latestTime, replacedAt, type ParentVersion, type Publication } from './ledger.ts';
import type { Policy } from './policy.ts';
import type { RotationState } from './state.ts';
import { contentOf, keyFacts, type DsSet, type KeyId } from './validation.ts';

// What happened in the world, as far as somebody saw it. Each function returns the state that knows of it. Times are epoch seconds.

/** Somebody set out to write a version of the zone: from now on it may be served. */
export function withPublication(state: RotationState, publication: Publication): RotationState {
  return withPublications(state, [...state.ledger.publications, publication]);
}

/** Before a zone is signed that nobody has seen signed, it may be served without DNSSEC, whatever else is assumed. */
export function withUnsignedBefore(state: RotationState, unsigned: Publication): RotationState {
  const signed = state.ledger.publications.filter(({ keySet }) => keySet.keys.length > 0);
  const since = signed[0]?.since ?? unsigned.since;
  return withPublications(state, [{ ...unsigned, since }, ...signed]);
}

/**
 * The version with this serial has replaced all earlier ones since `at`. Of several with one serial it is the first that was not known to: who says so may
 * not know of the later ones yet. A clock that went back is no evidence: it may be put right.
 */
export function withEstablished(state: RotationState, serial: number, at: number): RotationState {
  const { publications } = state.ledger;
  const first = publications.find(
    (publication) =>
      publication.serial === serial && publication.established === undefined && !isAssumed(publication),
  );
  return first === undefined ? state : withVersionsEstablished(state, [first], at);
}

/** The version with this digest has replaced all earlier ones since `at`. */
export function withDigestEstablished(state: RotationState, digest: string, at: number): RotationState {
  const versions = state.ledger.publications.filter(
    (version) => version.digest === digest && version.established === undefined,
  );
  return versions.length === 0 ? state : withVersionsEstablished(state, versions, at);
}

function withVersionsEstablished(
  state: RotationState,
  versions: readonly Publication[],
  at: number,
): RotationState {
  if (at < latestTime(state.ledger)) return state;
  return withPublications(
    state,
    state.ledger.publications.map((publication) =>
      versions.includes(publication) ? { ...publication, established: at } : publication,
    ),
  );
}

/**
 * Every server of the zone was seen at `at` to serve this version or a later one.
 * @param shortens whether that ends the time for which versions before it may still be served, which was only assumed
 */
export function withAllServing(
  state: RotationState,
  { serial, digest }: Publication,
  at: number,
  shortens: boolean,
): RotationState {
  if (at < latestTime(state.ledger)) return state;
  const seen = state.ledger.publications.findLastIndex(
    (version) => version.serial === serial && version.digest === digest,
  );
  const served = state.ledger.publications
    .slice(0, seen + 1)
    .filter((version) => version.serial === serial && version.established === undefined);
  const established = withVersionsEstablished(state, served, at);
  if (!shortens) return established;
  const { publications } = established.ledger;
  return withPublications(
    established,
    publications.map((version, index) => {
      const replaced = replacedAt(publications, index);
      // What was replaced before this version may have been served by a slow server until it was seen here.
      return index < seen
        ? { ...version, propagation: Math.min(version.propagation, Math.max(0, at - replaced)) }
        : version;
    }),
  );
}

/** The servers of all signers of the zone were seen at `at` to have these DNSKEYs. */
export function withCarried(state: RotationState, keys: readonly KeyId[], at: number): RotationState {
  if (at < latestTime(state.ledger)) return state;
  return {
    ...state,
    keys: state.keys.map((key) =>
      keys.includes(key.dnskey) && key.carried === undefined ? { ...key, carried: at } : key,
    ),
  };
}

/** The file of the version with this digest was in place at `at`. */
export function withWritten(state: RotationState, digest: string, at: number): RotationState {
  return withPublications(
    state,
    state.ledger.publications.map((publication) =>
      publication.digest === digest && publication.written === undefined
        ? { ...publication, written: at }
        : publication,
    ),
  );
}

/** A version was never written: its file is not there. */
export function withoutPublication(state: RotationState, digest: string): RotationState {
  return withPublications(
    state,
    state.ledger.publications.filter(
      (publication) => publication.digest !== digest || publication.established !== undefined,
    ),
  );
}

/** The operator says that the parent serves the DS of this key since `at`, all that were asked for: sets without one are gone. */
export function withDsPublished(state: RotationState, key: KeyId, at: number): RotationState {
  const recordsOf = (ds: DsSet): number => ds.filter((record) => record.key === key).length;
  const all = Math.max(1, ...servedVersions(state).map(({ ds }) => recordsOf(ds)));
  const { dsDigestTypes = [2] } = state.keys.find(({ dnskey }) => dnskey === key) ?? {};
  const { algorithm } = keyFacts(key);
  const records = dsDigestTypes.map((digestType) => ({ algorithm, digestType, key }));
  // Nobody asked for it: it may stand beside what was there, or in its place.
  return withParentKnown(
    state,
    at,
    (ds) => recordsOf(ds) === all,
    (ds) => [[...ds, ...records], records],
  );
}

/** The operator says that the parent serves no DS of this key since `at`: sets with one are gone. */
export function withDsWithdrawn(state: RotationState, key: KeyId, at: number): RotationState {
  const others = (ds: DsSet): DsSet => ds.filter((record) => record.key !== key);
  return withParentKnown(
    state,
    at,
    (ds) => others(ds).length === ds.length,
    (ds) => [others(ds)],
  );
}

/** Every server of the parent was seen to serve exactly this set, with this TTL. */
export function withDsSeen(
  state: RotationState,
  ds: DsSet,
  ttl: number,
  policy: Policy,
  at: number,
): RotationState {
  return withDsSetsSeen(state, { sets: [ds], isComplete: true, ttl }, policy, at);
}

/** What was seen at the servers of the parent. */
export interface DsSight {
  /** Each set that some server serves. */
  readonly sets: readonly DsSet[];
  /** Whether every server told; otherwise others may serve anything that was possible before. */
  readonly isComplete: boolean;
  /** The largest TTL seen, in seconds. */
  readonly ttl: number;
}

/** Servers of the parent were seen to serve these sets: they are possible, and where all servers told, nothing else is. */
export function withDsSetsSeen(
  state: RotationState,
  { sets, isComplete, ttl }: DsSight,
  { parentPropagationDelay }: Policy,
  at: number,
): RotationState {
  const seen = new Map(sets.map((ds) => [contentOf(ds), ds]));
  const served = servedVersions(state);
  const parent = state.ledger.parent.map((version): ParentVersion => {
    if (version.replaced !== undefined) return version;
    if (seen.has(contentOf(version.ds))) return { ...version, confirmed: true };
    return isComplete ? { ...version, replaced: at } : version;
  });
  for (const { ds } of served) seen.delete(contentOf(ds));
  for (const ds of seen.values()) parent.push({ ds, since: at, ttl, propagation: 0, confirmed: true });
  // Nobody knows since when the TTL is as it is: what was served before may have had it, too.
  const largestTtl = Math.max(ttl, ...served.map((version) => version.ttl));
  const propagation = Math.max(parentPropagationDelay, ...served.map((version) => version.propagation));
  const withTimes = parent.map((version) => ({
    ...version,
    ttl: Math.max(version.ttl, version.replaced === undefined ? largestTtl : ttl),
    propagation: version.replaced === undefined ? propagation : version.propagation,
  }));
  return { ...state, ledger: { ...state.ledger, parent: withTimes } };
}

/** Ends all sets at the parent but some; where none of those was thought of, others come in their place, so that one is always known. */
function withParentKnown(
  state: RotationState,
  at: number,
  stays: (ds: DsSet) => boolean,
  inPlaceOf: (ds: DsSet) => DsSet[],
): RotationState {
  const served = servedVersions(state);
  const parent = state.ledger.parent.map((version) =>
    version.replaced !== undefined
      ? version
      : stays(version.ds)
        ? { ...version, confirmed: true }
        : { ...version, replaced: at },
  );
  if (!served.some(({ ds }) => stays(ds))) {
    const sets = served.length === 0 ? inPlaceOf([]) : served.flatMap(({ ds }) => inPlaceOf(ds));
    const ttl = Math.max(0, ...served.map((version) => version.ttl));
    const propagation = Math.max(0, ...served.map((version) => version.propagation));
    for (const ds of new Map(sets.map((set) => [contentOf(set), set])).values())
      parent.push({ ds, since: at, ttl, propagation, confirmed: true });
  }
  return { ...state, ledger: { ...state.ledger, parent } };
}

function servedVersions({ ledger }: RotationState): ParentVersion[] {
  return ledger.parent.filter(({ replaced }) => replaced === undefined);
}

function withPublications(state: RotationState, publications: readonly Publication[]): RotationState {
  return { ...state, ledger: { ...state.ledger, publications } };
}
