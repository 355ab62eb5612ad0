import { ROLLOVERS } from '../rollover/rollovers.ts';
import type { RotationState } from '../rollover/state.ts';
import type { Environment } from './environment.ts';
import type { RotateOptions } from './rotation-options.ts';

/**
 * Whether a run of `rotate` looks at the parent: where the operator says so; else by policy, while a rollover waits for the parent, and not under a
 * made-up clock, for which the present is no evidence.
 */
export function looksAtParent(
  state: RotationState,
  { checkParent, policy, planFor }: RotateOptions,
  { dns, simulated }: Environment,
): boolean {
  if (checkParent !== undefined) return checkParent;
  return (
    policy.checkParent && dns !== undefined && !simulated && planFor === undefined && waitsForParent(state)
  );
}

/** Whether the parent was asked for something that it is not known to have done. */
export function waitsForParent({ rollovers }: RotationState): boolean {
  return rollovers.some(
    ({ name, step, decided }) => decided !== undefined && ROLLOVERS[name].steps[step]?.kind === 'parent',
  );
}
