import { signsKeys, type Role } from '../keys/roles.ts';
import { dueRollovers, needsLostKey, spareKeys, withRolloverStarted, type Due } from './due.ts';
import { advance } from './engine.ts';
import { withCarried, withDsPublished, withDsWithdrawn, withEstablished, withPublication } from './facts.ts';
import { keepsSerial } from './kept-serial.ts';
import { newestPublication, prunedLedger, UNSIGNED_ZONE } from './ledger.ts';
import { lostSigners, needsPublication, nextPublication, NONE_LOST } from './next-publication.ts';
import type { PlanEntry, PlannedZone, ZoneTimes } from './plan.ts';
import type { Policy } from './policy.ts';
import type { ZoneVersion } from './proof.ts';
import { ROLLOVERS, type Step } from './rollovers.ts';
import { keyNamed, UNMADE, UNUSED, type ManagedKey, type RotationState } from './state.ts';
import type { Wait } from './step-outcome.ts';

/** The future of a zone, as its runs and its operator make it. */
export class PlannedRuns {
  readonly entries: PlanEntry[] = [];
  now: number;
  #state: RotationState;
  readonly #policy: Policy;
  readonly #times: ZoneTimes;
  readonly #lost: ReadonlySet<string>;
  #denial: PlannedZone['denial'];
  #serial: number;
  #made = 0;
  #published = 0;
  #waits: readonly Wait[] = [];

  constructor(state: RotationState, policy: Policy, now: number, zone: PlannedZone) {
    this.#state = state;
    this.#policy = policy;
    this.now = now;
    // What others wrote is held for a week, since nobody knows its history: that is over with the next version.
    this.#times = state.ledger.publications.findLast(({ written }) => written !== undefined) ?? zone;
    this.#lost = zone.lost ?? NONE_LOST;
    this.#denial = zone.denial;
    this.#serial = newestPublication(state.ledger)?.serial ?? 0;
  }

  get state(): RotationState {
    return this.#state;
  }

  /** Does everything that can be done now. */
  act(): void {
    this.#forget();
    for (const due of this.#dueRollovers().filter(({ at }) => at <= this.now)) this.#start(due);
    this.#changeDenial();
    this.#waits = this.#advance();
    while (
      this.#publish() ||
      this.#actAtParent(this.#waits) ||
      this.#forceTransfer(this.#waits) ||
      this.#lookAtSigners(this.#waits)
    )
      this.#waits = this.#advance();
  }

  /** Goes to the next moment at which something can be done; false where nothing more will ever happen. */
  goOn(): boolean {
    const next = [
      ...this.#waits.map((wait) => wait.until),
      ...this.#dueRollovers().map(({ at }) => at),
    ].filter((time) => time > this.now && Number.isFinite(time));
    if (next.length === 0) return false;
    this.now = Math.min(...next);
    return true;
  }

  /** As in every run, the ledger loses what no cache holds any more: of a long future, proofs need only the last weeks. */
  #forget(): void {
    const { publishSafety, retireSafety } = this.#policy;
    const ledger = prunedLedger(this.#state.ledger, this.now, Math.max(publishSafety, retireSafety));
    this.#state = { ...this.#state, ledger };
  }

  /** What begins by itself. */
  #dueRollovers(): Due[] {
    const due = dueRollovers(this.#state, this.#policy);
    return due.filter((one) => !needsLostKey(one, this.#lost));
  }

  #start(due: Due): void {
    // One due rollover may exclude another that was due at the same moment.
    if (!this.#dueRollovers().some(({ name }) => name === due.name)) return;
    const keys = due.newRoles.map((role) => this.#spareKey(role, due.algorithm));
    const made = keys.filter((key) => !this.#state.keys.includes(key));
    const state = { ...this.#state, keys: [...this.#state.keys, ...made] };
    this.#state = withRolloverStarted(state, due, keys, this.now);
  }

  #spareKey(role: Role, algorithm: number): ManagedKey {
    const spares = spareKeys(this.#state, role, algorithm);
    return spares.find(({ base }) => !this.#lost.has(base)) ?? this.#makeKey(role, algorithm);
  }

  #makeKey(role: Role, algorithm: number): ManagedKey {
    this.#made++;
    return {
      base: `new ${role.toUpperCase()} ${this.#made}`,
      keyTag: UNMADE,
      algorithm,
      role,
      dnskey: `${role === 'zsk' ? 256 : 257} 3 ${algorithm} planned-${this.#made}`,
      created: this.now,
      use: UNUSED,
    };
  }

  #advance(): readonly Wait[] {
    const { state, decisions, waits } = advance(this.#state, this.#policy, this.now, this.#lost);
    this.#state = state;
    for (const { kind, rollover, step } of decisions) {
      if (kind !== 'decided') continue;
      this.entries.push({
        time: this.now,
        rollover: ROLLOVERS[rollover.name].title,
        what: step.does,
        actor: step.kind === 'parent' ? 'operator' : 'zonewright',
        keys: (isAboutNewKeys(step) ? rollover.new : rollover.old).filter(
          (base) => step.kind === 'publish' || hasDs(keyNamed(state, base)),
        ),
      });
    }
    return waits;
  }

  /** Every negative answer brings its own proof, so that the one kind is good beside the other: the next version has the new one. */
  #changeDenial(): void {
    const { denial } = this.#policy;
    if (this.#denial === undefined || this.#denial === denial || this.#keepsSerial()) return;
    this.entries.push({
      time: this.now,
      rollover: 'change of denial',
      what: `publish the zone with ${denial.toUpperCase()} in the place of ${this.#denial.toUpperCase()}`,
      actor: 'zonewright',
      keys: [],
    });
    this.#denial = denial;
  }

  #publish(): boolean {
    if (!needsPublication(this.#state)) return false;
    const newest = newestPublication(this.#state.ledger);
    if (lostSigners(this.#state, newest, this.#lost).length > 0) return false;
    // Before it is signed for the first time, a zone is served without DNSSEC.
    if (newest === undefined) this.#establish(this.#written(UNSIGNED_ZONE));
    const serial = this.#written(nextPublication(this.#state));
    if (!keepsSerial(this.#state.ledger)) this.#establish(serial);
    return true;
  }

  /** Whether nobody can sign a new SOA. */
  #keepsSerial(): boolean {
    return this.#state.keys.some(({ base, use }) => use.signsZone && this.#lost.has(base));
  }

  /** Writes a version. Returns its serial. */
  #written({ keySet, data }: ZoneVersion): number {
    const { dnskeyTtl, maxTtl, propagation } = this.#times;
    if (!this.#keepsSerial()) this.#serial++;
    const publication = {
      serial: this.#serial,
      digest: `planned ${++this.#published}`,
      since: this.now,
      keySet,
      data,
      dnskeyTtl,
      maxTtl,
      propagation,
    };
    this.#state = withPublication(this.#state, publication);
    return this.#serial;
  }

  #establish(serial: number): void {
    this.#state = withEstablished(this.#state, serial, this.now);
  }

  /** What the operator does where servers do not notice a new version. */
  #forceTransfer(waits: readonly Wait[]): boolean {
    const forced = waits.flatMap(({ rollover, reason }) =>
      reason.kind === 'served' && reason.isTransferForced ? { rollover, serial: reason.serial } : [],
    );
    for (const { rollover, serial } of forced) {
      this.entries.push({
        time: this.now,
        rollover: ROLLOVERS[rollover.name].title,
        what: 'force the transfers to all servers, and say so with --served',
        actor: 'operator',
        keys: rollover.new,
      });
      this.#establish(serial);
    }
    return forced.length > 0;
  }

  /** What the operator does where a zone has other signers. */
  #lookAtSigners(waits: readonly Wait[]): boolean {
    const open = waits.filter(({ reason, until }) => reason.kind === 'signers' && until === Infinity);
    for (const { rollover } of open) {
      this.entries.push({
        time: this.now,
        rollover: ROLLOVERS[rollover.name].title,
        what: 'have the other signers import the new DNSKEY, and look with --check-servers',
        actor: 'operator',
        keys: rollover.new,
      });
      const dnskeys = rollover.new.flatMap((base) => keyNamed(this.#state, base)?.dnskey ?? []);
      this.#state = withCarried(this.#state, dnskeys, this.now);
    }
    return open.length > 0;
  }

  #actAtParent(waits: readonly Wait[]): boolean {
    let acted = false;
    for (const { reason, step, rollover } of waits) {
      if (reason.kind !== 'parent' || step.kind !== 'parent') continue;
      acted = true;
      for (const base of step.ask === 'add-new' ? rollover.new : rollover.old) {
        const key = keyNamed(this.#state, base);
        if (key === undefined || !hasDs(key)) continue;
        const confirm = step.ask === 'add-new' ? withDsPublished : withDsWithdrawn;
        this.#state = confirm(this.#state, key.dnskey, this.now);
      }
    }
    return acted;
  }
}

function hasDs(key: ManagedKey | undefined): boolean {
  return key !== undefined && signsKeys(key.role);
}

function isAboutNewKeys(step: Step): boolean {
  return step.kind === 'parent' ? step.ask === 'add-new' : step.new !== undefined;
}
