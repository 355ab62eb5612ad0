import { isAgreed, type Agreement } from './agreement.ts';
import type { Caches, Held, Source } from './ledger.ts';
import {
  sameData,
  sameKeySet,
  validate,
  type DsSet,
  type Fault,
  type KeySet,
  type ZoneData,
} from './validation.ts';

/** A combination of cached answers that a change would turn bogus. */
export interface Witness {
  readonly fault: Fault;
  /** Cached versions that take part, and until when each is held. The change itself is not among them. */
  readonly held: readonly {
    readonly part: 'ds' | 'keys' | 'data';
    readonly source: Source;
    readonly until: number;
  }[];
  /** When the first of them is gone, and this combination with it. Infinity where only an act can replace them. */
  readonly until: number;
}

export type Proof =
  | { readonly safe: true }
  | {
      readonly safe: false;
      /** When the last offending combination is gone; Infinity where time alone does not help. */
      readonly until: number;
      /** One witness of those that last longest. */
      readonly witness: Witness;
    };

/** Nothing is changed, or nothing breaks. */
export const SAFE: Proof = { safe: true };

export interface ZoneVersion {
  readonly keySet: KeySet;
  readonly data: ZoneData;
}

/**
 * May `next` be published while caches hold what they may hold?
 *
 * A combination counts only if it fails with `next` and holds with the `current` publication in its place: what is broken already must never
 * block a repair. Nor does what may be served already: to sign the same again adds no combination.
 * @param agreed what the operator has agreed to break
 */
export function provePublication(
  caches: Caches,
  current: ZoneVersion | undefined,
  next: ZoneVersion,
  agreed: readonly Agreement[] = [],
): Proof {
  if (isServed(caches.keySets, next.keySet, sameKeySet) && isServed(caches.data, next.data, sameData))
    return SAFE;
  const before: ZoneVersion = current ?? { keySet: { keys: [], signers: [] }, data: { signerSets: [[]] } };
  const witnesses: Witness[] = [];
  for (const ds of caches.ds) {
    note(
      witnesses,
      faultOf(ds.value, next.keySet, next.data, agreed),
      () => validate(ds.value, before.keySet, before.data),
      [['ds', ds]],
    );
    for (const data of caches.data) {
      const held = [
        ['ds', ds],
        ['data', data],
      ] as const;
      note(
        witnesses,
        faultOf(ds.value, next.keySet, data.value, agreed),
        () => validate(ds.value, before.keySet, data.value),
        held,
      );
    }
    for (const keys of caches.keySets) {
      const held = [
        ['ds', ds],
        ['keys', keys],
      ] as const;
      note(
        witnesses,
        faultOf(ds.value, keys.value, next.data, agreed),
        () => validate(ds.value, keys.value, before.data),
        held,
      );
    }
  }
  return verdict(witnesses);
}

/** May the parent serve `next`, by the same rule, where it serves `current` now? */
export function proveDs(
  caches: Caches,
  current: DsSet,
  next: DsSet,
  agreed: readonly Agreement[] = [],
): Proof {
  const witnesses: Witness[] = [];
  for (const keys of caches.keySets) {
    for (const data of caches.data) {
      const held = [
        ['keys', keys],
        ['data', data],
      ] as const;
      note(
        witnesses,
        faultOf(next, keys.value, data.value, agreed),
        () => validate(current, keys.value, data.value),
        held,
      );
    }
  }
  return verdict(witnesses);
}

/** The same for many sets that may follow any of those that are served: each must be safe against each. */
export function proveDsSets(
  caches: Caches,
  served: readonly DsSet[],
  next: readonly DsSet[],
  agreed: readonly Agreement[] = [],
): Proof {
  return served
    .flatMap((current) => next.map((ds) => proveDs(caches, current, ds, agreed)))
    .reduce(bothProofs, SAFE);
}

/** The proof that takes longer. */
export function bothProofs(a: Proof, b: Proof): Proof {
  if (a.safe) return b;
  return b.safe || a.until >= b.until ? a : b;
}

/** Why a combination must not come up: it fails, and nobody has agreed to that. */
function faultOf(ds: DsSet, keySet: KeySet, data: ZoneData, agreed: readonly Agreement[]): Fault | undefined {
  const fault = validate(ds, keySet, data);
  return fault === undefined || isAgreed(agreed, ds, keySet, data) ? undefined : fault;
}

/** Whether nothing has replaced this value yet. */
function isServed<T>(versions: readonly Held<T>[], value: T, isSame: (a: T, b: T) => boolean): boolean {
  return versions.some((version) => version.until === Infinity && isSame(version.value, value));
}

type HeldPart = readonly ['ds' | 'keys' | 'data', Held<unknown>];

function note(
  witnesses: Witness[],
  after: Fault | undefined,
  before: () => Fault | undefined,
  held: readonly HeldPart[],
): void {
  if (after === undefined || before() !== undefined) return;
  const parts = held.map(([part, { source, until }]) => ({ part, source, until }));
  witnesses.push({ fault: after, held: parts, until: Math.min(...parts.map(({ until }) => until)) });
}

function verdict(witnesses: readonly Witness[]): Proof {
  let last: Witness | undefined;
  for (const witness of witnesses) if (last === undefined || witness.until > last.until) last = witness;
  return last === undefined ? SAFE : { safe: false, until: last.until, witness: last };
}
