import { signsKeys } from '../keys/roles.ts';
import { agreementsOf } from './agreement.ts';
import { dsOf, servedDs, setsBetween } from './ds-sets.ts';
import { cachesAt } from './ledger.ts';
import { offered, underPolicy } from './parent-step.ts';
import type { Policy } from './policy.ts';
import { bothProofs, proveDsSets, SAFE, type Proof } from './proof.ts';
import type { ManagedKey, RotationState } from './state.ts';

/** What was asked of the parent; before anything was, the keys that will be, as soon as that is safe. */
export function wantedAnchors(state: RotationState): readonly ManagedKey[] {
  const asked = state.keys.filter(({ base }) => state.wantedDs.includes(base));
  if (asked.length > 0) return asked;
  const coming = state.rollovers.filter(({ name }) => name === 'enable').flatMap((rollover) => rollover.new);
  return state.keys.filter(({ base, role }) => coming.includes(base) && signsKeys(role));
}

/** Whether every set that the parent may pass through on its way to the wanted one is safe. */
export function proveWanted(state: RotationState, policy: Policy, now: number): Proof {
  const wanted = wantedAnchors(state);
  const isAsked = state.wantedDs.length > 0;
  if (!isAsked && !wanted.every(({ dnskey }) => isPublished(state, dnskey))) return NOT_PUBLISHED;
  // What was asked for was proven with the margin; only that of a zone that was taken over was not.
  const caches = cachesAt(state.ledger, now, isAsked ? 0 : policy.publishSafety);
  const target = dsOf(
    state,
    wanted.map(({ base }) => base),
    policy,
  );
  return servedDs(state.ledger)
    .map((current) => proveDsSets(caches, [current], setsBetween(current, target), agreementsOf(state)))
    .reduce(bothProofs, SAFE);
}

/**
 * The state that knows of a first DS which `ds` may have given out: from when on it is safe, the operator need not wait for a run that asks for it.
 */
export function withFirstDsOffered(state: RotationState, policy: Policy, now: number): RotationState {
  const wanted = wantedAnchors(state);
  const isGivenOut = state.wantedDs.length === 0 && wanted.length > 0 && proveWanted(state, policy, now).safe;
  if (!isGivenOut) return state;
  const target = dsOf(
    state,
    wanted.map(({ base }) => base),
    policy,
  );
  const sets = servedDs(state.ledger).flatMap((current) => setsBetween(current, target));
  return { ...state, ledger: underPolicy(offered(state.ledger, sets, now), policy) };
}

/** Nothing is in any cache yet: what is wrong is that there is no signed zone. */
export const NOT_PUBLISHED: Proof = {
  safe: false,
  until: Infinity,
  witness: { fault: { kind: 'keys-not-signed', algorithm: 0 }, held: [], until: Infinity },
};

function isPublished({ ledger }: RotationState, dnskey: string): boolean {
  return ledger.publications.some(
    ({ established, keySet }) => established !== undefined && keySet.keys.includes(dnskey),
  );
}
