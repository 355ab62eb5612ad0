import { nameToText } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { algorithmByName, algorithmLabel } from '../dnssec/algorithms.ts';
import { toHex } from '../dns/encoding.ts';
import { inputError, usageError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { signsKeys, type Role } from '../keys/roles.ts';
import { abortRollover } from '../rollover/abort.ts';
import { adoptedState } from '../rollover/adopt.ts';
import {
  dueRollovers,
  enabling,
  rolesOf,
  rolloverOf,
  spareKeys,
  withRolloverStarted,
  type Due,
} from '../rollover/due.ts';
import { advance, nextPublication, type Decision, type Wait } from '../rollover/engine.ts';
import {
  withDsPublished,
  withDsWithdrawn,
  withEstablished,
  withoutPublication,
  withPublication,
} from '../rollover/facts.ts';
import { currentPublication, newestPublication, prunedLedger } from '../rollover/ledger.ts';
import { planRotation, type PlanEntry, type ZoneTimes } from '../rollover/plan.ts';
import type { Policy } from '../rollover/policy.ts';
import { ROLLOVERS } from '../rollover/rollovers.ts';
import { keyNamed, type ManagedKey, type Rollover, type RotationState } from '../rollover/state.ts';
import { describeWait, describeWitness, rolloverTitle } from '../rollover/words.ts';
import type { Environment } from './environment.ts';
import { findZone, foundKey } from './found-zone.ts';
import {
  keyLabel,
  lostKeys,
  makeSpareKey,
  purgeKeys,
  syncKeyTimes,
  withNewKeyFiles,
} from './rotation-keys.ts';
import { eventsOf, type EventTarget } from './rotation-events.ts';
import { readState, withStateLock, writeState } from './state-store.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** What the operator says of a DS at the parent. */
export interface DsReport {
  readonly keyTag: number;
  /** Epoch seconds. */
  readonly at: number;
}

export interface RotateOptions {
  /** In wire form. */
  readonly zone: Uint8Array;
  readonly keyDirectory: string;
  readonly policy: Policy;
  /** The signed zone that is served, where the configuration names it. */
  readonly signedZone?: string | undefined;
  /** The master file, where the configuration names it. */
  readonly zoneFile?: string | undefined;
  readonly start?: Role | 'all' | undefined;
  /** Begin an algorithm rollover to this algorithm, by mnemonic or number. */
  readonly algorithm?: string | undefined;
  /** Replace the key with this tag at once. */
  readonly emergency?: number | undefined;
  readonly dsPublished?: readonly DsReport[] | undefined;
  readonly dsWithdrawn?: readonly DsReport[] | undefined;
  readonly enable?: boolean | undefined;
  readonly disable?: boolean | undefined;
  /** Build the state anew from keys and signed zone. */
  readonly adopt?: boolean | undefined;
  /** All servers have the version with this serial. */
  readonly served?: number | undefined;
  readonly abort?: boolean | undefined;
  /** Who is told of events. */
  readonly targets?: readonly EventTarget[] | undefined;
  /** Change nothing; tell what would be done. */
  readonly dryRun?: boolean | undefined;
  /** Tell what comes until this many seconds from now, and change nothing. */
  readonly planFor?: number | undefined;
}

export interface RotateResult {
  readonly zone: string;
  /** Whether the state is (with `dryRun`: would be) another than before. */
  readonly changed: boolean;
  /** What was done, in words. */
  readonly done: readonly { readonly rollover: string; readonly what: string }[];
  readonly waits: readonly RotateWait[];
  /** Whether the published zone is not what the state wants. */
  readonly needsSigning: boolean;
  /** The next rollover that will begin by itself, and when (epoch seconds). */
  readonly next: { readonly rollover: string; readonly at: number } | undefined;
  readonly keys: readonly ManagedKey[];
  readonly lostKeys: readonly LostKey[];
  readonly plan?: readonly PlanEntry[];
}

/** A key that signs and whose private half is gone. */
export interface LostKey extends ManagedKey {
  /** When the first of its signatures in the served zone expires (epoch seconds); undefined where it has none. */
  readonly firstExpiration: number | undefined;
}

export interface RotateWait {
  readonly rollover: string;
  readonly what: string;
  /** Epoch seconds; undefined where somebody has to act. */
  readonly until: number | undefined;
  readonly actor: 'none' | 'zonewright' | 'operator';
  readonly nextCommand: string | undefined;
}

/**
 * Does what is due and safe now for one zone. Running it again changes nothing.
 * @throws ZonewrightError `state/*`, `rotate/*`, `key/*`, `file/*`
 */
export async function rotate(options: RotateOptions, environment: Environment): Promise<RotateResult> {
  checkRequests(options);
  const command = `zonewright rotate ${zoneLabel(options.zone)}`;
  if (options.dryRun === true || options.planFor !== undefined)
    return new RotateRun(options, environment).run(false);
  return withStateLock(options.keyDirectory, options.zone, command, environment, () =>
    new RotateRun(options, environment).run(true),
  );
}

function checkRequests(options: RotateOptions): void {
  const requests = (
    ['start', 'algorithm', 'emergency', 'enable', 'disable', 'adopt', 'abort'] as const
  ).filter((name) => options[name] !== undefined && options[name] !== false);
  if (requests.length > 1) {
    throw usageError('usage/conflict', `--${requests[0]!} and --${requests[1]!} exclude each other`, {
      hint: 'do one after the other',
    });
  }
}

class RotateRun {
  readonly #options: RotateOptions;
  readonly #environment: Environment;
  readonly #done: { rollover: string; what: string }[] = [];
  /** Base names of the keys that a dry run would have made. */
  readonly #imagined: string[] = [];
  #state: RotationState = EMPTY_STATE;

  constructor(options: RotateOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
  }

  async run(isReal: boolean): Promise<RotateResult> {
    const { zone, keyDirectory, policy, planFor } = this.#options;
    const environment = this.#environment;
    const { now } = environment;
    const stored =
      this.#options.adopt === true ? undefined : await readState(keyDirectory, zone, environment);
    const before = stored?.state;
    this.#state = before ?? (await this.#firstState());
    this.#state = await withNewKeyFiles(this.#state, zone, keyDirectory, environment);
    await this.#settlePublications();
    this.#takeReports();
    this.#abort();
    const isAdopting = this.#options.adopt === true || (before === undefined && this.#state.keys.length > 0);
    if (this.#options.abort !== true) await this.#start(isAdopting || planFor !== undefined, isReal);
    if (planFor !== undefined) {
      const plan = await this.#plan(planFor);
      return { ...this.#result(before, [], plan), changed: false, done: [] };
    }
    const waits = this.#advance();
    const result = { ...this.#result(before, waits), lostKeys: await this.#lostKeys() };
    if (isReal) {
      const { state, purged } = await purgeKeys(this.#state, policy, keyDirectory, environment);
      this.#state = state;
      for (const key of purged)
        this.#note(
          'purge',
          `deleted the files of ${keyLabel(key)}, removed ${printTime(key.removed ?? now)}`,
        );
      this.#state = {
        ...this.#state,
        ledger: prunedLedger(
          this.#state.ledger,
          now,
          Math.max(policy.publishSafety, policy.retireSafety) + DAY,
        ),
      };
      if (JSON.stringify(before) !== JSON.stringify(this.#state)) {
        await writeState(keyDirectory, zone, this.#withAudit(), environment);
      }
      // After the state: keys whose times say that they are in use, and no state, would look like a zone to take over.
      await syncKeyTimes(this.#state, keyDirectory, environment);
      if (purged.length > 0) return { ...result, changed: true, keys: this.#state.keys };
    }
    return result;
  }

  async #lostKeys(): Promise<LostKey[]> {
    const { zone, keyDirectory, signedZone, policy } = this.#options;
    const missing = await lostKeys(this.#state, zone, keyDirectory, this.#environment);
    const lost = missing.filter((key) => !this.#imagined.includes(key.base));
    if (lost.length === 0) return [];
    const found = await findZone(signedZone, zone, [], policy, this.#environment);
    return lost.map((key) => ({ ...key, firstExpiration: found?.evidence.expirations.get(key.dnskey) }));
  }

  /** The state of a zone that has none: of the keys that are there, or empty. */
  async #firstState(): Promise<RotationState> {
    const { zone, keyDirectory, policy, signedZone } = this.#options;
    const keys = await new KeyDirectory(keyDirectory, this.#environment.files).listKeys(zone);
    if (keys.length === 0) return EMPTY_STATE;
    const rdatas = keys.map(({ dnskeyRdata }) => dnskeyRdata);
    const found = await findZone(signedZone, zone, rdatas, policy, this.#environment);
    const signed = found !== undefined && found.evidence.keySet.keys.length > 0 ? found : undefined;
    this.#note(
      'adopt',
      `took over ${keys.length} keys${signed === undefined ? ' by their times' : ` and the zone of serial ${signed.evidence.serial}`}`,
    );
    return adoptedState(
      keys.map((key) => foundKey(key, this.#environment.now)),
      signed,
      policy,
      this.#environment.now,
    );
  }

  /** Finds out what became of versions that somebody set out to write, and of versions that somebody else wrote. */
  async #settlePublications(): Promise<void> {
    const { zone, policy, signedZone, served } = this.#options;
    const { now } = this.#environment;
    if (served !== undefined) {
      if (!this.#state.ledger.publications.some(({ serial }) => serial === served)) {
        throw usageError('rotate/unknown-serial', `no version with serial ${served} was published`, {
          hint: `known serials: ${this.#state.ledger.publications.map(({ serial }) => serial).join(', ') || 'none'}`,
        });
      }
      this.#state = withEstablished(this.#state, served, now);
    }
    const open = this.#state.ledger.publications.filter(({ established }) => established === undefined);
    if (open.length === 0 && signedZone === undefined) return;
    const digest = await this.#digestOf(signedZone);
    if (digest === undefined) return;
    const { publications } = this.#state.ledger;
    const known = publications.findLast((publication) => publication.digest === digest);
    const current = currentPublication(this.#state.ledger);
    // An old version that stands there again was not put there by this tool either.
    const isPutBack = known?.established !== undefined && known !== current;
    if (known === undefined || isPutBack) {
      const keys = await new KeyDirectory(this.#options.keyDirectory, this.#environment.files).listKeys(zone);
      const found = await findZone(
        signedZone,
        zone,
        keys.map(({ dnskeyRdata }) => dnskeyRdata),
        policy,
        this.#environment,
      );
      if (found === undefined) return;
      const { serial, keySet, data, dnskeyTtl, maxTtl, firstExpiration } = found.evidence;
      const publication = {
        serial,
        digest,
        since: now,
        established: policy.publishedWhen === 'written' ? now : undefined,
        keySet,
        data,
        dnskeyTtl,
        maxTtl,
        propagation: found.propagation,
        firstExpiration,
      };
      this.#state = withPublication(this.#state, publication);
      this.#note(
        'publication',
        `found serial ${serial} in ${signedZone ?? ''}, which this tool did not write`,
      );
      return;
    }
    if (known.established === undefined && policy.publishedWhen === 'written')
      this.#state = withEstablished(this.#state, known.serial, now);
    for (const publication of open) {
      if (publication.digest !== digest && publication.since > known.since && publication.elsewhere !== true)
        this.#state = withoutPublication(this.#state, publication.digest);
    }
  }

  async #digestOf(file: string | undefined): Promise<string | undefined> {
    const { files, crypto } = this.#environment;
    if (file === undefined || (await files.status(file)) === undefined) return undefined;
    return toHex(crypto.digest('sha256', await files.read(file)));
  }

  #takeReports(): void {
    const { now } = this.#environment;
    const { dsPublished = [], dsWithdrawn = [] } = this.#options;
    const early = [...dsPublished, ...dsWithdrawn].find(({ at }) => at > now);
    if (early !== undefined) {
      throw usageError('rotate/future-report', `${printTime(early.at)} has not come yet`, {
        hint: 'say what the parent serves once it does',
      });
    }
    for (const { keyTag, at } of this.#options.dsPublished ?? []) {
      const key = this.#keyWithDs(keyTag);
      this.#state = withDsPublished(this.#state, key.dnskey, at);
      this.#note('parent', `the parent serves the DS of ${keyLabel(key)} since ${printTime(at)}`);
    }
    for (const { keyTag, at } of this.#options.dsWithdrawn ?? []) {
      const key = this.#keyWithDs(keyTag);
      this.#state = withDsWithdrawn(this.#state, key.dnskey, at);
      this.#note('parent', `the parent serves no DS of ${keyLabel(key)} since ${printTime(at)}`);
    }
  }

  #keyWithDs(keyTag: number): ManagedKey {
    const key = this.#keyWithTag(keyTag);
    if (signsKeys(key.role)) return key;
    throw usageError('rotate/no-ds', `key ${keyTag} is a ZSK: the parent has no DS of it`, {
      hint: `keys with a DS: ${this.#state.keys
        .filter(({ role }) => signsKeys(role))
        .map((other) => String(other.keyTag))
        .join(', ')}`,
    });
  }

  #keyWithTag(keyTag: number): ManagedKey {
    const key = this.#state.keys.find(
      (candidate) => candidate.keyTag === keyTag && candidate.purged === undefined,
    );
    if (key !== undefined) return key;
    const known = this.#state.keys.map(
      (candidate) => `${candidate.keyTag} (${candidate.role.toUpperCase()})`,
    );
    throw usageError(
      'rotate/unknown-key',
      `no key of ${nameToText(this.#options.zone)} has the tag ${keyTag}`,
      {
        hint: `keys: ${known.join(', ') || 'none'}`,
      },
    );
  }

  #abort(): void {
    if (this.#options.abort !== true) return;
    const rollover = this.#state.rollovers.at(-1);
    if (rollover === undefined) throw usageError('rotate/nothing-to-abort', 'no rollover is in progress');
    const abort = abortRollover(this.#state, rollover, this.#options.policy, this.#environment.now);
    const title = rolloverTitle(rollover.name);
    if ('atParent' in abort) {
      throw inputError(
        'rotate/cannot-abort',
        `the ${title} cannot be taken back: the parent may serve the DS of ${abort.atParent.join(', ')}`,
        {
          hint: 'withdraw that DS, say so with --ds-withdrawn TAG, and try again',
        },
      );
    }
    if ('refused' in abort) {
      throw inputError(
        'rotate/cannot-abort',
        `the ${title} cannot be taken back now: ${describeWitness(abort.refused.witness)}`,
        {
          hint: Number.isFinite(abort.refused.until)
            ? `try again after ${printTime(abort.refused.until)}`
            : 'let it go on',
        },
      );
    }
    this.#state = abort.state;
    this.#note(title, 'aborted: the old keys do all the work again');
  }

  /** Begins what the operator asks for and, unless that is all, what is due. */
  async #start(onlyRequested: boolean, isReal: boolean): Promise<void> {
    const { policy } = this.#options;
    for (const due of this.#requested()) await this.#startRollover(due, isReal);
    if (onlyRequested) return;
    for (const due of dueRollovers(this.#state, policy).filter(({ at }) => at <= this.#environment.now)) {
      if (this.#conflict(due) === undefined) await this.#startRollover(due, isReal);
    }
  }

  /** What the operator asks for, refused where something else is in its way. */
  #requested(): Due[] {
    const wanted = this.#wanted();
    for (const due of wanted) {
      const conflict = this.#conflict(due);
      if (conflict !== undefined) {
        throw inputError(
          'rotate/in-progress',
          `a ${rolloverTitle(due.name)} cannot begin: the ${rolloverTitle(conflict.name)} is in progress`,
          {
            hint: 'let it finish, or take it back with --abort',
          },
        );
      }
    }
    return wanted;
  }

  #wanted(): Due[] {
    const { start, algorithm, emergency, enable, disable, policy } = this.#options;
    const inUse = this.#state.keys.filter(({ use }) => use.published || use.signsZone || use.signsKeys);
    const ofRole = (role: Role): ManagedKey[] => inUse.filter((key) => key.role === role);
    const replacing = (role: Role): Due => ({
      name: rolloverOf(role, policy, this.#state),
      old: ofRole(role),
      newRoles: [role],
      algorithm: ofRole(role)[0]?.algorithm ?? policy.algorithm,
      at: -Infinity,
    });
    if (enable === true) {
      if (inUse.length === 0) return [enabling(policy)];
      throw usageError('rotate/enabled', 'the zone is signed already');
    }
    if (inUse.length === 0) {
      if (start === undefined && algorithm === undefined && emergency === undefined && disable !== true)
        return [];
      throw inputError('rotate/insecure', 'the zone is not signed, so there is nothing to roll over', {
        hint: 'begin with --enable',
      });
    }
    if (disable === true)
      return [{ name: 'disable', old: inUse, newRoles: [], algorithm: policy.algorithm, at: -Infinity }];
    if (algorithm !== undefined) return [this.#algorithmRollover(algorithm, inUse)];
    if (emergency !== undefined) return [{ ...replacing(this.#keyWithTag(emergency).role), urgent: true }];
    const roles =
      start === undefined ? [] : start === 'all' ? [...new Set(inUse.map(({ role }) => role))] : [start];
    for (const role of roles) {
      if (ofRole(role).length === 0)
        throw usageError('rotate/no-such-role', `the zone has no ${role.toUpperCase()} in use`);
    }
    return roles.map(replacing);
  }

  #algorithmRollover(name: string, inUse: readonly ManagedKey[]): Due {
    const algorithm = algorithmByName(name);
    if (algorithm === undefined || algorithm.status !== 'recommended') {
      throw usageError('usage/algorithm', `"${name}" is no algorithm that new keys are made for`);
    }
    if (algorithm.number !== this.#options.policy.algorithm) {
      throw usageError(
        'rotate/policy-algorithm',
        `the policy asks for ${algorithmLabel(this.#options.policy.algorithm)}: the next run would roll back`,
        {
          hint: `set "algorithm: ${algorithm.mnemonic}" in the configuration; the rollover then begins by itself`,
        },
      );
    }
    const old = inUse.filter((key) => key.algorithm !== algorithm.number);
    if (old.length === 0)
      throw usageError('rotate/same-algorithm', `all keys are of ${algorithm.mnemonic} already`);
    return {
      name: 'algorithm',
      old,
      newRoles: rolesOf(this.#options.policy),
      algorithm: algorithm.number,
      at: -Infinity,
    };
  }

  /** A rollover in progress beside which another cannot run. */
  #conflict({ name, old }: Due): Rollover | undefined {
    const bases = old.map(({ base }) => base);
    return this.#state.rollovers.find(
      (rollover) =>
        rollover.name === name ||
        ROLLOVERS[rollover.name].alone ||
        ROLLOVERS[name].alone ||
        rollover.old.some((base) => bases.includes(base)),
    );
  }

  async #startRollover(due: Due, isReal: boolean): Promise<void> {
    const { zone, policy, keyDirectory } = this.#options;
    const newKeys: ManagedKey[] = [];
    for (const role of due.newRoles) {
      const spare = spareKeys(this.#state, role, due.algorithm).find((key) => !newKeys.includes(key));
      const key =
        spare ??
        (isReal
          ? await makeSpareKey(zone, role, due.algorithm, policy, keyDirectory, this.#environment)
          : this.#imagine(role, due.algorithm));
      if (spare === undefined) this.#state = { ...this.#state, keys: [...this.#state.keys, key] };
      newKeys.push(key);
    }
    this.#state = withRolloverStarted(this.#state, due, newKeys, this.#environment.now);
    this.#note(
      rolloverTitle(due.name),
      `began${newKeys.length === 0 ? '' : `; new: ${newKeys.map((key) => (this.#imagined.includes(key.base) ? `a ${key.base}` : keyLabel(key))).join(', ')}`}`,
    );
  }

  /** A key for a dry run, which makes none. */
  #imagine(role: Role, algorithm: number): ManagedKey {
    const base = `new ${role.toUpperCase()}`;
    this.#imagined.push(base);
    const use = { published: false, signsKeys: false, signsZone: false };
    const dnskey = `${role === 'zsk' ? 256 : 257} 3 ${algorithm} imagined-${role}`;
    return { base, keyTag: 0, algorithm, role, dnskey, created: this.#environment.now, use };
  }

  #advance(): readonly Wait[] {
    const { state, decisions, waits } = advance(this.#state, this.#options.policy, this.#environment.now);
    this.#state = state;
    for (const decision of decisions)
      this.#note(rolloverTitle(decision.rollover.name), describeDecision(decision));
    const { zone, policy, targets = [] } = this.#options;
    const events = eventsOf(decisions, state, zone, policy, targets, this.#environment);
    this.#state = { ...state, outbox: [...state.outbox, ...events] };
    return waits;
  }

  async #plan(duration: number): Promise<PlanEntry[]> {
    const { policy, zoneFile, signedZone, zone } = this.#options;
    const { now } = this.#environment;
    const found =
      (await findZone(signedZone, zone, [], policy, this.#environment)) ??
      (await findZone(zoneFile, zone, [], policy, this.#environment));
    const times: ZoneTimes =
      found === undefined
        ? {
            dnskeyTtl: policy.dnskeyTtl,
            maxTtl: DAY,
            propagation: policy.propagationDelay === 'auto' ? 3 * HOUR : policy.propagationDelay,
          }
        : { dnskeyTtl: policy.dnskeyTtl, maxTtl: found.evidence.maxTtl, propagation: found.propagation };
    return planRotation(this.#state, policy, now, now + duration, times);
  }

  #note(rollover: string, what: string): void {
    this.#done.push({ rollover, what });
  }

  #withAudit(): RotationState {
    const entries = this.#done.map(({ rollover, what }) => ({
      time: this.#environment.now,
      what: `${rollover}: ${what}`,
      why: 'rotate',
    }));
    return { ...this.#state, audit: [...this.#state.audit, ...entries], lastError: undefined };
  }

  #result(
    before: RotationState | undefined,
    waits: readonly Wait[],
    plan?: readonly PlanEntry[],
  ): RotateResult {
    const state = this.#state;
    const zone = zoneLabel(this.#options.zone);
    const due = dueRollovers(state, this.#options.policy)[0];
    return {
      zone: nameToText(this.#options.zone),
      changed: JSON.stringify(before) !== JSON.stringify(state),
      done: this.#done,
      waits: waits.map((wait) => this.#describe(wait, zone)),
      needsSigning: needsSigning(state),
      next: due === undefined ? undefined : { rollover: rolloverTitle(due.name), at: due.at },
      keys: state.keys,
      lostKeys: [],
      ...(plan === undefined ? {} : { plan }),
    };
  }

  #describe(wait: Wait, zone: string): RotateWait {
    const { reason, until, step, rollover } = wait;
    const tags = reason.kind === 'parent' ? reason.keyTags : [];
    const option = step.kind === 'parent' && step.ask === 'add-new' ? '--ds-published' : '--ds-withdrawn';
    return {
      rollover: rolloverTitle(rollover.name),
      what: describeWait(wait),
      until: Number.isFinite(until) ? until : undefined,
      actor: reason.kind === 'parent' ? 'operator' : reason.kind === 'publication' ? 'zonewright' : 'none',
      nextCommand:
        reason.kind === 'parent'
          ? `zonewright rotate ${zone} ${tags.map((tag) => `${option} ${tag}`).join(' ')}`
          : reason.kind === 'publication'
            ? `zonewright sign ${this.#options.zoneFile ?? `${zone}.zone`}`
            : undefined,
    };
  }
}

const EMPTY_STATE: RotationState = {
  keys: [],
  ledger: { publications: [], parent: [] },
  rollovers: [],
  wantedDs: [],
  audit: [],
  outbox: [],
};

function describeDecision({ kind, step, rollover }: Decision): string {
  switch (kind) {
    case 'decided':
      return step.kind === 'parent'
        ? `asks the parent to ${step.does.replace(/ at the parent$/, '')}`
        : `will ${step.does}`;
    case 'done':
      return `done: ${step.does}`;
    case 'finished':
      return `finished; began ${printTime(rollover.started)}`;
  }
}

/** Whether the newest version is not what the state wants next. */
function needsSigning(state: RotationState): boolean {
  const newest = newestPublication(state.ledger) ?? currentPublication(state.ledger);
  const next = nextPublication(state);
  if (newest === undefined) return state.keys.some(({ use }) => use.published || use.signsZone);
  return JSON.stringify([newest.keySet, newest.data]) !== JSON.stringify([next.keySet, next.data]);
}

/** The keys of a state whose DS should stand at the parent. */
export function wantedKeys(state: RotationState): ManagedKey[] {
  return state.wantedDs.flatMap((base) => keyNamed(state, base) ?? []);
}
