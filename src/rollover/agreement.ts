import type { RotationState } from './state.ts';
import { contentOf, sameData, sameKeySet, type DsSet, type KeySet, type ZoneData } from './validation.ts';

/**
 * What the operator has agreed to break for a while: a combination of these versions may fail, and none with another version in it. Who would break
 * was told before (`at-once.ts`).
 */
export interface Agreement {
  /** When he agreed, in epoch seconds. */
  readonly time: number;
  /** Until when the last would be broken, if everybody acted at once. */
  readonly until: number;
  readonly ds: readonly DsSet[];
  readonly keySets: readonly KeySet[];
  readonly data: readonly ZoneData[];
}

/** What is agreed to in the rollovers in progress. */
export function agreementsOf({ rollovers }: Pick<RotationState, 'rollovers'>): Agreement[] {
  return rollovers.flatMap(({ agreed }) => agreed ?? []);
}

/** Whether somebody has agreed that this combination may fail. */
export function isAgreed(
  agreements: readonly Agreement[],
  ds: DsSet,
  keySet: KeySet,
  data: ZoneData,
): boolean {
  return agreements.some(
    (agreed) =>
      agreed.ds.some((other) => contentOf(other) === contentOf(ds)) &&
      agreed.keySets.some((other) => sameKeySet(other, keySet)) &&
      agreed.data.some((other) => sameData(other, data)),
  );
}
