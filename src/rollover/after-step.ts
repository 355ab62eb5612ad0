import { signsKeys, signsZone } from '../keys/roles.ts';
import type { PublishStep } from './rollovers.ts';
import type { KeyUse, ManagedKey, Rollover, RotationState } from './state.ts';

/** The state in which the keys do what they do after a step. */
export function afterStep(state: RotationState, rollover: Rollover, step: PublishStep): RotationState {
  const keys = state.keys.map((key) => {
    const use = useAfter(key, rollover, step);
    return use === key.use ? key : { ...key, use };
  });
  return { ...state, keys };
}

/** What a key does after a step, as far as its role has a part in it. */
function useAfter(key: ManagedKey, rollover: Rollover, step: PublishStep): KeyUse {
  const change = rollover.old.includes(key.base)
    ? step.old
    : rollover.new.includes(key.base)
      ? step.new
      : undefined;
  if (change === undefined) return key.use;
  const use = { ...key.use, ...change };
  return {
    published: use.published,
    signsKeys: use.signsKeys && signsKeys(key.role),
    signsZone: use.signsZone && signsZone(key.role),
  };
}
