import { printTime } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { inputError, usageError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { signsKeys, type Role } from '../keys/roles.ts';
import { abortRollover } from '../rollover/abort.ts';
import { servedDs } from '../rollover/ds-sets.ts';
import { changeOfAll, enabling, rolloverOf, withAskedAlgorithm, type Due } from '../rollover/due.ts';
import type { Policy } from '../rollover/policy.ts';
import { latestWith, withAlgorithmWithdrawn } from '../rollover/replacement.ts';
import { ROLLOVERS } from '../rollover/rollovers.ts';
import { keyNamed, type ManagedKey, type Rollover, type RotationState } from '../rollover/state.ts';
import { describeWitness, rolloverTitle } from '../rollover/words.ts';
import { algorithmForNewKeys } from './key-algorithm.ts';
import type { Environment } from './environment.ts';
import { keyLabel } from './rotation-keys.ts';
import type { RotateOptions } from './rotation-options.ts';
import { keyWithTag } from './rotation-reports.ts';
import type { Noted } from './rotation-result.ts';

/**
 * The rollovers that the operator asks for.
 * @throws ZonewrightError `rotate/in-progress` where another is in the way, and others for what makes no sense
 */
export function requestedRollovers(state: RotationState, options: RotateOptions): Due[] {
  const requested = rolloversOf(state, options);
  for (const due of requested) {
    const conflict = conflictOf(state, due);
    if (conflict !== undefined) {
      throw inputError(
        'rotate/in-progress',
        `${rolloverTitle(due.name)} cannot begin: the ${rolloverTitle(conflict.name)} is in progress`,
        { hint: `let it finish, or take it back: ${abortCommand(state, conflict, options)}` },
      );
    }
  }
  return requested;
}

/** A rollover in progress beside which another cannot run. */
export function conflictOf({ rollovers }: RotationState, { name, old }: Due): Rollover | undefined {
  const bases = old.map(({ base }) => base);
  return rollovers.find(
    (rollover) =>
      rollover.name === name ||
      ROLLOVERS[rollover.name].alone ||
      ROLLOVERS[name].alone ||
      rollover.old.some((base) => bases.includes(base)),
  );
}

function rolloversOf(state: RotationState, options: RotateOptions): Due[] {
  const { start, algorithm, emergency, recover, enable, disable } = options;
  const policy = withAskedAlgorithm(options.policy, state);
  const inUse = state.keys.filter(({ use }) => use.published || use.signsZone || use.signsKeys);
  const ofRole = (role: Role): ManagedKey[] => inUse.filter((key) => key.role === role);
  const replacing = (role: Role): Due => ({
    name: rolloverOf(role, policy, state),
    old: ofRole(role),
    newRoles: [role],
    algorithm: ofRole(role)[0]?.algorithm ?? policy.algorithm,
    at: -Infinity,
  });
  if (enable === true) {
    if (inUse.length === 0) return [enabling(policy)];
    throw usageError('rotate/enabled', 'the zone is signed already', { hint: whereItStands(options) });
  }
  if (inUse.length === 0) {
    const isAsked = [start, algorithm, emergency, recover].some((request) => request !== undefined);
    if (!isAsked && disable !== true) return [];
    throw inputError('rotate/insecure', 'the zone is not signed, so there is nothing to roll over', {
      hint: 'begin with --enable',
    });
  }
  if (disable === true)
    return [{ name: 'disable', old: inUse, newRoles: [], algorithm: policy.algorithm, at: -Infinity }];
  if (algorithm !== undefined) return [algorithmRollover(inUse, policy)];
  const roles =
    start === undefined ? [] : start === 'all' ? [...new Set(inUse.map(({ role }) => role))] : [start];
  for (const role of roles) {
    if (ofRole(role).length === 0)
      throw usageError('rotate/no-such-role', `the zone has no ${role.toUpperCase()} in use`);
  }
  return roles.map(replacing);
}

function algorithmRollover(inUse: readonly ManagedKey[], policy: Policy): Due {
  if (inUse.every((key) => key.algorithm === policy.algorithm))
    throw usageError('rotate/same-algorithm', `all keys are of ${algorithmLabel(policy.algorithm)} already`);
  return changeOfAll('algorithm', inUse, policy);
}

/** The state that knows of an algorithm which the operator asks for. */
export function withRequestedAlgorithm(
  state: RotationState,
  { algorithm: name, policy, zone }: RotateOptions,
  { warn }: Environment,
): RotationState {
  if (name === undefined) return state;
  const { number: algorithm, mnemonic } = algorithmForNewKeys(name);
  if (algorithm === policy.algorithm) return { ...state, askedAlgorithm: undefined };
  warn(
    `the policy of ${zoneLabel(zone)} asks for ${algorithmLabel(policy.algorithm)}: rotate goes by --algorithm until it asks for another, but keygen and a state that is made anew do not`,
    `set "algorithm: ${mnemonic}" in the configuration`,
  );
  return { ...state, askedAlgorithm: { algorithm, insteadOf: policy.algorithm } };
}

function whereItStands({ zone }: RotateOptions): string {
  return `what comes next: zonewright status ${zoneLabel(zone)}`;
}

/** What takes a rollover back, ready to paste: of several in progress it is named by a key. */
function abortCommand(state: RotationState, rollover: Rollover, { zone }: RotateOptions): string {
  const keys = [...rollover.new, ...rollover.old].flatMap((base) => keyNamed(state, base) ?? []);
  const key = keys.find((candidate) => latestWith(state, candidate) === rollover);
  const isOnly = state.rollovers.length === 1;
  return `zonewright rotate ${zoneLabel(zone)} ${isOnly || key === undefined ? '--abort' : `--abort-key ${key.keyTag}`}`;
}

/**
 * The state in which the newest rollover was taken back, or the one that was named by a key.
 * @throws ZonewrightError `rotate/nothing-to-abort`, `rotate/unknown-key`, `rotate/cannot-abort`
 */
export function withRolloverAborted(
  state: RotationState,
  options: RotateOptions,
  { now, warn }: Pick<Environment, 'now' | 'warn'>,
): Noted {
  const { policy } = options;
  const rollover = rolloverToAbort(state, options);
  const abort = abortRollover(state, rollover, policy, now);
  const title = rolloverTitle(rollover.name);
  if ('atParent' in abort) {
    throw inputError(
      'rotate/cannot-abort',
      `the ${title} cannot be taken back: the parent may serve the DS of ${abort.atParent.join(', ')}`,
      { hint: wayBackAtParent(state, rollover, abort.atParent, options) },
    );
  }
  const withdrawn = 'refused' in abort ? withAlgorithmWithdrawn(state, rollover, now) : undefined;
  if (withdrawn !== undefined) {
    warnOfReturn(withdrawn, rollover, options, warn);
    const what = options.dryRun === true ? WITHDRAWN.dryRun : WITHDRAWN.done;
    return notedAbort(withdrawn, rollover, what, 'its DNSKEYs are out, so the new algorithm is withdrawn');
  }
  if ('refused' in abort) {
    const { witness, until } = abort.refused;
    const again = `${abortCommand(state, rollover, options)}${repeatedReports(options)}`;
    const other = state.rollovers.findLast((one) => one !== rollover);
    const elsewhere =
      other === undefined
        ? ''
        : `; to take the ${rolloverTitle(other.name)} back: ${abortCommand(state, other, options)}`;
    throw inputError(
      'rotate/cannot-abort',
      `the ${title} cannot be taken back now: ${describeWitness(witness)}`,
      {
        hint: `${Number.isFinite(until) ? `try again after ${printTime(until)}: ${again}` : 'let it go on'}${elsewhere}`,
      },
    );
  }
  for (const [problem, hint] of lackingDs(state, abort.state, options)) warn(problem, hint);
  const what = describeAbort(rollover, options);
  return notedAbort(abort.state, rollover, what, 'no cache relies on the new keys');
}

const WITHDRAWN = {
  done: 'aborted: the new algorithm leaves again, its DNSKEYs first',
  dryRun: 'would be taken back: the new algorithm would leave again, its DNSKEYs first',
};

function notedAbort(state: RotationState, rollover: Rollover, what: string, why: string): Noted {
  const audit = {
    actor: 'operator',
    why: `the operator said so (--abort), and ${why}`,
    outcome: 'done',
    keys: [...rollover.old, ...rollover.new],
  } as const;
  return { state, done: [{ rollover: rolloverTitle(rollover.name), what, audit }] };
}

/** Where the policy asks for the algorithm that was taken back, the change begins again as soon as it has left. */
function warnOfReturn(
  state: RotationState,
  { old }: Rollover,
  { policy }: RotateOptions,
  warn: Environment['warn'],
): void {
  const before = old.flatMap((base) => keyNamed(state, base)?.algorithm ?? []);
  if (before.includes(policy.algorithm)) return;
  warn(
    `the policy asks for ${algorithmLabel(policy.algorithm)}: the change begins again as soon as that has left`,
    'if it should not, change "algorithm" in the configuration',
  );
}

function describeAbort({ name }: Rollover, { dryRun = false }: RotateOptions): string {
  if (name === 'enable')
    return dryRun
      ? 'would be taken back: the zone would go without DNSSEC again'
      : 'aborted: the zone goes without DNSSEC again';
  return dryRun
    ? 'would be taken back: the old keys would do all the work again'
    : 'aborted: the old keys do all the work again';
}

/** What was reported together with a request that failed: it has to be said again, with the time that it was said for. */
function repeatedReports({ dsWithdrawn = [] }: RotateOptions): string {
  return dsWithdrawn.map(({ keyTag, at }) => ` --ds-withdrawn ${keyTag} --at ${printTime(at)}`).join('');
}

/** What has to happen at the parent before a rollover can be taken back; once the old DS is gone, nothing leads back. */
function wayBackAtParent(
  state: RotationState,
  rollover: Rollover,
  atParent: readonly string[],
  options: RotateOptions,
): string {
  const anchors = rollover.old
    .flatMap((base) => keyNamed(state, base) ?? [])
    .filter(({ role }) => signsKeys(role));
  const isGone = anchors.length > 0 && !anchors.some((key) => servedWith(state, key) > 0);
  if (isGone) return 'let it go on: the old DS is gone';
  const reports = atParent.map((base) => `--ds-withdrawn ${keyNamed(state, base)?.keyTag ?? base}`);
  // In one command: the parent is asked anew by every run, as long as the rollover is in progress.
  return `if that DS is there, withdraw it; then, with --at TIME if that was a while ago: ${abortCommand(state, rollover, options)} ${reports.join(' ')}`;
}

/** The DS that the parent was asked to remove and is to have again: what is wrong, and what to do. */
function lackingDs(before: RotationState, after: RotationState, { zone }: RotateOptions): [string, string][] {
  const label = zoneLabel(zone);
  const again = after.keys.filter(
    ({ base }) => after.wantedDs.includes(base) && !before.wantedDs.includes(base),
  );
  return again.flatMap((key): [string, string][] => {
    const count = servedWith(after, key);
    const say = `say so: zonewright rotate ${label} --ds-published ${key.keyTag}`;
    if (count === servedDs(after.ledger).length) return [];
    return count === 0
      ? [
          [
            `the parent has no DS of ${keyLabel(key)} any more: resolvers do not validate the zone`,
            `add it again (zonewright ds ${label} --add), and ${say}`,
          ],
        ]
      : [
          [
            `the parent was asked to remove the DS of ${keyLabel(key)}, and nobody knows whether it has`,
            `have it stay there, or add it again (zonewright ds ${label}); then ${say}`,
          ],
        ];
  });
}

/** How many of the sets that the parent may serve have the DS of a key. */
function servedWith({ ledger }: RotationState, { dnskey }: ManagedKey): number {
  return servedDs(ledger).filter((ds) => ds.some(({ key }) => key === dnskey)).length;
}

function rolloverToAbort(state: RotationState, options: RotateOptions): Rollover {
  const { abortKey, zone } = options;
  const { rollovers } = state;
  const newest = rollovers.at(-1);
  if (newest === undefined)
    throw usageError('rotate/nothing-to-abort', 'no rollover is in progress', {
      hint: whereItStands(options),
    });
  if (abortKey === undefined) return newest;
  const named = latestWith(state, keyWithTag(state, abortKey, zone));
  if (named !== undefined) return named;
  const tagsOf = ({ name, old, new: fresh }: Rollover): string =>
    `${rolloverTitle(name)}: ${[...old, ...fresh].map((one) => keyNamed(state, one)?.keyTag ?? one).join(', ')}`;
  throw usageError('rotate/nothing-to-abort', `no rollover in progress has to do with key ${abortKey}`, {
    hint: `in progress: ${rollovers.map(tagsOf).join('; ')}`,
  });
}
