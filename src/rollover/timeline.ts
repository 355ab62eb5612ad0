import { readKeyBaseName } from '../keys/key-name.ts';
import { signsKeys, signsZone, type Role } from '../keys/roles.ts';
import { keyStatus } from './key-status.ts';
import { planRotation, type PlanEntry, type PlannedZone } from './plan.ts';
import type { Policy } from './policy.ts';
import type { KeyStatus, ManagedKey, RotationState } from './state.ts';

/** What a key is while it is to be seen in a timeline: not removed. */
export type PhaseState = Exclude<KeyStatus, 'removed'>;

/** A span of time in which a key is in one state. Epoch seconds. */
export interface Phase {
  readonly state: PhaseState;
  readonly from: number;
  /** Infinity where no end is known. */
  readonly to: number;
}

/** A key's life. */
export interface KeyLane {
  /** Base name of its files; what a plan calls it where it is still to be made. */
  readonly base: string;
  readonly role: Role;
  /** Undefined for a key that is still to be made. */
  readonly keyTag: number | undefined;
  readonly phases: readonly Phase[];
}

/** The past and the planned future of a zone's keys. Epoch seconds. */
export interface Timeline {
  readonly from: number;
  readonly now: number;
  readonly to: number;
  /** Keys with a DS first, then the others; older ones first. Phases may begin before and end after the span. */
  readonly lanes: readonly KeyLane[];
  /** What will happen, if every run takes place and the operator acts on the day. */
  readonly plan: readonly PlanEntry[];
  /** When the first signature of the zone that is served expires. */
  readonly firstExpiration: number | undefined;
}

/** What has been, by the times of the keys, and what will be, by the plan. */
export function rotationTimeline(
  state: RotationState,
  policy: Policy,
  { from, now, to }: Pick<Timeline, 'from' | 'now' | 'to'>,
  zone: PlannedZone,
): Timeline {
  const lives = new Map<string, Life>();
  for (const key of state.keys) lives.set(key.base, { key, phases: pastPhases(key, state, now) });
  const plan = planRotation(state, policy, now, to, zone, (future, time) => {
    for (const key of future.keys) {
      const life = lives.get(key.base) ?? { key, phases: [] };
      lives.set(key.base, life);
      observe(life.phases, keyStatus(future, key), time);
    }
  });
  return {
    from,
    now,
    to,
    plan,
    lanes: sortedLanes(
      [...lives.values()].map(({ key, phases }) => ({
        base: key.base,
        role: key.role,
        // Plans and dry runs have names of their own for keys that nobody made.
        keyTag: readKeyBaseName(key.base) === undefined ? undefined : key.keyTag,
        phases: phases.filter((phase) => phase.to > Math.max(from, phase.from) && phase.from < to),
      })),
    ),
    firstExpiration: undefined,
  };
}

/** The lanes that show something, in their order. */
export function sortedLanes(lanes: readonly KeyLane[]): KeyLane[] {
  const order = ({ role, phases }: KeyLane): [number, number] => [
    signsKeys(role) ? 0 : 1,
    phases[0]?.from ?? 0,
  ];
  return lanes
    .filter(({ phases }) => phases.length > 0)
    .sort((a, b) => {
      const [[kindA, beginA], [kindB, beginB]] = [order(a), order(b)];
      return kindA - kindB || beginA - beginB;
    });
}

interface Life {
  readonly key: ManagedKey;
  readonly phases: Phase[];
}

function observe(phases: Phase[], status: KeyStatus, time: number): void {
  const last = phases.at(-1);
  if (last !== undefined && last.to === Infinity) {
    if (last.state === status) return;
    phases[phases.length - 1] = { ...last, to: time };
  }
  if (status !== 'removed') phases.push({ state: status, from: time, to: Infinity });
}

/** A key's life up to now, as far as its times tell; the last phase is open where the key still has it. */
function pastPhases(key: ManagedKey, state: RotationState, now: number): Phase[] {
  const { created, activated, removed } = key;
  const end = removed ?? Infinity;
  const begin = Math.min(created, activated ?? created);
  const phases: Phase[] = [{ state: 'pending', from: begin, to: activated ?? end }];
  if (activated !== undefined) {
    const retired = retiredSince(key, state);
    phases.push({ state: 'active', from: activated, to: retired ?? end });
    if (retired !== undefined) phases.push({ state: 'retired', from: retired, to: end });
  }
  return phases.filter((phase) => phase.to > phase.from && phase.from <= now);
}

/** When a key was retired: its successor took up its work. Undefined where it was not. */
export function retiredSince(key: ManagedKey, state: RotationState): number | undefined {
  const { activated, removed } = key;
  const status = keyStatus(state, key);
  if (activated === undefined || (status !== 'retired' && status !== 'removed')) return undefined;
  const successions = state.keys
    .filter((other) => other !== key && sharesWork(other, key))
    .flatMap((other) => other.activated ?? [])
    .filter((time) => time > activated && time <= (removed ?? Infinity));
  return successions.length === 0 ? undefined : Math.min(...successions);
}

function sharesWork(a: ManagedKey, b: ManagedKey): boolean {
  return (signsKeys(a.role) && signsKeys(b.role)) || (signsZone(a.role) && signsZone(b.role));
}
