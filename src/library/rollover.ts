import { nameFromText } from '../dns/name.ts';
import { planRotation, type PlanEntry, type ZoneTimes } from '../rollover/plan.ts';
import { DEFAULT_POLICY, type Policy } from '../rollover/policy.ts';
import { printStateDocument, readStateDocument } from '../rollover/state-document.ts';
import type { RotationState } from '../rollover/state.ts';

export { nextPublication } from '../rollover/next-publication.ts';
export { advance } from '../rollover/engine.ts';
export type { Decision, Wait } from '../rollover/step-outcome.ts';
export type { Advance } from '../rollover/engine.ts';
export { withDsPublished, withDsWithdrawn } from '../rollover/facts.ts';
export type { PlanEntry, ZoneTimes } from '../rollover/plan.ts';
export { DEFAULT_POLICY } from '../rollover/policy.ts';
export type { Policy } from '../rollover/policy.ts';
export type { ManagedKey, Rollover, RotationState } from '../rollover/state.ts';

/**
 * The rotation state in a state file.
 * @param text the content of `<key directory>/<zone>.state.json`
 * @throws ZonewrightError `state/damaged`, `state/newer`, `state/other-zone`
 */
export function readState(text: string, zone: string): RotationState {
  return readStateDocument(text, '<state>', nameFromText(zone)).state;
}

/** The text of a state file. */
export function printState(state: RotationState, zone: string): string {
  return printStateDocument(nameFromText(zone), { state, simulated: false });
}

/** Seconds. */
const HOUR = 3600;
const YEAR = 365 * 24 * HOUR;

export interface PlanOptions {
  readonly policy?: Policy;
  /** Epoch seconds; that of the clock by default. */
  readonly now?: number;
  /** How many seconds ahead; a year by default. */
  readonly span?: number;
  /** What holds for a zone that was never published; an hour for each TTL and for its way to all servers by default. */
  readonly times?: ZoneTimes;
}

/** What will happen to the keys of a zone, with dates: if every run takes place, and the operator acts on the day. The state stays as it is. */
export function planRollovers(state: RotationState, options: PlanOptions = {}): readonly PlanEntry[] {
  const {
    policy = DEFAULT_POLICY,
    now = Math.floor(Date.now() / 1000),
    span = YEAR,
    times = { dnskeyTtl: policy.dnskeyTtl, maxTtl: HOUR, propagation: HOUR },
  } = options;
  return planRotation(state, policy, now, now + span, times);
}
