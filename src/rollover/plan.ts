import { signsKeys, type Role } from '../keys/roles.ts';
import { dueRollovers, spareKeys, withRolloverStarted, type Due } from './due.ts';
import { needsPublication, nextPublication } from './next-publication.ts';
import type { Wait } from './step-outcome.ts';
import { advance } from './engine.ts';
import { withDsPublished, withDsWithdrawn, withEstablished, withPublication } from './facts.ts';
import { newestPublication, NO_FILE, UNSIGNED_ZONE, type Publication } from './ledger.ts';
import type { Policy } from './policy.ts';
import type { ZoneVersion } from './proof.ts';
import { ROLLOVERS, type Step } from './rollovers.ts';
import { keyNamed, UNUSED, type ManagedKey, type RotationState } from './state.ts';

/** One date of a plan. */
export interface PlanEntry {
  /** Epoch seconds. */
  readonly time: number;
  /** The rollover's title. */
  readonly rollover: string;
  /** What happens: "publish the new DNSKEY". */
  readonly what: string;
  readonly actor: 'zonewright' | 'operator';
  /** Keys that it is about; those that do not exist yet are named by their role. */
  readonly keys: readonly string[];
}

/** What a plan takes for granted of the zone where nothing was published yet. */
export type ZoneTimes = Pick<Publication, 'dnskeyTtl' | 'maxTtl' | 'propagation'>;

/** More turns than any plan of some years has: a plan that does not come forward is a defect, not an endless loop. */
const MAX_TURNS = 100_000;

/** Is shown the state as it will be at a time, once everything is done that can be done then. */
export type PlanObserver = (state: RotationState, time: number) => void;

/**
 * What will happen until a time, if every run takes place, every signing succeeds at once and the operator acts on the day.
 * The state is not changed; its future is.
 */
export function planRotation(
  state: RotationState,
  policy: Policy,
  now: number,
  until: number,
  times: ZoneTimes,
  observe: PlanObserver = () => undefined,
): PlanEntry[] {
  const simulation = new Simulation(state, policy, now, times);
  for (let turn = 0; turn < MAX_TURNS && simulation.now <= until; turn++) {
    simulation.act();
    observe(simulation.state, simulation.now);
    if (!simulation.goOn()) break;
  }
  return simulation.entries.filter(({ time }) => time <= until);
}

class Simulation {
  readonly entries: PlanEntry[] = [];
  now: number;
  #state: RotationState;
  readonly #policy: Policy;
  readonly #times: ZoneTimes;
  #serial: number;
  #made = 0;
  #waits: readonly Wait[] = [];

  constructor(state: RotationState, policy: Policy, now: number, times: ZoneTimes) {
    this.#state = state;
    this.#policy = policy;
    this.now = now;
    this.#times = newestPublication(state.ledger) ?? times;
    this.#serial = newestPublication(state.ledger)?.serial ?? 0;
  }

  get state(): RotationState {
    return this.#state;
  }

  /** Does everything that can be done now. */
  act(): void {
    for (const due of dueRollovers(this.#state, this.#policy).filter(({ at }) => at <= this.now))
      this.#start(due);
    this.#waits = this.#advance();
    while (this.#publish() || this.#actAtParent(this.#waits)) this.#waits = this.#advance();
  }

  /** Goes to the next moment at which something can be done; false where nothing more will ever happen. */
  goOn(): boolean {
    const next = [
      ...this.#waits.map((wait) => wait.until),
      ...dueRollovers(this.#state, this.#policy).map(({ at }) => at),
    ].filter((time) => time > this.now && Number.isFinite(time));
    if (next.length === 0) return false;
    this.now = Math.min(...next);
    return true;
  }

  #start(due: Due): void {
    // One due rollover may exclude another that was due at the same moment.
    if (!dueRollovers(this.#state, this.#policy).some(({ name }) => name === due.name)) return;
    const keys = due.newRoles.map(
      (role) => spareKeys(this.#state, role, due.algorithm)[0] ?? this.#makeKey(role, due.algorithm),
    );
    const made = keys.filter((key) => !this.#state.keys.includes(key));
    const state = { ...this.#state, keys: [...this.#state.keys, ...made] };
    this.#state = withRolloverStarted(state, due, keys, this.now);
  }

  #makeKey(role: Role, algorithm: number): ManagedKey {
    this.#made++;
    return {
      base: `new ${role.toUpperCase()} ${this.#made}`,
      keyTag: 0,
      algorithm,
      role,
      dnskey: `${role === 'zsk' ? 256 : 257} 3 ${algorithm} planned-${this.#made}`,
      created: this.now,
      use: UNUSED,
    };
  }

  #advance(): readonly Wait[] {
    const { state, decisions, waits } = advance(this.#state, this.#policy, this.now);
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

  #publish(): boolean {
    if (!needsPublication(this.#state)) return false;
    // Before it is signed for the first time, a zone is served without DNSSEC.
    if (newestPublication(this.#state.ledger) === undefined) this.#establish(UNSIGNED_ZONE);
    this.#establish(nextPublication(this.#state));
    return true;
  }

  #establish({ keySet, data }: ZoneVersion): void {
    const { dnskeyTtl, maxTtl, propagation } = this.#times;
    const serial = ++this.#serial;
    const publication = {
      serial,
      digest: NO_FILE,
      since: this.now,
      keySet,
      data,
      dnskeyTtl,
      maxTtl,
      propagation,
    };
    this.#state = withEstablished(withPublication(this.#state, publication), serial, this.now);
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
