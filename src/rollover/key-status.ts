import { signsKeys } from '../keys/roles.ts';
import { currentPublication } from './ledger.ts';
import { ROLLOVERS } from './rollovers.ts';
import type { KeyStatus, ManagedKey, RotationState } from './state.ts';

/**
 * What people call the state that a key is in.
 *
 * A ZSK is pending until it signs, active while it signs, then retired. A key with a DS is pending until that is confirmed, and retired once
 * the parent has moved on in a rollover that takes the key away. A removed key is out of the zone for good.
 */
export function keyStatus(state: RotationState, key: ManagedKey): KeyStatus {
  if (key.removed !== undefined) return 'removed';
  if (signsKeys(key.role)) {
    if (key.activated === undefined) return 'pending';
    return parentHasMovedOn(state, key) ? 'retired' : 'active';
  }
  if (signsNow(state, key)) return 'active';
  return key.activated === undefined ? 'pending' : 'retired';
}

/** Whether a key signs in the zone that is served; where none is known, whether it shall. */
function signsNow({ ledger }: RotationState, { dnskey, use }: ManagedKey): boolean {
  const served = currentPublication(ledger);
  if (served === undefined) return use.signsZone;
  return served.data.signerSets.some((signers) => signers.includes(dnskey));
}

/** Whether a rollover that takes the key away has a step at the parent behind it. */
function parentHasMovedOn({ rollovers }: RotationState, { base }: ManagedKey): boolean {
  return rollovers.some(
    ({ name, old, step }) =>
      old.includes(base) && ROLLOVERS[name].steps.slice(0, step).some(({ kind }) => kind === 'parent'),
  );
}
