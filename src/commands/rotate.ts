import { printDuration, printTime } from '../dns/time.ts';
import { usageError, type ZonewrightError } from '../errors.ts';
import type { TokenKeyFate } from '../keys/key-directory.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { Role } from '../keys/roles.ts';
import { decisionDetails, startDetails, withAudit, type AuditDetails } from '../rollover/audit.ts';
import { dueRollovers, needsLostKey, spareKeys, withRolloverStarted, type Due } from '../rollover/due.ts';
import { NONE_LOST } from '../rollover/next-publication.ts';
import type { Decision, Wait } from '../rollover/step-outcome.ts';
import { advance } from '../rollover/engine.ts';
import { withSuccess } from '../rollover/failures.ts';
import { prunedLedger } from '../rollover/ledger.ts';
import { underPolicy } from '../rollover/parent-step.ts';
import { UNMADE, UNUSED, type AuditEntry, type ManagedKey, type RotationState } from '../rollover/state.ts';
import type { PlannedZone } from '../rollover/plan.ts';
import { isBeingReplaced } from '../rollover/replacement.ts';
import { rotationTimeline, type Timeline } from '../rollover/timeline.ts';
import { withFirstDsOffered } from '../rollover/wanted-ds.ts';
import { rolloverTitle, withoutParent } from '../rollover/words.ts';
import { warnOfBrokenChain } from './broken-chain.ts';
import type { Environment } from './environment.ts';
import { EMPTY_STATE, firstState } from './first-state.ts';
import { recordFailure } from './failure-record.ts';
import { findZone } from './found-zone.ts';
import { findKeyLosses, withSilence } from './key-losses.ts';
import { lackOfOfflineKsk, withOfflineSpares } from './offline-ksks.ts';
import { looksAtParent } from './parent-looks.ts';
import { assumedTimes } from './plan-times.ts';
import { keysToPurge, purgeKeys } from './purge-keys.ts';
import { eventsOf, withOverdueEvents } from './rotation-events.ts';
import { checkPrivateKeys, keyLabel, makeSpareKey, syncKeyTimes, withNewKeyFiles } from './rotation-keys.ts';
import { checkRequests, isRequest, type RotateOptions } from './rotation-options.ts';
import { withParentReports, withServedReport } from './rotation-reports.ts';
import { requestedReplacement } from './rotation-replacement.ts';
import {
  conflictOf,
  requestedRollovers,
  withRequestedAlgorithm,
  withRolloverAborted,
} from './rotation-requests.ts';
import { rotateResult, type Done, type LostKey, type Noted, type RotateResult } from './rotation-result.ts';
import { withPublicationsSettled } from './settled-publications.ts';
import { readState, withStateLock, writeState } from './state-store.ts';
import { kskBasesElsewhere } from './stored-response.ts';

const DAY = 86400;

/**
 * Does what is due and safe now for one zone. Running it again changes nothing.
 * @throws ZonewrightError `state/*`, `rotate/*`, `key/*`, `file/*`
 */
export async function rotate(options: RotateOptions, environment: Environment): Promise<RotateResult> {
  checkRequests(options);
  const command = `zonewright rotate ${zoneLabel(options.zone)}`;
  if (options.dryRun === true || options.planFor !== undefined)
    return new RotateRun(options, environment).run(false);
  try {
    return await withStateLock(options.keyDirectory, options.zone, command, environment, () =>
      new RotateRun(options, environment).run(true),
    );
  } catch (error) {
    if (!isRequest(options))
      await recordFailure('rotate', options.keyDirectory, options.zone, error, environment);
    throw error;
  }
}

class RotateRun {
  readonly #options: RotateOptions;
  readonly #environment: Environment;
  readonly #done: Done[] = [];
  /** Base names of the keys that a dry run would have made. */
  readonly #imagined: string[] = [];
  /** Base names of the keys whose private halves are gone. */
  #lost: ReadonlySet<string> = NONE_LOST;
  /** Base names of the KSKs in use that are in a safe. */
  #elsewhere: ReadonlySet<string> = new Set();
  /** What the state file holds; undefined where there is none. */
  #before: RotationState | undefined;
  #state = EMPTY_STATE;

  constructor(options: RotateOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
  }

  async run(isReal: boolean): Promise<RotateResult> {
    const { adopt, planFor } = this.#options;
    await this.#learn();
    warnOfBrokenChain(this.#state, this.#options, this.#environment);
    const isAdopting = adopt === true || (this.#before === undefined && this.#state.keys.length > 0);
    await this.#begin(isAdopting || planFor !== undefined, isReal);
    if (planFor !== undefined) {
      const timeline = await this.#plan(planFor);
      const lostKeys = await this.#lostKeys();
      const planned = { ...this.#result([]), lostKeys, plan: timeline.plan, timeline };
      return adopt === true ? planned : { ...planned, changed: false, done: [] };
    }
    const waits = this.#advance(isReal);
    const result = { ...this.#result(waits), lostKeys: await this.#lostKeys() };
    return isReal ? this.#keep(result) : this.#withPurge(result);
  }

  /** Reads the state and brings it up to what happened in the world since. */
  async #learn(): Promise<void> {
    const options = this.#options;
    const environment = this.#environment;
    const { zone, keyDirectory } = options;
    const stored = options.adopt === true ? undefined : await readState(keyDirectory, zone, environment);
    this.#before = stored?.state;
    await checkPrivateKeys(zone, keyDirectory, environment);
    if (this.#before === undefined) this.#take(await firstState(options, environment));
    else this.#state = this.#before;
    // What is said to be gone may be cached for as long as the policy says now, not for as long as it said in the last run.
    this.#state = { ...this.#state, ledger: underPolicy(this.#state.ledger, options.policy) };
    this.#state = await withNewKeyFiles(this.#state, zone, keyDirectory, environment);
    this.#state = await withOfflineSpares(this.#state, zone, keyDirectory, environment);
    this.#elsewhere = await kskBasesElsewhere(zone, keyDirectory, environment);
    this.#state = withServedReport(this.#state, options, environment);
    this.#take(await withPublicationsSettled(this.#state, options, environment));
    if (options.checkServers === true) {
      const { withServersSeen } = await import('./server-check.ts');
      this.#take(await withServersSeen(this.#state, options, environment));
    }
    this.#state = withFirstDsOffered(this.#state, options.policy, environment.now);
    if (looksAtParent(this.#state, options, environment)) {
      const { withParentSeen } = await import('./parent-check.ts');
      this.#take(await withParentSeen(this.#state, options, environment));
    }
    // After what was seen: the operator's word overrides it.
    this.#take(withParentReports(this.#state, options, environment));
    const { lost, silent } = await findKeyLosses(
      this.#state,
      zone,
      keyDirectory,
      this.#elsewhere,
      environment,
    );
    this.#lost = lost;
    this.#state = withSilence(this.#state, silent, environment.now);
  }

  /** Begins what the operator asks for and, unless that is all, what is due; or takes back what is in progress. */
  async #begin(onlyRequested: boolean, isReal: boolean): Promise<void> {
    const { policy, abort } = this.#options;
    const { now } = this.#environment;
    if (abort === true) {
      this.#take(withRolloverAborted(this.#state, this.#options, this.#environment));
      return;
    }
    this.#state = withRequestedAlgorithm(this.#state, this.#options, this.#environment);
    for (const due of requestedRollovers(this.#state, this.#options)) {
      const lack = this.#lackOf(due);
      if (lack !== undefined) throw lack;
      await this.#startRollover(due, isReal, 'operator');
    }
    await this.#replace(isReal);
    if (onlyRequested || this.#options.beginsNothing === true) return;
    for (const due of dueRollovers(this.#state, policy).filter(({ at }) => at <= now)) {
      if (needsLostKey(due, this.#lost)) continue;
      const lack = this.#lackOf(due);
      if (lack !== undefined) {
        this.#environment.warn(lack.message, lack.hint);
        continue;
      }
      if (conflictOf(this.#state, due) === undefined) await this.#startRollover(due, isReal, 'zonewright');
    }
  }

  #lackOf(due: Due): ZonewrightError | undefined {
    return lackOfOfflineKsk(due, this.#state, this.#elsewhere, this.#lost, this.#options);
  }

  /** Replaces a key that is compromised or lost, if the operator asks for it. */
  async #replace(isReal: boolean): Promise<void> {
    const options = this.#options;
    const { now } = this.#environment;
    const replacement = requestedReplacement(this.#state, options, this.#lost, this.#elsewhere, now, isReal);
    if (replacement === undefined) return;
    const { state, begins, done, key } = replacement;
    const lack = begins && this.#lackOf(begins);
    if (lack !== undefined) throw lack;
    const emergency =
      options.emergency === undefined
        ? undefined
        : { ...(await import('./emergency.ts')), zone: await this.#plannedZone() };
    if (emergency !== undefined && (isReal || options.atOnce === true)) {
      const text = emergency.describeEmergency(replacement, this.#state, options, now, emergency.zone);
      if (!isReal) this.#environment.warn(text);
      else if ((await options.confirm?.(text)) !== true)
        throw usageError(
          'rotate/unconfirmed',
          `nobody agreed to replace ${keyLabel(key)}: nothing was done`,
          {
            hint: 'to do it, add --yes',
          },
        );
    }
    this.#state = state;
    for (const { rollover, what } of done)
      this.#note(rollover, what, { why: 'the operator asked for it', actor: 'operator' });
    if (begins !== undefined) await this.#startRollover(begins, isReal, 'operator');
    if (emergency !== undefined && options.atOnce === true)
      this.#take(
        emergency.withAgreement(this.#state, replacement, options.policy, now, emergency.zone, isReal),
      );
  }

  async #startRollover(due: Due, isReal: boolean, actor: 'zonewright' | 'operator'): Promise<void> {
    const { zone, policy, keyDirectory } = this.#options;
    const newKeys: ManagedKey[] = [];
    for (const role of due.newRoles) {
      const spare = spareKeys(this.#state, role, due.algorithm).find(
        (key) => !newKeys.includes(key) && !this.#lost.has(key.base),
      );
      const key =
        spare ??
        (isReal
          ? await makeSpareKey(zone, role, due.algorithm, policy, keyDirectory, this.#environment)
          : this.#imagine(role, due.algorithm));
      if (spare === undefined) this.#state = { ...this.#state, keys: [...this.#state.keys, key] };
      newKeys.push(key);
    }
    this.#state = withRolloverStarted(this.#state, due, newKeys, this.#environment.now);
    const names = newKeys.map((key) => (this.#imagined.includes(key.base) ? `a ${key.base}` : keyLabel(key)));
    this.#note(
      rolloverTitle(due.name),
      `${isReal ? 'began' : 'would begin'}${names.length === 0 ? '' : `; new: ${names.join(', ')}`}`,
      {
        ...startDetails(due, policy, actor),
        keys: [...due.old, ...newKeys].map(({ base }) => base),
      },
    );
  }

  /** A key for a dry run, which makes none. */
  #imagine(role: Role, algorithm: number): ManagedKey {
    const base = `new ${role.toUpperCase()}`;
    this.#imagined.push(base);
    const dnskey = `${role === 'zsk' ? 256 : 257} 3 ${algorithm} imagined-${role}`;
    return { base, keyTag: UNMADE, algorithm, role, dnskey, created: this.#environment.now, use: UNUSED };
  }

  #advance(isReal: boolean): readonly Wait[] {
    const { state, decisions, waits } = advance(
      this.#state,
      this.#options.policy,
      this.#environment.now,
      this.#lost,
    );
    for (const decision of decisions)
      this.#note(
        rolloverTitle(decision.rollover.name),
        describeDecision(decision, isReal),
        decisionDetails(decision, state, this.#options.policy),
      );
    const { zone, policy, targets = [] } = this.#options;
    const events = eventsOf(decisions, state, zone, policy, targets, this.#environment);
    const told = { ...state, outbox: [...state.outbox, ...events] };
    this.#state = withOverdueEvents(told, waits, zone, policy, targets, this.#environment);
    return waits;
  }

  /** What a plan may take for granted of the zone. */
  async #plannedZone(): Promise<PlannedZone & { readonly firstExpiration?: number | undefined }> {
    const { policy, zoneFile, signedZone, zone } = this.#options;
    const found =
      (await findZone(signedZone, zone, [], policy, this.#environment)) ??
      (await findZone(zoneFile, zone, [], policy, this.#environment));
    const lost = this.#lost;
    if (found === undefined) return { ...assumedTimes(policy), lost };
    const { maxTtl, firstExpiration, denial } = found.evidence;
    const { propagation } = found;
    return { dnskeyTtl: policy.dnskeyTtl, maxTtl, propagation, firstExpiration, denial, lost };
  }

  async #plan(duration: number): Promise<Timeline> {
    const { policy } = this.#options;
    const { now } = this.#environment;
    const { firstExpiration, ...zone } = await this.#plannedZone();
    // A little of the past shows what the plan begins with.
    const span = { from: now - Math.floor(duration / 8), now, to: now + duration };
    const timeline = rotationTimeline(this.#state, policy, span, zone);
    return { ...timeline, firstExpiration };
  }

  async #lostKeys(): Promise<LostKey[]> {
    const { zone, signedZone, policy } = this.#options;
    const lost = this.#state.keys.filter(
      ({ base, use }) => (use.signsKeys || use.signsZone) && this.#lost.has(base),
    );
    if (lost.length === 0) return [];
    const found = await findZone(signedZone, zone, [], policy, this.#environment);
    return lost.map((key) => ({
      ...key,
      firstExpiration: found?.evidence.expirations.get(key.dnskey),
      nextCommand: isBeingReplaced(this.#state, key)
        ? undefined
        : `zonewright rotate ${zoneLabel(zone)} --recover ${key.keyTag}`,
    }));
  }

  get #purgeDelay(): number {
    return this.#options.purge === true ? 0 : this.#options.policy.purgeDelay;
  }

  /** A dry run's result, with what a real one would delete. */
  #withPurge(result: RotateResult): RotateResult {
    const due = keysToPurge(this.#state, this.#purgeDelay, this.#environment.now);
    for (const key of due) this.#done.push({ rollover: 'purge', what: `would delete ${removedFiles(key)}` });
    return due.length > 0 ? { ...result, changed: true } : result;
  }

  /** Writes the state and the times of the keys, and deletes what has been out of use for long. */
  async #keep(result: RotateResult): Promise<RotateResult> {
    const { zone, keyDirectory, policy, purge = false } = this.#options;
    const environment = this.#environment;
    const { now } = environment;
    const purgeDelay = this.#purgeDelay;
    const { state, purged } = await purgeKeys(this.#state, purgeDelay, keyDirectory, environment);
    for (const { key, inToken } of purged)
      this.#note('purge', `deleted ${removedFiles(key)}${inToken === undefined ? '' : IN_TOKEN[inToken]}`, {
        why: purge ? '--purge' : `purgeDelay is ${printDuration(purgeDelay)}`,
        actor: purge ? 'operator' : 'zonewright',
        outcome: 'done',
        keys: [key.base],
      });
    const margin = Math.max(policy.publishSafety, policy.retireSafety) + DAY;
    this.#state = withSuccess({ ...state, ledger: prunedLedger(state.ledger, now, margin) }, 'rotate');
    if (JSON.stringify(this.#before) !== JSON.stringify(this.#state)) {
      await writeState(keyDirectory, zone, this.#withAudit(), environment);
    }
    // After the state: keys whose times say that they are in use, and no state, would look like a zone to take over.
    await syncKeyTimes(this.#state, keyDirectory, environment);
    return purged.length > 0 ? { ...result, changed: true, keys: this.#state.keys } : result;
  }

  #take({ state, done }: Noted): void {
    this.#state = state;
    this.#done.push(...done);
  }

  #note(rollover: string, what: string, audit: AuditDetails): void {
    this.#done.push({ rollover, what, audit });
  }

  #withAudit(): RotationState {
    const time = this.#environment.now;
    const entries = this.#done.map(({ rollover, what, audit }): AuditEntry => ({
      time,
      what: `${rollover}: ${what}`,
      ...(audit ?? { actor: 'zonewright', why: 'rotate found it so', outcome: 'done' }),
    }));
    return withAudit(this.#state, entries);
  }

  #result(waits: readonly Wait[]): RotateResult {
    return rotateResult(this.#before, { state: this.#state, done: this.#done }, waits, this.#options);
  }
}

const IN_TOKEN: Readonly<Record<TokenKeyFate, string>> = {
  deleted: ', and the key in the HSM',
  left: '; the key in the HSM, which zonewright did not make, stays there',
};

function removedFiles(key: ManagedKey): string {
  const since = key.removed === undefined ? '' : `, removed ${printTime(key.removed)}`;
  return `the files of ${keyLabel(key)}${since}`;
}

function describeDecision({ kind, step, rollover }: Decision, isReal: boolean): string {
  const began = printTime(rollover.started);
  switch (kind) {
    case 'decided': {
      if (step.kind === 'publish') return `${isReal ? 'will' : 'would'} ${step.does}`;
      return `${isReal ? 'asks' : 'would ask'} the parent to ${withoutParent(step.does)}`;
    }
    case 'done':
      return `done: ${step.does}`;
    case 'finished':
      return isReal ? `finished; began ${began}` : `would be finished; began ${began}`;
  }
}
