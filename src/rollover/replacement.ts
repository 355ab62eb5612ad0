import { signsKeys, type Role } from '../keys/roles.ts';
import { abortRollover } from './abort.ts';
import { enabling, withRolloverStarted, type Due } from './due.ts';
import { servedDs } from './ds-sets.ts';
import { useIn } from './keys-to-publish.ts';
import { lostSigners, nextPublication, NONE_LOST } from './next-publication.ts';
import { afterStep } from './publish-step.ts';
import { newestPublication, type Ledger } from './ledger.ts';
import type { Policy } from './policy.ts';
import type { ZoneVersion } from './proof.ts';
import { ROLLOVERS, type RolloverName, type Step } from './rollovers.ts';
import { keyNamed, withRollover, type ManagedKey, type Rollover, type RotationState } from './state.ts';

/** How a key that must go is replaced, and what becomes of a rollover that it has a part in. */
export interface Replacement {
  /** The state, with that rollover hurried or taken back. */
  readonly state: RotationState;
  /** What begins; undefined where the rollover in progress does it. */
  readonly begins: Due | undefined;
  readonly hurried: Rollover | undefined;
  readonly aborted: Rollover | undefined;
  /** A key of which somebody has to say first whether its DS, the first of the zone, is at the parent. */
  readonly unknown: ManagedKey | undefined;
}

/**
 * The quickest way to replace a key that proves safe.
 *
 * - Where the parent has no DS, nothing relies on any key: others take the place of all of them at once, and what is in progress is for nothing.
 * - A rollover that takes the key away goes on without waiting for the end of its period, unless a step of it needs the key, and it is lost.
 * - A rollover that nothing relies on yet is taken back; if it was to bring the key, it begins again with another key.
 * - A new algorithm that nobody can sign with any more is withdrawn, unless the old one is lost as well and the parent has the DS of the new alone.
 * - If nothing but a DS relies on it, it begins again with another key, and that DS leaves with the old one.
 * - Else the key is replaced inside of the rollover in progress, which waits meanwhile and goes on with the successor.
 *
 * @param lost base names of the keys whose private halves are gone
 */
export function replacementOf(
  state: RotationState,
  key: ManagedKey,
  policy: Policy,
  now: number,
  lost: ReadonlySet<string>,
): Replacement {
  const part = { state, begins: undefined, hurried: undefined, aborted: undefined, unknown: undefined };
  if (signsKeys(key.role) && isInsecure(state.ledger)) {
    const old = state.keys.filter(isInZone);
    const next = { ...state, rollovers: [], wantedDs: [] };
    return { ...part, state: next, begins: { ...enabling(policy), old, urgent: true } };
  }
  const rollover = latestWith(state, key);
  if (rollover === undefined) return { ...part, begins: replacing(leavingWith(state, key, lost), lost) };
  const leaves = rollover.old.includes(key.base);
  if (leaves && !(lost.has(key.base) && needsKey(state, rollover, key))) {
    const hurried = rollover.urgent === true ? rollover : { ...rollover, urgent: true };
    return { ...part, hurried, state: withRollover(state, rollover, hurried) };
  }
  const abort = abortRollover(state, rollover, policy, now);
  if ('state' in abort) {
    const aborted = rollover;
    // What brought the key may be in progress still, and is waited for.
    if (leaves && latestWith(abort.state, key) !== undefined)
      return { ...replacementOf(abort.state, key, policy, now, lost), aborted };
    if (leaves) {
      const begins = replacing(leavingWith(abort.state, key, lost), lost);
      return { ...part, aborted, state: abort.state, begins };
    }
    // No spare for later.
    const keys = abort.state.keys.map((other) =>
      other.base === key.base ? { ...other, removed: now } : other,
    );
    return { ...part, aborted, state: { ...abort.state, keys }, begins: again(state, rollover, lost) };
  }
  if (rollover.name === 'enable') {
    // Whether the first DS is there or was never there decides which of the ways is good.
    if (isAtParent(state, rollover.new) === undefined)
      return { ...part, unknown: anchorsOf(state, rollover.new)[0] };
  }
  const { keys, wantedDs } = withoutDecision(state, rollover, lost);
  const isBack = rollover.old.every((base) => keyNamed(state, base)?.use.published === true);
  if (rollover.name === 'algorithm' && !leaves && lost.has(key.base) && isBack) {
    const isLost = rollover.old.some((base) => lost.has(base));
    const [isOldThere, isNewThere] = [rollover.old, rollover.new].map((bases) => isAtParent(state, bases));
    if (isLost && isOldThere !== true && isNewThere === undefined)
      return { ...part, unknown: anchorsOf(state, rollover.new)[0] };
    // Nobody can sign with the new algorithm any more, and none of its keys can come without: it goes, and comes back with other keys.
    if (!isLost || isOldThere === true || isNewThere === false) {
      const begins = withdrawing(state, rollover, key.algorithm);
      const gone = new Set(begins.old.map(({ base }) => base));
      const rollovers = state.rollovers.filter(
        (other) => other !== rollover && ![...other.old, ...other.new].some((base) => gone.has(base)),
      );
      return { ...part, aborted: rollover, state: { ...state, keys, wantedDs, rollovers }, begins };
    }
  }
  if (!leaves && !keys.some((other) => other.base === key.base && isInZone(other))) {
    // Only its DS may be in use: it leaves together with those that leave anyway.
    const rollovers = state.rollovers.filter((other) => other !== rollover);
    const next = { ...state, keys, rollovers, wantedDs: wantedDs.filter((base) => base !== key.base) };
    const begins = again(next, { ...rollover, old: [...rollover.old, key.base] }, NONE_LOST);
    return { ...part, aborted: rollover, state: next, begins };
  }
  return { ...part, state: withoutDecision(state, rollover, lost), begins: replacing([key], lost) };
}

/**
 * The same without waiting for caches: the next version has the keys that come in the place of those that leave. Where the proven way takes the key out of the
 * next version itself, it stays; undefined where a rollover of another kind takes the key away, which nothing hurries.
 */
export function swapAtOnce(
  replacement: Replacement,
  before: RotationState,
  key: ManagedKey,
): Replacement | undefined {
  const { state, begins, hurried } = replacement;
  if (hurried === undefined) {
    const isSwap = begins?.name !== 'enable' && isInZone(key) && begins?.old.includes(key) === true;
    return isSwap ? { ...replacement, begins: { ...begins, name: swapName(begins.old) } } : replacement;
  }
  const { name, old, new: fresh } = hurried;
  if (name === 'zsk-swap' || name === 'ksk-swap') return replacement;
  if (name === 'disable' || name === 'algorithm-withdrawal') return undefined;
  const part = { ...replacement, hurried: undefined };
  // Of a change of all keys one goes inside of it.
  if (name === 'algorithm' || name === 'layout')
    return { ...part, state: before, begins: { ...replacing([key], NONE_LOST), name: swapName([key]) } };
  const leaving = old.flatMap((base) => keyNamed(state, base) ?? []);
  const begun: Due = {
    ...replacing(leaving, NONE_LOST),
    name: swapName(leaving),
    newRoles: [],
    stays: fresh,
  };
  const rollovers = state.rollovers.filter((other) => other !== hurried);
  return { ...part, aborted: hurried, state: { ...state, rollovers }, begins: begun };
}

function swapName(old: readonly ManagedKey[]): RolloverName {
  return old.some(({ role }) => signsKeys(role)) ? 'ksk-swap' : 'zsk-swap';
}

/** The keys among these that have a DS at the parent when they are in use. */
function anchorsOf({ keys }: RotationState, bases: readonly string[]): ManagedKey[] {
  return keys.filter(({ base, role }) => bases.includes(base) && signsKeys(role));
}

/** Whether the parent serves a DS of some of these keys; undefined where nobody knows. */
function isAtParent(state: RotationState, bases: readonly string[]): boolean | undefined {
  const anchors = anchorsOf(state, bases);
  const sets = state.ledger.parent.filter(({ replaced }) => replaced === undefined);
  const withDs = sets.filter(({ ds }) =>
    anchors.some(({ dnskey }) => ds.some((record) => record.key === dnskey)),
  );
  if (sets.length === 0 || (withDs.length > 0 && withDs.length < sets.length)) return undefined;
  return withDs.length > 0;
}

/**
 * The state in which what a rollover has decided and nobody has done is decided no more: the parent would be asked for it on top of what is asked for
 * next, and a version that a lost key would have to sign never comes.
 */
function withoutDecision(state: RotationState, rollover: Rollover, lost: ReadonlySet<string>): RotationState {
  const step = ROLLOVERS[rollover.name].steps[rollover.step];
  if (step === undefined || rollover.decided === undefined) return state;
  const open = { ...rollover, decided: undefined };
  if (step.kind === 'publish') {
    const newest = newestPublication(state.ledger);
    if (newest === undefined || lostSigners(state, newest, lost).length === 0) return state;
    const bases = [...rollover.old, ...rollover.new];
    const keys = state.keys.map((key) =>
      bases.includes(key.base) ? { ...key, use: useIn(newest, key) } : key,
    );
    return withRollover({ ...state, keys }, rollover, open);
  }
  const isServed = (base: string): boolean =>
    servedDs(state.ledger).some((ds) => ds.some(({ key }) => key === keyNamed(state, base)?.dnskey));
  const wantedDs =
    step.ask === 'add-new'
      ? state.wantedDs
      : [...new Set([...state.wantedDs, ...rollover.old.filter(isServed)])];
  return { ...withRollover(state, rollover, open), wantedDs };
}

function isInZone({ use }: ManagedKey): boolean {
  return use.published || use.signsKeys || use.signsZone;
}

/** Whether a rollover in progress takes a lost key away, and needs no more signature of it: then nothing else has to be done about it. */
export function isBeingReplaced(state: RotationState, key: ManagedKey): boolean {
  const rollover = latestWith(state, key);
  return rollover?.old.includes(key.base) === true && !needsKey(state, rollover, key);
}

/** The rollover in progress that has to do with a key; of several, the one that the others wait for. */
export function latestWith({ rollovers }: RotationState, { base }: ManagedKey): Rollover | undefined {
  return rollovers.findLast(({ old, new: fresh }) => old.includes(base) || fresh.includes(base));
}

/** Whether a step to come would have a key sign something new. */
function needsKey(state: RotationState, rollover: Rollover, { base }: ManagedKey): boolean {
  const key = new Set([base]);
  let before: ZoneVersion = newestPublication(state.ledger) ?? nextPublication(state);
  if (lostSigners(state, before, key).length > 0) return true;
  let current = state;
  for (const step of ROLLOVERS[rollover.name].steps.slice(rollover.step)) {
    if (step.kind !== 'publish') continue;
    before = nextPublication(current);
    current = afterStep(current, rollover, step);
    if (lostSigners(current, before, key).length > 0) return true;
  }
  return false;
}

/** The keys that are replaced with one: of its role, unless others go on; and where both halves of the work are lost, both. */
function leavingWith(state: RotationState, key: ManagedKey, lost: ReadonlySet<string>): ManagedKey[] {
  const busy = new Set(state.rollovers.flatMap((rollover) => [...rollover.old, ...rollover.new]));
  const idle = state.keys.filter((other) => isInZone(other) && !busy.has(other.base));
  if (!lost.has(key.base))
    return idle.filter(({ role, algorithm }) => role === key.role && algorithm === key.algorithm);
  const gone = idle.filter(({ base, algorithm }) => lost.has(base) && algorithm === key.algorithm);
  // A key of another role that is lost, too, goes with it only if there is nothing else in progress: that path runs alone.
  return state.rollovers.length === 0 ? gone : gone.filter(({ role }) => role === key.role);
}

function replacing(old: readonly ManagedKey[], lost: ReadonlySet<string>): Due {
  const roles = [...new Set(old.map(({ role }) => role))];
  const isLost = old.some(({ base }) => lost.has(base));
  return {
    name: isLost ? lostName(roles) : emergencyName(roles[0]!),
    old,
    newRoles: roles,
    algorithm: old[0]!.algorithm,
    at: -Infinity,
    urgent: true,
  };
}

/** Whether the parent is known to have no DS at all: no validator looks at the zone then, as soon as none is cached. */
function isInsecure({ parent }: Ledger): boolean {
  const sets = parent.filter(({ replaced }) => replaced === undefined);
  return sets.length > 0 && sets.every(({ ds }) => ds.length === 0);
}

function lostName(roles: readonly Role[]): RolloverName {
  if (roles.length > 1 || roles[0] === 'csk') return 'lost-csk';
  return roles[0] === 'ksk' ? 'lost-ksk' : 'lost-zsk';
}

/** Of the two ways to replace a KSK the one by which the old DS is out of caches first. */
function emergencyName(role: Role): RolloverName {
  if (!signsKeys(role)) return 'zsk-prepublish';
  return role === 'csk' ? 'csk' : 'ksk-double-ksk';
}

/**
 * The state in which a change of algorithm is taken back whose DNSKEYs are out: they leave first, then their signatures, each when that is proven safe. Only
 * where the parent cannot serve a DS of the new algorithm. Undefined where nothing leads back: the old DNSKEYs may be leaving, or another rollover is
 * replacing a key.
 */
export function withAlgorithmWithdrawn(
  state: RotationState,
  rollover: Rollover,
  now: number,
): RotationState | undefined {
  const isOnly = rollover.name === 'algorithm' && state.rollovers.length === 1;
  const [fresh] = rollover.new.flatMap((base) => keyNamed(state, base) ?? []);
  const old = rollover.old.flatMap((base) => keyNamed(state, base) ?? []);
  if (!isOnly || fresh === undefined || old.length === 0) return undefined;
  if (!old.every(({ use, algorithm }) => use.published && algorithm !== fresh.algorithm)) return undefined;
  if (isAtParent(state, rollover.new) === true) return undefined;
  const begins = withdrawing(state, rollover, fresh.algorithm);
  const next = { ...withoutDecision(state, rollover, NONE_LOST), rollovers: [], askedAlgorithm: undefined };
  const begun = withRolloverStarted(next, begins, [], now);
  // Where the parent has what it shall have, nobody needs to be asked; who was asked for the new DS is told that it must not come any more.
  const isSettled = isAtParent(state, rollover.old) === true && isAtParent(state, rollover.new) === false;
  const wasAsked = rollover.new.some((base) => state.wantedDs.includes(base));
  const first = wasAsked ? isRemovalOfDs : isPublication;
  const step = isSettled ? ROLLOVERS['algorithm-withdrawal'].steps.findIndex(first) : 0;
  return { ...begun, rollovers: begun.rollovers.map((one) => ({ ...one, step })) };
}

function isRemovalOfDs(step: Step): boolean {
  return step.kind === 'parent' && step.ask === 'remove-old';
}

function isPublication({ kind }: Step): boolean {
  return kind === 'publish';
}

/** The way back of a change of algorithm: the old keys stay, all of the new algorithm leave. */
function withdrawing(state: RotationState, { old }: Rollover, algorithm: number): Due {
  return {
    name: 'algorithm-withdrawal',
    old: state.keys.filter((key) => isInZone(key) && key.algorithm === algorithm),
    newRoles: [],
    algorithm,
    at: -Infinity,
    urgent: true,
    stays: old,
  };
}

/** The same rollover from its beginning, with other new keys; where old ones are lost meanwhile, those are replaced first. */
function again(state: RotationState, { name, old, new: fresh }: Rollover, lost: ReadonlySet<string>): Due {
  const keys = (bases: readonly string[]): ManagedKey[] =>
    bases.flatMap((base) => keyNamed(state, base) ?? []);
  const gone = keys(old).filter(({ base }) => lost.has(base));
  if (gone.length > 0) return replacing(gone, lost);
  const newKeys = keys(fresh);
  return {
    name,
    old: keys(old),
    newRoles: newKeys.map(({ role }) => role),
    algorithm: newKeys[0]!.algorithm,
    at: -Infinity,
    urgent: true,
  };
}
