import { newestPublication } from './ledger.ts';
import { nextPublication } from './next-publication.ts';
import type { Policy } from './policy.ts';
import { requestsAreInTheWay } from './requests.ts';
import { ROLLOVERS } from './rollovers.ts';
import type { RotationState } from './state.ts';
import { sameData, sameKeySet } from './validation.ts';

/** Whether the newest version is not what the state wants: in its keys and signatures, or in what CDS and CDNSKEY ask of the parent. */
export function needsSigning(state: RotationState, { cds }: Pick<Policy, 'cds'>): boolean {
  return needsPublication(state) || (cds && asksAnew(state));
}

/** Whether rollovers cannot go on before a version with other keys or signers is published, or one without CDS and CDNSKEY. */
export function needsPublication(state: RotationState): boolean {
  const hasRequests = newestPublication(state.ledger)?.requests !== undefined;
  return needsOtherKeys(state) || (hasRequests && requestsAreInTheWay(state));
}

/** Whether a version with other keys or signers than the newest one is to be published. */
export function needsOtherKeys(state: RotationState): boolean {
  const newest = newestPublication(state.ledger);
  const next = nextPublication(state);
  if (newest === undefined) return next.keySet.keys.length > 0 || next.data.signerSets.flat().length > 0;
  return !sameKeySet(newest.keySet, next.keySet) || !sameData(newest.data, next.data);
}

/** Whether something was asked of the parent since the newest version. */
function asksAnew({ rollovers, ledger }: RotationState): boolean {
  const since = newestPublication(ledger)?.since ?? Infinity;
  return rollovers.some(
    ({ name, step, decided = -Infinity }) =>
      ROLLOVERS[name].steps[step]?.kind === 'parent' && decided > since,
  );
}
