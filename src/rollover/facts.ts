import { latestTime, type ParentVersion, type Publication } from './ledger.ts';
import type { Policy } from './policy.ts';
import type { RotationState } from './state.ts';
import type { DsSet, KeyId } from './validation.ts';

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

/** The operator says that the parent serves a DS of this key since `at`: sets without one are gone. */
export function withDsPublished(state: RotationState, key: KeyId, at: number): RotationState {
  return withParent(state, (version) =>
    hasKey(version.ds, key) ? { ...version, confirmed: true } : replaced(version, at),
  );
}

/** The operator says that the parent serves no DS of this key since `at`: sets with one are gone. */
export function withDsWithdrawn(state: RotationState, key: KeyId, at: number): RotationState {
  return withParent(state, (version) =>
    hasKey(version.ds, key) ? replaced(version, at) : { ...version, confirmed: true },
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
  const { ledger } = withParent(state, (version) =>
    contentOf(version.ds) === seen
      ? { ...version, ttl: Math.max(version.ttl, ttl), confirmed: true }
      : replaced(version, at),
  );
  if (ledger.parent.some((version) => version.replaced === undefined)) return { ...state, ledger };
  const version: ParentVersion = {
    ds,
    since: at,
    ttl,
    propagation: policy.parentPropagationDelay,
    confirmed: true,
  };
  return { ...state, ledger: { ...ledger, parent: [...ledger.parent, version] } };
}

function withPublications(state: RotationState, publications: readonly Publication[]): RotationState {
  return { ...state, ledger: { ...state.ledger, publications } };
}

function withParent(state: RotationState, change: (version: ParentVersion) => ParentVersion): RotationState {
  const parent = state.ledger.parent.map((version) =>
    version.replaced === undefined ? change(version) : version,
  );
  return { ...state, ledger: { ...state.ledger, parent } };
}

function replaced(version: ParentVersion, at: number): ParentVersion {
  return { ...version, replaced: at };
}

function hasKey(ds: DsSet, key: KeyId): boolean {
  return ds.some((record) => record.key === key);
}

function contentOf(ds: DsSet): string {
  return ds
    .map(({ algorithm, digestType, key }) => `${algorithm} ${digestType} ${key ?? '?'}`)
    .sort()
    .join('|');
}
