import type { Publication } from './ledger.ts';
import { PlannedRuns } from './planned-runs.ts';
import type { Policy } from './policy.ts';
import type { RotationState } from './state.ts';

/** One date of a plan. */
export interface PlanEntry {
  /** Epoch seconds. */
  readonly time: number;
  /** The rollover's title, or what else it is that happens. */
  readonly rollover: string;
  /** What happens: "publish the new DNSKEY". */
  readonly what: string;
  readonly actor: 'zonewright' | 'operator';
  /** Keys that it is about; those that do not exist yet are named by their role. */
  readonly keys: readonly string[];
}

/** What a plan takes for granted of the zone where nothing was published yet. */
export type ZoneTimes = Pick<Publication, 'dnskeyTtl' | 'maxTtl' | 'propagation'>;

/** What a plan begins with, beside the state. */
export interface PlannedZone extends ZoneTimes {
  /** Base names of the keys whose private halves are gone; none by default. */
  readonly lost?: ReadonlySet<string> | undefined;
  /** How the zone that is served denies; undefined where it is not signed, or nobody knows. */
  readonly denial?: Policy['denial'] | undefined;
}

/** More turns than any plan of some years has: a plan that does not come forward is a defect, not an endless loop. */
const MAX_TURNS = 100_000;

/** Is shown the state as it will be at a time, once everything is done that can be done then. */
export type PlanObserver = (state: RotationState, time: number) => void;

/**
 * What will happen until a time, if every run takes place, every signing succeeds at once and the operator acts on the day.
 * The state is not changed; its future is.
 */
export function planRotation(
  state: RotationState,
  policy: Policy,
  now: number,
  until: number,
  zone: PlannedZone,
  observe: PlanObserver = () => undefined,
): PlanEntry[] {
  const runs = new PlannedRuns(state, policy, now, zone);
  for (let turn = 0; turn < MAX_TURNS && runs.now <= until; turn++) {
    runs.act();
    observe(runs.state, runs.now);
    if (!runs.goOn()) break;
  }
  return runs.entries.filter(({ time }) => time <= until);
}
