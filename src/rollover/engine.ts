import { latestTime } from './ledger.ts';
import { NONE_LOST } from './next-publication.ts';
import { takeParentStep, underPolicy } from './parent-step.ts';
import type { Policy } from './policy.ts';
import { takePublishStep } from './publish-step.ts';
import { ROLLOVERS, type Step } from './rollovers.ts';
import { keyNamed, type KeyUse, type ManagedKey, type Rollover, type RotationState } from './state.ts';
import type { Decision, Outcome, Wait } from './step-outcome.ts';

export interface Advance {
  readonly state: RotationState;
  readonly decisions: readonly Decision[];
  readonly waits: readonly Wait[];
}

/**
 * Takes every rollover as far as is proven safe at `now`. Pure: the same input gives the same answer.
 * @param lost base names of keys whose private halves are gone: they make no new signature, and the old ones stay
 */
export function advance(
  state: RotationState,
  policy: Policy,
  now: number,
  lost: ReadonlySet<string> = NONE_LOST,
): Advance {
  const decisions: Decision[] = [];
  const waits: Wait[] = [];
  let current = { ...state, ledger: underPolicy(state.ledger, policy) };
  // A swap at once goes first: what was agreed to is told of the keys as they are.
  const [swaps, others] = [true, false].map((isSwap) =>
    state.rollovers.filter(({ agreed }) => (agreed !== undefined) === isSwap),
  );
  for (const { started, name } of [...swaps!, ...others!]) {
    const find = (): Rollover | undefined =>
      current.rollovers.find((other) => other.started === started && other.name === name);
    for (let rollover = find(); rollover !== undefined; rollover = find()) {
      const outcome = takeStep(current, rollover, policy, now, lost);
      if ('wait' in outcome) {
        waits.push(outcome.wait);
        current = outcome.state ?? current;
        break;
      }
      decisions.push(outcome.decision);
      current = outcome.state;
    }
  }
  return { state: current, decisions, waits };
}

function takeStep(
  state: RotationState,
  rollover: Rollover,
  policy: Policy,
  now: number,
  lost: ReadonlySet<string>,
): Outcome {
  const step = ROLLOVERS[rollover.name].steps[rollover.step];
  if (step === undefined) return finish(state, rollover, now);
  const inner = innerRollover(state, rollover);
  if (inner !== undefined && !needsOuter(takeStep(state, inner, policy, now, lost), step))
    return { wait: { rollover, step, reason: { kind: 'rollover', inner }, until: Infinity } };
  const latest = latestTime(state.ledger);
  if (removes(step) && rollover.decided === undefined && now < latest)
    return { wait: { rollover, step, reason: { kind: 'clock' }, until: latest } };
  return step.kind === 'publish'
    ? takePublishStep(state, rollover, step, policy, now, lost)
    : takeParentStep(state, rollover, step, policy, now);
}

function removes(step: Step): boolean {
  return step.kind === 'parent' ? step.ask === 'remove-old' : step.margin === 'retire';
}

/** A rollover that began later and takes one of this one's keys away: this one goes on with that key's successor. */
function innerRollover({ rollovers }: RotationState, outer: Rollover): Rollover | undefined {
  const keys = new Set([...outer.old, ...outer.new]);
  return rollovers.slice(rollovers.indexOf(outer) + 1).find(({ old }) => old.some((base) => keys.has(base)));
}

function finish(state: RotationState, rollover: Rollover, now: number): Outcome {
  const others = state.rollovers.filter((other) => other !== rollover);
  const begunBefore = state.rollovers.indexOf(rollover);
  const step = ROLLOVERS[rollover.name].steps.at(-1)!;
  const next = {
    ...state,
    keys: markRemoved(state.keys, rollover, now),
    rollovers: others.map((other, index) =>
      index < begunBefore ? withReplacement(other, rollover, state) : other,
    ),
  };
  return { state: next, decision: { rollover, step, kind: 'finished' } };
}

/**
 * Whether a rollover stands still for want of a key, or of a DS that the parent does not have: then another that takes that key away, or asks for
 * that DS, goes first, though it may use what the one takes away.
 */
function needsOuter(outcome: Outcome, outer: Step): boolean {
  if (!('wait' in outcome)) return false;
  const { reason, step, until } = outcome.wait;
  const isUnsafe = reason.kind === 'proof' && until === Infinity;
  return reason.kind === 'lost' || (isUnsafe && step.kind === 'parent' && outer.kind === 'parent');
}

/** The rollover with the keys that have taken the place of its own. */
function withReplacement(outer: Rollover, inner: Rollover, state: RotationState): Rollover {
  const successorOf = (base: string): string => {
    if (!inner.old.includes(base)) return base;
    const key = keyNamed(state, base);
    const successors = inner.new.flatMap((name) => keyNamed(state, name) ?? []);
    return successors.find(({ role }) => role === key?.role)?.base ?? base;
  };
  const fresh = outer.new.map(successorOf);
  return { ...outer, old: outer.old.map(successorOf).filter((base) => !fresh.includes(base)), new: fresh };
}

function markRemoved(keys: readonly ManagedKey[], rollover: Rollover, now: number): ManagedKey[] {
  return keys.map((key) =>
    rollover.old.includes(key.base) && key.removed === undefined && isUnused(key.use)
      ? { ...key, removed: now }
      : key,
  );
}

function isUnused({ published, signsKeys: keys, signsZone: zone }: KeyUse): boolean {
  return !published && !keys && !zone;
}
