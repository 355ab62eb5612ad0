import { signsKeys } from '../keys/roles.ts';
import { keyStatus } from '../rollover/key-status.ts';
import type { KeyStatus, ManagedKey, RotationState } from '../rollover/state.ts';
import { retiredSince, type KeyLane, type Timeline } from '../rollover/timeline.ts';
import type { PrivateFiles } from './status-files.ts';
import type { KeyReport, RolloverReport } from './status-report.ts';

const STATE_ORDER: readonly KeyStatus[] = ['active', 'pending', 'retired', 'removed'];

/**
 * Each key that the rotation state knows, and what comes next for it.
 * @param elsewhere base names of the keys that are in a safe
 */
export function keyReports(
  state: RotationState,
  rollovers: readonly RolloverReport[],
  { lanes, now }: Timeline,
  { bases }: PrivateFiles,
  elsewhere: ReadonlySet<string>,
): KeyReport[] {
  const reports = state.keys.map((key): KeyReport => {
    const status = keyStatus(state, key);
    const index = state.rollovers.findIndex(
      (rollover) => rollover.old.includes(key.base) || rollover.new.includes(key.base),
    );
    return {
      base: key.base,
      role: key.role,
      algorithm: key.algorithm,
      keyTag: key.keyTag,
      state: status,
      since: sinceOf(key, status, state),
      next: status === 'removed' ? undefined : nextPhase(laneOf(lanes, key.base), status, now),
      waitsFor: status === 'removed' ? undefined : rollovers[index]?.task.what,
      hasPrivate: bases.has(key.base),
      isElsewhere: elsewhere.has(key.base),
      isPurged: key.purged !== undefined,
    };
  });
  return sortedKeys(reports);
}

/** Keys with a DS first; of each kind those in use before others. */
export function sortedKeys(keys: readonly KeyReport[]): KeyReport[] {
  const order = ({ role, state, since = 0 }: KeyReport): number[] => [
    signsKeys(role) ? 0 : 1,
    STATE_ORDER.indexOf(state),
    -since,
  ];
  return [...keys].sort((a, b) => {
    const [orderA, orderB] = [order(a), order(b)];
    const first = orderA.findIndex((value, index) => value !== orderB[index]);
    return first < 0 ? 0 : orderA[first]! - orderB[first]!;
  });
}

/** What comes after the state that a key is in now. */
export function nextPhase(
  lane: KeyLane | undefined,
  state: KeyStatus,
  now: number,
): KeyReport['next'] | undefined {
  if (lane === undefined) return undefined;
  const next = lane.phases.find((phase) => phase.from >= now && phase.state !== state);
  if (next !== undefined) return { state: next.state, at: next.from };
  const last = lane.phases.at(-1);
  return last === undefined || !Number.isFinite(last.to) || last.to <= now
    ? undefined
    : { state: 'removed', at: last.to };
}

function laneOf(lanes: readonly KeyLane[], base: string): KeyLane | undefined {
  return lanes.find((lane) => lane.base === base);
}

function sinceOf(key: ManagedKey, status: KeyStatus, state: RotationState): number | undefined {
  switch (status) {
    case 'pending':
      return key.created;
    case 'active':
      return key.activated;
    case 'retired':
      return retiredSince(key, state);
    case 'removed':
      return key.removed;
  }
}
