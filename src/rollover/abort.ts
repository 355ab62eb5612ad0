import { dsOf, servedDs, setsBetween } from './ds-sets.ts';
import { nextPublication } from './next-publication.ts';
import { fullUse } from './due.ts';
import { cachesAt, currentPublication } from './ledger.ts';
import type { Policy } from './policy.ts';
import { proveDs, provePublication, type Proof } from './proof.ts';
import { UNUSED, type Rollover, type RotationState } from './state.ts';

export type Abort =
  | { readonly state: RotationState }
  | { readonly refused: Proof & { readonly safe: false } }
  /** The parent may serve a DS of this key, which would lose its DNSKEY. */
  | { readonly atParent: readonly string[] };

/** Takes a rollover back: the old keys do everything again, the new ones nothing. Only where no cache relies on the new ones yet. */
export function abortRollover(state: RotationState, rollover: Rollover, policy: Policy, now: number): Abort {
  const anchored = state.keys.filter(
    ({ base, dnskey }) =>
      rollover.new.includes(base) &&
      servedDs(state.ledger).some((ds) => ds.some(({ key }) => key === dnskey)),
  );
  if (anchored.length > 0) return { atParent: anchored.map(({ base }) => base) };
  const keys = state.keys.map((key) =>
    rollover.new.includes(key.base)
      ? { ...key, use: UNUSED }
      : rollover.old.includes(key.base)
        ? { ...key, use: fullUse(key.role) }
        : key,
  );
  const wantedDs = [
    ...new Set([
      ...state.wantedDs.filter((base) => !rollover.new.includes(base)),
      ...rollover.old.filter((base) => isAnchor(state, base)),
    ]),
  ];
  const next: RotationState = {
    ...state,
    keys,
    wantedDs,
    rollovers: state.rollovers.filter((other) => other !== rollover),
    ...(rollover.name === 'algorithm' ? { askedAlgorithm: undefined } : {}),
  };
  const caches = cachesAt(state.ledger, now);
  const proof = provePublication(caches, currentPublication(state.ledger), nextPublication(next));
  if (!proof.safe) return { refused: proof };
  for (const current of servedDs(state.ledger)) {
    for (const ds of setsBetween(current, dsOf(next, wantedDs, policy))) {
      const parentProof = proveDs(caches, current, ds);
      if (!parentProof.safe) return { refused: parentProof };
    }
  }
  return { state: next };
}

function isAnchor({ keys }: RotationState, base: string): boolean {
  return keys.some((key) => key.base === base && key.role !== 'zsk');
}
