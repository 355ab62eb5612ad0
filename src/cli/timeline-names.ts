import type { KeyLane, PhaseState, Timeline } from '../rollover/timeline.ts';
import { printDate } from './timeline-axis.ts';

/** What the states of a timeline mean, in the order of a key's life. */
export const PHASE_MEANINGS: Readonly<Record<PhaseState, string>> = {
  pending: 'pending: published or prepared, nothing relies on it yet',
  active: 'active: signs, and is relied on',
  retired: 'retired: stays until no cache needs it',
};

/** How a timeline calls its keys: by role and tag; those to be made `KSK +1`, the next but one `KSK +2`. */
export function laneNames({ lanes }: Pick<Timeline, 'lanes'>): ReadonlyMap<string, string> {
  const made = new Map<string, number>();
  return new Map(
    lanes.map(({ base, role, keyTag }) => {
      if (keyTag !== undefined) return [base, `${role.toUpperCase()} ${keyTag}`];
      const count = (made.get(role) ?? 0) + 1;
      made.set(role, count);
      return [base, `${role.toUpperCase()} +${count}`];
    }),
  );
}

/** A key's life in one sentence, for those who do not see the picture. */
export function laneInWords(name: string, { phases }: KeyLane): string {
  const parts = phases.map(
    ({ state, from, to }) =>
      `${state} from ${printDate(from)}${Number.isFinite(to) ? ` to ${printDate(to)}` : ' on'}`,
  );
  return `${name}: ${parts.join(', ')}.`;
}
