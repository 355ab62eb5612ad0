import { signsKeys } from '../keys/roles.ts';
import { agreementsOf } from './agreement.ts';
import { digestTypes, distinct, dsOf, servedDs, setsBetween } from './ds-sets.ts';
import { cachesAt, type Ledger, type ParentVersion } from './ledger.ts';
import type { Policy } from './policy.ts';
import { proveDsSets, type Proof } from './proof.ts';
import type { ParentStep } from './rollovers.ts';
import type { ManagedKey, Rollover, RotationState } from './state.ts';
import { decide, marginOf, stepDone, waitFor, type Outcome } from './step-outcome.ts';
import { contentOf, sameDs, type DsSet } from './validation.ts';

/** Asks for another DS set once every set on the way is proven safe, then waits until the parent is known to have it. */
export function takeParentStep(
  state: RotationState,
  rollover: Rollover,
  step: ParentStep,
  policy: Policy,
  now: number,
): Outcome {
  const missing = rollover.decided === undefined ? [] : missingAtParent(state, rollover, step, policy);
  if (rollover.decided !== undefined && missing.length === 0) return stepDone(state, rollover, step, now);
  const asking = rollover.decided === undefined ? withDigestTypes(state, rollover, step, policy) : state;
  const { sets, proof } = bestOffer(asking, rollover, step, policy, now);
  // The offer stands until it is taken up, whatever the parent was seen to serve meanwhile.
  const ledger = proof.safe ? underPolicy(offered(state.ledger, sets, now), policy) : state.ledger;
  if (rollover.decided !== undefined) {
    const keyTags = missing.map(({ keyTag }) => keyTag);
    return {
      wait: { rollover, step, reason: { kind: 'parent', keyTags }, until: Infinity },
      state: { ...state, ledger },
    };
  }
  if (!proof.safe) return waitFor(rollover, step, proof);
  const wantedDs = wantedAfter(state, rollover, step);
  const overcome = (): Proof => bestOffer(asking, rollover, step, policy, -Infinity).proof;
  return decide({ ...asking, wantedDs, ledger }, rollover, step, now, overcome);
}

/** DS sets that the parent may serve from an offer on, and whether they are safe. */
interface Offer {
  readonly sets: readonly DsSet[];
  readonly proof: Proof;
}

/** Lets the new DS stand in for the old in any order, unless a DS that stays would stand alone then with no key for it: it is bound to the old. */
function bestOffer(
  state: RotationState,
  rollover: Rollover,
  step: ParentStep,
  policy: Policy,
  now: number,
): Offer {
  const added = step.ask === 'add-new' ? dsOf(state, rollover.new, policy) : [];
  const old = new Set(state.keys.filter(({ base }) => rollover.old.includes(base)).map((key) => key.dnskey));
  const withoutOld = (ds: DsSet): DsSet => ds.filter(({ key }) => key === undefined || !old.has(key));
  const served = servedDs(state.ledger);
  const caches = cachesAt(state.ledger, now, marginOf(step, policy));
  const offer = (setsFrom: (ds: DsSet) => DsSet[]): Offer => {
    const sets = distinct(served.flatMap(setsFrom));
    return { sets, proof: proveDsSets(caches, served, sets, agreementsOf(state)) };
  };
  if (step.ask === 'remove-old') return offer((ds) => setsBetween(ds, withoutOld(ds)));
  const withAdded = (ds: DsSet): DsSet => [
    ...ds,
    ...added.filter((record) => !ds.some((other) => sameDs(other, record))),
  ];
  const adding = (ds: DsSet): DsSet[] => setsBetween(ds, withAdded(ds));
  if (step.safe === 'between') return offer(adding);
  const replacing = offer((ds) => setsBetween(ds, withAdded(withoutOld(ds))));
  if (replacing.proof.safe || replacing.proof.until < Infinity) return replacing;
  return offer((ds) => [...adding(ds), ...setsBetween(withAdded(ds), withAdded(withoutOld(ds)))]);
}

/**
 * The new keys with the digest types that their DS is to have: the policy's; or those that the parent's DS have already, where the new DS
 * stands there before its DNSKEY. What the parent may have of a key already stays what is asked for.
 */
function withDigestTypes(
  state: RotationState,
  rollover: Rollover,
  step: ParentStep,
  policy: Policy,
): RotationState {
  if (step.ask === 'remove-old') return state;
  const isNew = ({ base, role }: ManagedKey): boolean => rollover.new.includes(base) && signsKeys(role);
  const algorithms = new Set(state.keys.filter(isNew).map(({ algorithm }) => algorithm));
  const served = servedDs(state.ledger);
  const isAsked = ({ dnskey, dsDigestTypes }: ManagedKey): boolean =>
    dsDigestTypes !== undefined && served.some((ds) => ds.some(({ key }) => key === dnskey));
  const [first = [], ...others] = served.map((ds) =>
    ds.flatMap(({ algorithm, digestType }) => (algorithms.has(algorithm) ? digestType : [])),
  );
  const common = [...new Set(first)].filter((type) => others.every((types) => types.includes(type)));
  const types = step.safe === 'between' && common.length > 0 ? common : digestTypes(policy);
  const keys = state.keys.map((key) =>
    isNew(key) && !isAsked(key) ? { ...key, dsDigestTypes: types } : key,
  );
  return { ...state, keys };
}

/** What the parent is asked for: what it may have already, with the new DS or without the old. */
function wantedAfter(
  { keys, wantedDs, ledger }: RotationState,
  rollover: Rollover,
  { ask, replaces }: ParentStep,
): string[] {
  if (ask === 'remove-old') return wantedDs.filter((base) => !rollover.old.includes(base));
  const served = new Set(servedDs(ledger).flatMap((ds) => ds.map(({ key }) => key)));
  // What was asked for in vain before a key was replaced is asked for no more.
  const kept = keys.filter(
    ({ base, dnskey }) =>
      wantedDs.includes(base) && served.has(dnskey) && !(replaces === true && rollover.old.includes(base)),
  );
  const added = keys.filter(({ base, role }) => rollover.new.includes(base) && signsKeys(role));
  return [...new Set([...kept, ...added].map(({ base }) => base))];
}

/**
 * The keys of a step whose DS the parent is not known to have added or removed. Where the new DS has to stand beside the old before its DNSKEY is there,
 * all the records that were asked for count: a validator may look at the strongest digest alone (RFC 4509 section 3).
 */
function missingAtParent(
  state: RotationState,
  rollover: Rollover,
  { ask, safe }: ParentStep,
  policy: Policy,
): ManagedKey[] {
  const served = servedDs(state.ledger);
  const has = (ds: DsSet, { dnskey }: ManagedKey): boolean => ds.some(({ key }) => key === dnskey);
  const hasAll = (ds: DsSet, { base }: ManagedKey): boolean =>
    dsOf(state, [base], policy).every((record) => ds.some((other) => sameDs(other, record)));
  const isThere = safe === 'between' ? hasAll : has;
  const bases = ask === 'add-new' ? rollover.new : rollover.old;
  return state.keys
    .filter((key) => bases.includes(key.base) && signsKeys(key.role))
    .filter((key) =>
      ask === 'add-new' ? !served.every((ds) => isThere(ds, key)) : served.some((ds) => has(ds, key)),
    );
}

/** The ledger after a set was asked for: every set on the way is possible from now on. */
export function offered(ledger: Ledger, sets: readonly DsSet[], now: number): Ledger {
  const known = new Set(
    ledger.parent.filter(({ replaced }) => replaced === undefined).map(({ ds }) => contentOf(ds)),
  );
  const parent: ParentVersion[] = [...ledger.parent];
  for (const ds of sets) {
    if (known.has(contentOf(ds))) continue;
    known.add(contentOf(ds));
    parent.push({
      ds,
      since: now,
      ttl: 0,
      propagation: 0,
      confirmed: false,
    });
  }
  return { ...ledger, parent };
}

/** The ledger where all that the parent may serve now has the largest TTL and delay that it was seen to have or the policy expects. */
export function underPolicy(ledger: Ledger, { parentDsTtl, parentPropagationDelay }: Policy): Ledger {
  const served = ledger.parent.filter(({ replaced }) => replaced === undefined);
  const ttl = Math.max(parentDsTtl, ...served.map((version) => version.ttl));
  const propagation = Math.max(parentPropagationDelay, ...served.map((version) => version.propagation));
  const parent = ledger.parent.map((version) =>
    version.replaced === undefined ? { ...version, ttl, propagation } : version,
  );
  return { ...ledger, parent };
}
