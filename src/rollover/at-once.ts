import type { Agreement } from './agreement.ts';
import { distinct, dsOf, servedDs, setsBetween } from './ds-sets.ts';
import { cachesAt, newestPublication, type Caches, type Ledger } from './ledger.ts';
import { nextPublication } from './next-publication.ts';
import { underPolicy } from './parent-step.ts';
import type { ZoneTimes } from './plan.ts';
import type { Policy } from './policy.ts';
import type { Witness } from './proof.ts';
import { afterStep } from './publish-step.ts';
import { ROLLOVERS } from './rollovers.ts';
import { keyNamed, type Rollover, type RotationState } from './state.ts';
import { sameData, sameDs, sameDsSet, sameKeySet, validate, type DsSet } from './validation.ts';

// A swap of keys that does not wait for caches: what it breaks is worked out first, and nothing else may break by it.

/** The DS set that has to stand at the parent in the place of one that may stand there now. */
function dsInPlaceOf(ds: DsSet, state: RotationState, rollover: Rollover, policy: Policy): DsSet {
  const old = new Set(rollover.old.map((base) => keyNamed(state, base)?.dnskey));
  const kept = ds.filter(({ key }) => key === undefined || !old.has(key));
  const added = dsOf(state, rollover.new, policy);
  return [...kept, ...added.filter((record) => !kept.some((other) => sameDs(other, record)))];
}

/** The state in which the keys do what they do once the swap is published. */
function swapped(state: RotationState, rollover: Rollover): RotationState {
  const [step] = ROLLOVERS[rollover.name].steps;
  return rollover.step === 0 && step?.kind === 'publish' ? afterStep(state, rollover, step) : state;
}

/**
 * Who agrees to a swap agrees to what may break by any of these versions beside each other: those that caches may hold at `now` (epoch seconds), the
 * next one, and the DS sets that the parent may pass through. Whatever comes up besides was not told, and is refused as ever.
 */
export function agreementOn(
  state: RotationState,
  rollover: Rollover,
  policy: Policy,
  now: number,
  until: number,
): Agreement {
  const caches = cachesAt(underPolicy(state.ledger, policy), now);
  const next = nextPublication(swapped(state, rollover));
  const passed = servedDs(state.ledger).flatMap((ds) =>
    setsBetween(ds, dsInPlaceOf(ds, state, rollover, policy)),
  );
  return {
    time: now,
    until,
    ds: distinct([...caches.ds.map(({ value }) => value), ...passed]),
    keySets: [...caches.keySets.map(({ value }) => value), next.keySet],
    data: [...caches.data.map(({ value }) => value), next.data],
  };
}

/**
 * Who breaks, each by the cached versions that do it, and until when, if the swap is published at `now` (epoch seconds) and the parent has the new DS in
 * the place of the old at once. What is broken already is not among it. The last comes first.
 */
export function breakageOf(
  state: RotationState,
  rollover: Rollover,
  policy: Policy,
  now: number,
  zone: ZoneTimes,
): Witness[] {
  const caches = cachesAt(afterSwap(state, rollover, policy, now, zone), now);
  const before = cachesAt(underPolicy(state.ledger, policy), now);
  const witnesses: Witness[] = [];
  for (const ds of caches.ds) {
    for (const keys of caches.keySets) {
      for (const data of caches.data) {
        const fault = validate(ds.value, keys.value, data.value);
        if (fault === undefined || isHeld(before, [ds.value, keys.value, data.value])) continue;
        const held = [
          { part: 'ds', source: ds.source, until: ds.until },
          { part: 'keys', source: keys.source, until: keys.until },
          // Whoever has no key that he trusts looks at no record.
          ...(fault.kind === 'data-not-signed'
            ? [{ part: 'data', source: data.source, until: data.until } as const]
            : []),
        ] as const;
        const cached = held.filter(({ until }) => Number.isFinite(until));
        if (cached.length > 0)
          witnesses.push({ fault, held: cached, until: Math.min(...cached.map(({ until }) => until)) });
      }
    }
  }
  return leastOf(witnesses).sort((a, b) => b.until - a.until);
}

/** The ledger once the swap is published, and known to have replaced what was served, and the parent has done its part. */
function afterSwap(
  state: RotationState,
  rollover: Rollover,
  policy: Policy,
  now: number,
  zone: ZoneTimes,
): Ledger {
  const { publications, parent } = underPolicy(state.ledger, policy);
  const serial = (newestPublication(state.ledger)?.serial ?? 0) + 1;
  const { dnskeyTtl, maxTtl, propagation } = zone;
  const next = nextPublication(swapped(state, rollover));
  const times = { since: now, established: now, dnskeyTtl, maxTtl, propagation };
  const sets = distinct(servedDs(state.ledger).map((ds) => dsInPlaceOf(ds, state, rollover, policy)));
  const isChanged = dsOf(state, rollover.new, policy).length > 0 && parent.length > 0;
  const { parentDsTtl: ttl, parentPropagationDelay } = policy;
  return {
    publications: [...publications, { serial, digest: '', ...next, ...times }],
    parent: isChanged
      ? [
          ...parent.map((version) =>
            version.replaced === undefined ? { ...version, replaced: now } : version,
          ),
          ...sets.map((ds) => ({
            ds,
            since: now,
            ttl,
            propagation: parentPropagationDelay,
            confirmed: true,
          })),
        ]
      : parent,
  };
}

/** Whether a combination may be in caches already, and is refused there. */
function isHeld({ ds, keySets, data }: Caches, [anchors, keys, records]: Combination): boolean {
  return (
    ds.some(({ value }) => sameDsSet(value, anchors)) &&
    keySets.some(({ value }) => sameKeySet(value, keys)) &&
    data.some(({ value }) => sameData(value, records))
  );
}

type Combination = Parameters<typeof validate>;

/** Without those that take more cached versions to break than another, and of those that take the same only one. */
function leastOf(witnesses: readonly Witness[]): Witness[] {
  const partsOf = ({ held }: Witness): string[] =>
    held.map(({ part, source }) => JSON.stringify([part, source]));
  const sets = witnesses.map((witness) => ({ witness, parts: partsOf(witness) }));
  return sets
    .filter(
      ({ parts }, index) =>
        !sets.some(
          (other, at) =>
            other.parts.every((part) => parts.includes(part)) &&
            (other.parts.length < parts.length || (other.parts.length === parts.length && at < index)),
        ),
    )
    .map(({ witness }) => witness);
}
