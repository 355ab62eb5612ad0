import { latestTime, type ParentVersion, type Publication } from './ledger.ts';
import type { Policy } from './policy.ts';
import type { RotationState } from './state.ts';
import { contentOf, keyFacts, type DsSet, type KeyId } from './validation.ts';

// What happened in the world, as far as somebody saw it. Each function returns the state that knows of it. Times are epoch seconds.

/** Somebody set out to write a version of the zone: from now on it may be served. */
export function withPublication(state: RotationState, publication: Publication): RotationState {
  return withPublications(state, [...state.ledger.publications, publication]);
}

/** The version with this serial has replaced all earlier ones since `at`. A clock that went back is no evidence: it may be put right. */
export function withEstablished(state: RotationState, serial: number, at: number): RotationState {
  if (at < latestTime(state.ledger)) return state;
  return withPublications(
    state,
    state.ledger.publications.map((publication) =>
      publication.serial === serial && publication.established === undefined
        ? { ...publication, established: at }
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
  const seen = contentOf(ds);
  const propagation = policy.parentPropagationDelay;
  const { ledger } = withParentKnown(
    state,
    at,
    (known) => contentOf(known) === seen,
    () => [ds],
  );
  // Nobody knows since when the TTL is as it is: what was served before may have had it, too.
  const parent = ledger.parent.map((version) => ({
    ...version,
    ttl: Math.max(version.ttl, ttl),
    propagation:
      version.replaced === undefined ? Math.max(version.propagation, propagation) : version.propagation,
  }));
  return { ...state, ledger: { ...ledger, parent } };
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
