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
export function dueRollovers(state: RotationState, policy: Policy): Due[] {
  const inUse = state.keys.filter(({ use }) => use.published || use.signsZone || use.signsKeys);
  // A zone whose keys have all been removed was disabled, and stays so until somebody enables it.
  if (inUse.length === 0) {
    const isNew = state.rollovers.length === 0 && !state.keys.some(({ removed }) => removed !== undefined);
    return isNew ? [enabling(policy)] : [];
  }
  if (state.rollovers.some(({ name }) => ROLLOVERS[name].alone)) return [];
  const due: Due[] = [];
  const differs = inUse.some(({ algorithm }) => algorithm !== policy.algorithm);
  const hasCsk = inUse.some(({ role }) => role === 'csk');
  if (differs || hasCsk !== (policy.keys === 'csk')) {
    const name = differs ? 'algorithm' : 'layout';
    if (state.rollovers.length > 0) return [];
    return [{ name, old: inUse, newRoles: rolesOf(policy), algorithm: policy.algorithm, at: -Infinity }];
  }
  for (const role of rolesOf(policy)) {
    const lifetime = role === 'zsk' ? policy.zskLifetime : policy.kskLifetime;
    if (lifetime === 'unlimited' || state.rollovers.some((rollover) => concerns(state, rollover, role)))
      continue;
    const old = inUse.filter((key) => key.role === role);
    const begin = Math.min(...old.map(({ activated, created }) => activated ?? created));
    due.push({
      name: rolloverOf(role, policy, state),
      old,
      newRoles: [role],
      algorithm: policy.algorithm,
      at: begin + lifetime - policy.rotationPeriod,
    });
  }
  return due.sort((a, b) => a.at - b.at);
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

/** Whether a key's DS belongs at the parent once it is in full use. */
export function hasDs({ role }: ManagedKey): boolean {
  return signsKeys(role);
}

/** What a key does when it is in full use. */
export function fullUse(role: Role): ManagedKey['use'] {
  return { published: true, signsKeys: signsKeys(role), signsZone: signsZone(role) };
}
