import { signsKeys, signsZone, type Role } from '../keys/roles.ts';
import { digestTypes, servedDs } from './ds-sets.ts';
import type { Policy } from './policy.ts';
import { ROLLOVERS, type RolloverName } from './rollovers.ts';
import type { ManagedKey, Rollover, RotationState } from './state.ts';

/** A rollover that should begin, and for which keys are wanted. */
export interface Due {
  readonly name: RolloverName;
  /** Keys that leave. */
  readonly old: readonly ManagedKey[];
  /** Roles of the keys that come, one key each. */
  readonly newRoles: readonly Role[];
  readonly algorithm: number;
  /** When it is due, in epoch seconds; the past means at once. */
  readonly at: number;
  /** Whether it is not to take longer than it must. */
  readonly urgent?: boolean;
  /** Base names of keys in use that take over, where no key comes. */
  readonly stays?: readonly string[];
}

/** What the policy wants of a zone's keys next, earliest first. Rollovers in progress always finish before the next of their role. */
export function dueRollovers(state: RotationState, configured: Policy): Due[] {
  const policy = withAskedAlgorithm(configured, state);
  const inUse = state.keys.filter(({ use }) => use.published || use.signsZone || use.signsKeys);
  // A zone whose keys have all been removed was disabled, and stays so until somebody enables it.
  if (inUse.length === 0) {
    const isNew = state.rollovers.length === 0 && !state.keys.some(({ removed }) => removed !== undefined);
    return isNew ? [enabling(policy)] : [];
  }
  if (state.rollovers.some(({ name }) => ROLLOVERS[name].alone)) return [];
  const due: Due[] = [];
  const differs = inUse.some(({ algorithm }) => algorithm !== policy.algorithm);
  if (differs || inUse.some(({ role }) => !rolesOf(policy).includes(role))) {
    if (state.rollovers.length > 0) return [];
    return [changeOfAll(differs ? 'algorithm' : 'layout', inUse, policy)];
  }
  for (const role of rolesOf(policy)) {
    const lifetime = role === 'zsk' ? policy.zskLifetime : policy.kskLifetime;
    if (state.rollovers.some((rollover) => concerns(state, rollover, role))) continue;
    const change = changeOfKeys(
      inUse.filter((key) => key.role === role),
      lifetime === 'unlimited' ? Infinity : lifetime - policy.rotationPeriod,
    );
    if (change.at === Infinity) continue;
    due.push({
      name: rolloverOf(role, policy, state),
      ...change,
      newRoles: change.stays === undefined ? [role] : [],
      algorithm: policy.algorithm,
    });
  }
  return due.sort((a, b) => a.at - b.at);
}

/**
 * The rollover to keys of the policy's algorithm and roles. Of these some are in use already where a zone was taken over in the middle of it: they
 * are the new ones.
 */
export function changeOfAll(name: 'algorithm' | 'layout', inUse: readonly ManagedKey[], policy: Policy): Due {
  const roles = rolesOf(policy);
  const { algorithm } = policy;
  const staying = inUse.filter((key) => key.algorithm === algorithm && roles.includes(key.role));
  return {
    name,
    old: inUse.filter((key) => !staying.includes(key)),
    newRoles: roles.filter((role) => !staying.some((key) => key.role === role)),
    algorithm,
    at: -Infinity,
    ...(staying.length > 0 ? { stays: staying.map(({ base }) => base) } : {}),
  };
}

/**
 * Which keys of one role leave next, and which of them take over. Each key has its own age: in a zone that was taken over in the middle of a rollover,
 * those that have done their work leave at once, and a successor that is in the zone already is the successor.
 * @param after seconds from the beginning of a key's life until it is to be replaced
 */
function changeOfKeys(keys: readonly ManagedKey[], after: number): Pick<Due, 'old' | 'stays' | 'at'> {
  const working = keys.filter(isAtWork);
  const leaving = keys.filter((key) => !isAtWork(key) && key.activated !== undefined);
  const hasDone = working.length > 0 && leaving.length > 0;
  const endOf = ({ activated, created }: ManagedKey): number => (activated ?? created) + after;
  const at = hasDone ? -Infinity : Math.min(...(working.length > 0 ? working : keys).map(endOf));
  const old = hasDone ? leaving : working.length > 0 ? working.filter((key) => endOf(key) === at) : keys;
  // A successor that is published ahead goes on waiting while another key leaves.
  const staying = hasDone ? working : keys.filter((key) => !old.includes(key));
  const stays = staying.map(({ base }) => base);
  return { old, ...(stays.length > 0 ? { stays } : {}), at };
}

/** Whether a key signs all that its role signs. Others have ZSKs sign the DNSKEY RRset, too. */
function isAtWork({ role, use }: ManagedKey): boolean {
  const full = fullUse(role);
  return (use.signsKeys || !full.signsKeys) && (use.signsZone || !full.signsZone);
}

/** The rollover by which keys of a role are replaced. */
export function rolloverOf(role: Role, policy: Policy, { ledger }: RotationState): RolloverName {
  if (role !== 'ksk') return role === 'zsk' ? 'zsk-prepublish' : 'csk';
  // Where there is no DS, one alone would stand there before its DNSKEY; and a digest type that only one of old and new DS has makes validators look
  // for that key: both must be in the zone.
  const types = digestTypes(policy);
  const hasSameDigests = servedDs(ledger).every(
    (ds) =>
      ds.length > 0 &&
      types.every((type) => ds.some(({ digestType }) => digestType === type)) &&
      ds.every(({ digestType }) => types.includes(digestType)),
  );
  return hasSameDigests ? `ksk-${policy.kskRollover}` : 'ksk-double-ksk';
}

/** The policy with the algorithm that new keys are to be of. */
export function withAskedAlgorithm(policy: Policy, { askedAlgorithm: asked }: RotationState): Policy {
  return asked?.insteadOf === policy.algorithm ? { ...policy, algorithm: asked.algorithm } : policy;
}

/** The roles of keys that a policy asks for. */
export function rolesOf({ keys }: Policy): readonly Role[] {
  return keys === 'csk' ? ['csk'] : ['ksk', 'zsk'];
}

/** The first signing of a zone. */
export function enabling(policy: Policy): Due {
  return { name: 'enable', old: [], newRoles: rolesOf(policy), algorithm: policy.algorithm, at: -Infinity };
}

function concerns({ keys }: RotationState, rollover: Rollover, role: Role): boolean {
  return keys.some(
    (key) => (rollover.old.includes(key.base) || rollover.new.includes(key.base)) && key.role === role,
  );
}

/** Keys of a role that were made ahead and have never been used. */
export function spareKeys({ keys, rollovers }: RotationState, role: Role, algorithm: number): ManagedKey[] {
  return keys.filter(
    ({ base, role: itsRole, algorithm: itsAlgorithm, use, removed, activated }) =>
      itsRole === role &&
      itsAlgorithm === algorithm &&
      removed === undefined &&
      activated === undefined &&
      !use.published &&
      !use.signsZone &&
      !use.signsKeys &&
      !rollovers.some((rollover) => rollover.new.includes(base)),
  );
}

/** The state with a rollover begun. The new keys must be among the state's keys. */
export function withRolloverStarted(
  state: RotationState,
  due: Due,
  newKeys: readonly ManagedKey[],
  now: number,
): RotationState {
  const rollover: Rollover = {
    name: due.name,
    started: now,
    ...(due.urgent === true ? { urgent: true } : {}),
    old: due.old.map(({ base }) => base),
    new: [...(due.stays ?? []), ...newKeys.map(({ base }) => base)],
    step: 0,
  };
  return { ...state, rollovers: [...state.rollovers, rollover] };
}

/** Whether a rollover would take away a lost key, or have one take over: it takes more than a run, and the operator says when. */
export function needsLostKey({ old, stays = [] }: Due, lost: ReadonlySet<string>): boolean {
  return old.some(({ base }) => lost.has(base)) || stays.some((base) => lost.has(base));
}

/** Whether a key's DS belongs at the parent once it is in full use. */
export function hasDs({ role }: ManagedKey): boolean {
  return signsKeys(role);
}

/** What a key does when it is in full use. */
export function fullUse(role: Role): ManagedKey['use'] {
  return { published: true, signsKeys: signsKeys(role), signsZone: signsZone(role) };
}
