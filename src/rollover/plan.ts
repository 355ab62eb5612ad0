import { advance } from './engine.ts';
import type { Publication } from './ledger.ts';
import { PlannedRuns } from './planned-runs.ts';
import type { Policy } from './policy.ts';
import { ROLLOVERS } from './rollovers.ts';
import { keyNamed, type RotationState } from './state.ts';

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
  const asked = openRequests(state, policy, now, zone.lost);
  const runs = new PlannedRuns(state, policy, now, zone);
  for (let turn = 0; turn < MAX_TURNS && runs.now <= until; turn++) {
    runs.act();
    observe(runs.state, runs.now);
    if (!runs.goOn()) break;
  }
  return [...asked, ...runs.entries.filter(({ time }) => time <= until)];
}

/** What was asked of the parent before now and is not done: by the plan, somebody does it first of all. */
function openRequests(
  state: RotationState,
  policy: Policy,
  now: number,
  lost: PlannedZone['lost'],
): PlanEntry[] {
  const { decisions, waits } = advance(state, policy, now, lost);
  return waits.flatMap(({ rollover, step, reason }) => {
    if (reason.kind !== 'parent' || step.kind !== 'parent') return [];
    // What is asked for only now is in the plan itself.
    if (decisions.some((decision) => decision.step === step && decision.rollover.name === rollover.name))
      return [];
    const keys = (step.ask === 'add-new' ? rollover.new : rollover.old).filter((base) =>
      reason.keyTags.includes(keyNamed(state, base)?.keyTag ?? -1),
    );
    const { title } = ROLLOVERS[rollover.name];
    return { time: now, rollover: title, what: step.does, actor: 'operator', keys } as const;
  });
}
