import { dueRollovers, enabling } from '../../src/rollover/due.ts';
import type { Wait } from '../../src/rollover/step-outcome.ts';
import { latestTime, type Ledger } from '../../src/rollover/ledger.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/rollover/policy.ts';
import { signsKeys } from '../../src/keys/roles.ts';
import type { ManagedKey, Rollover } from '../../src/rollover/state.ts';
import type { DsRecord, DsSet } from '../../src/rollover/validation.ts';
import { Random } from './random.ts';
import { DAY, HOUR, MINUTE, Simulation } from './simulation.ts';

const YEARS = 2 * 365 * DAY;

/** Time after the two years in which everybody does his part at once: whatever still waits then hangs. */
const EPILOGUE = 75 * DAY;

export interface Outcome {
  readonly simulation: Simulation;
  /** Rollovers by name that were finished. */
  readonly finished: ReadonlyMap<string, number>;
  /** Rollovers that did not end although everybody had done his part. */
  readonly hanging: readonly string[];
}

/** Two random years of a zone, its people and its machines; everything follows from the seed. */
export function runSchedule(seed: number, distort?: (ledger: Ledger) => Ledger): Outcome {
  return new Schedule(seed, distort).run();
}

class Schedule {
  readonly #random: Random;
  readonly #simulation: Simulation;
  readonly #events: { readonly time: number; readonly act: () => void }[] = [];
  readonly #finished = new Map<string, number>();
  readonly #handled = new Set<string>();
  /** Keys whose DS he said to be gone. */
  readonly #withdrawn = new Set<string>();
  /** Lost keys that he had replaced. */
  readonly #recovered = new Set<string>();
  readonly #start: number;
  readonly #end: number;
  /** Who never confirms and never acts at the parent, in some stretches of time. */
  #operatorAsleep = false;
  #rotateMissedUntil = -Infinity;
  #signMissedUntil = -Infinity;
  #failures: number;
  readonly #clockJumps: boolean;
  readonly #losesKeys: boolean;
  /** The least that the clock was ever ahead, except while the tool could see that it went back. */
  #clockBase = 0;
  /** Which task at the parent is the latest: a new one ends the one before. */
  #task = '';
  #wanted: 'signed' | 'unsigned' = 'signed';
  #calm = false;

  constructor(seed: number, distort: ((ledger: Ledger) => Ledger) | undefined) {
    this.#random = new Random(seed);
    const random = this.#random;
    this.#failures = random.pick([0, 0, 0.05, 0.3]);
    const clockJumps = random.chance(0.3);
    const policy = this.#randomPolicy();
    this.#losesKeys = !clockJumps && random.chance(0.5);
    // A clock that went back makes signatures that are too old from the start, and a lost key makes no new ones. Not what is looked at here:
    // they last for ever then.
    const signatures =
      clockJumps || this.#losesKeys ? { ...policy.signatures, validity: 100 * YEARS } : policy.signatures;
    const ttl = random.pick([HOUR, DAY, 2 * DAY]);
    const zone = {
      maxTtl: random.pick([HOUR, DAY, 2 * DAY]),
      negativeTtl: random.pick([5 * MINUTE, HOUR]),
      propagation: random.pick([0, HOUR, DAY]),
    };
    const parent = { ttl, lag: policy.parentPropagationDelay };
    this.#simulation = new Simulation({ ...policy, signatures, parentDsTtl: ttl }, zone, parent);
    if (distort !== undefined) this.#simulation.distort = distort;
    this.#clockJumps = clockJumps;
    this.#start = this.#simulation.time;
    this.#end = this.#start + YEARS;
  }

  run(): Outcome {
    const simulation = this.#simulation;
    simulation.startUnsigned();
    if (simulation.policy.publishedWhen === 'served')
      simulation.onWritten = (serial) => this.#loadLater(serial);
    simulation.onUnnoticed = (serial) => this.#forceLater(serial);
    this.#scatter();
    this.#after(this.#random.between(0, DAY), () => this.#cron());
    this.#until(this.#end);
    this.#beCalm();
    this.#until(this.#end - this.#clockBase + EPILOGUE);
    simulation.check();
    return {
      simulation,
      finished: this.#finished,
      hanging: simulation.state.rollovers.map(({ name, step }) => `${name} at step ${step}`),
    };
  }

  // Time.

  #after(delay: number, act: () => void): void {
    const event = { time: this.#simulation.time + delay, act };
    const index = this.#events.findIndex(({ time }) => time > event.time);
    this.#events.splice(index < 0 ? this.#events.length : index, 0, event);
  }

  #until(end: number): void {
    while (this.#events.length > 0 && this.#events[0]!.time <= end) {
      const { time, act } = this.#events.shift()!;
      this.#simulation.time = time;
      act();
    }
    this.#simulation.time = end;
  }

  // The machines.

  #cron(): void {
    const simulation = this.#simulation;
    const random = this.#random;
    if (simulation.time >= this.#rotateMissedUntil) this.#rotate();
    // Somebody always signs while the signatures last for the next run, propagation, a cache's TTL and a late reload.
    const isUrgent = simulation.firstExpiration - simulation.clock < 9 * DAY;
    if (isUrgent || simulation.time >= this.#signMissedUntil) {
      const fails = !isUrgent && random.chance(this.#failures);
      if (simulation.needsSigning || random.chance(0.05))
        simulation.sign(fails ? random.pick(['before', 'after']) : undefined);
    }
    if (this.#calm) this.#recover();
    const period = this.#calm ? DAY : random.pick([6 * HOUR, DAY, 2 * DAY, 4 * DAY]);
    this.#after(this.#toNextMoment(period), () => this.#cron());
  }

  /** The next run: now and then just when a wait is over, which is when it could go wrong by a second. */
  #toNextMoment(period: number): number {
    const { waits, clock } = this.#simulation;
    const next = Math.min(...waits.map(({ until }) => until - clock).filter((delay) => delay > 0));
    return next <= period && this.#random.chance(0.7) ? next : period;
  }

  #rotate(): void {
    const simulation = this.#simulation;
    if (simulation.policy.checkParent) simulation.checkParent();
    const before = simulation.state.rollovers.map(({ name }) => name);
    if (this.#wanted === 'unsigned') this.#disable();
    const { decisions } = simulation.rotate({ startDue: this.#wanted === 'signed' && !this.#calm });
    for (const { kind, rollover } of decisions) {
      if (kind === 'finished')
        this.#finished.set(rollover.name, (this.#finished.get(rollover.name) ?? 0) + 1);
    }
    for (const wait of simulation.waits) this.#notice(wait);
    for (const rollover of simulation.state.rollovers)
      if (!before.includes(rollover.name)) this.#disturbLater(rollover);
    if (before.includes('disable') && !simulation.state.rollovers.some(({ name }) => name === 'disable'))
      this.#after(this.#random.between(0, 60 * DAY), () => {
        if (this.#calm) return;
        this.#wanted = 'signed';
        simulation.begin(enabling(simulation.policy));
      });
  }

  #disable(): void {
    const { state } = this.#simulation;
    const signed = state.keys.some(({ use }) => use.published);
    if (signed && state.rollovers.length === 0) this.#simulation.disable();
  }

  #loadLater(serial: number): void {
    const { simulation, random } = { simulation: this.#simulation, random: this.#random };
    this.#after(this.#calm ? 0 : random.pick([0, 10 * MINUTE, DAY]), () => {
      simulation.load(serial);
      this.#after(this.#calm ? 0 : random.pick([0, HOUR, 3 * DAY]), () => {
        this.#saysServed(serial);
      });
    });
  }

  #saysServed(serial: number): void {
    const simulation = this.#simulation;
    const { loaded, state } = simulation;
    // Who has said so does not say it again: it would be taken for another version with that serial.
    const isSaid = state.ledger.publications.some(
      ({ serial: other, established }) => other === loaded && established !== undefined,
    );
    // By a clock that is behind, it is not taken.
    if (simulation.clockIsBehind) this.#after(DAY, () => this.#saysServed(serial));
    else if (loaded >= serial && !isSaid) simulation.establish(loaded);
  }

  /** Somebody makes all servers fetch a file that they do not notice, and says so. */
  #forceLater(serial: number): void {
    const { simulation, random } = { simulation: this.#simulation, random: this.#random };
    this.#after(this.#calm ? 0 : random.pick([0, HOUR, DAY, 5 * DAY]), () => {
      if (simulation.serial !== serial) return;
      simulation.forceTransfer();
      this.#after(this.#calm ? 0 : random.pick([0, HOUR]), () => {
        if (simulation.serial === serial) simulation.establish(serial);
      });
    });
  }

  // The operator.

  #notice({ rollover, step, reason, until }: Wait): void {
    // `--check-parent`, where nobody knows what the parent serves.
    if (reason.kind === 'proof' && step.kind === 'parent' && until === Infinity && this.#calm)
      this.#after(this.#random.between(0, DAY), () => this.#simulation.checkParent());
    if (reason.kind !== 'parent' || step.kind !== 'parent' || this.#operatorAsleep) return;
    const task = `${rollover.name} ${rollover.started} ${rollover.step}`;
    if (this.#handled.has(task)) return;
    this.#handled.add(task);
    this.#task = task;
    // Asked for it anew, he does.
    if (step.ask === 'add-new')
      for (const { base, dnskey } of this.#simulation.state.keys)
        if (rollover.new.includes(base)) this.#withdrawn.delete(dnskey);
    const random = this.#random;
    const simulation = this.#simulation;
    const { asked } = simulation;
    const isNew = (key: string | undefined): boolean =>
      simulation.state.keys.some(({ base, dnskey }) => dnskey === key && rollover.new.includes(base));
    const isOld = (key: string | undefined): boolean =>
      simulation.state.keys.some(({ base, dnskey }) => dnskey === key && rollover.old.includes(base));
    const isPair = asked.every(({ key }) => isNew(key) || isOld(key));
    const replaces = step.ask === 'add-new' && step.safe === 'replace' && isPair && random.chance(0.4);
    const goal = replaces ? asked.filter(({ key }) => isNew(key)) : asked;
    const delay = this.#calm ? 0 : random.pick([0, HOUR, DAY, 3 * DAY, 10 * DAY, 40 * DAY]);
    const changed = step.ask === 'add-new' ? rollover.new : rollover.old;
    this.#after(delay + random.between(0, HOUR), () =>
      this.#changeTowards(task, goal, () => {
        if (!simulation.policy.checkParent)
          this.#after(this.#calm ? 0 : random.pick([0, HOUR, 5 * DAY]), () =>
            this.#confirm(task, step.ask, changed),
          );
      }),
    );
  }

  /** Reaches a DS set at once or record by record in any order. */
  #changeTowards(task: string, goal: DsSet, done: () => void): void {
    if (task !== this.#task) {
      // Whoever is asked for something else first is asked again.
      this.#handled.delete(task);
      return;
    }
    const simulation = this.#simulation;
    const random = this.#random;
    const current = simulation.dsAtParent;
    const changes = [
      ...goal.filter((record) => !includes(current, record) && !this.#withdrawn.has(record.key ?? '')),
      ...current.filter((record) => !includes(goal, record)),
    ];
    if (changes.length === 0) {
      done();
      return;
    }
    const now = random.chance(0.5) ? changes : [random.pick(changes)];
    simulation.changeDs([
      ...current.filter((record) => !includes(now, record)),
      ...now.filter((record) => !includes(current, record)),
    ]);
    this.#after(now === changes || this.#calm ? 0 : random.pick([0, HOUR, DAY]), () =>
      this.#changeTowards(task, goal, done),
    );
  }

  #confirm(task: string, ask: 'add-new' | 'remove-old', bases: readonly string[]): void {
    if (this.#simulation.clockIsBehind) {
      this.#after(DAY, () => this.#confirm(task, ask, bases));
      return;
    }
    for (const { base, role, dnskey } of this.#simulation.state.keys) {
      if (!bases.includes(base) || !signsKeys(role)) continue;
      const isThere = this.#simulation.dsAtParent.some(({ key }) => key === dnskey);
      if (isThere !== (ask === 'add-new')) {
        // Who has put it back meanwhile, or taken it away, does not say so, and is asked again.
        this.#handled.delete(task);
        continue;
      }
      if (ask === 'add-new') this.#simulation.confirmPublished(dnskey);
      else this.#withdraw(dnskey);
    }
  }

  /** Who has said that a DS is gone does not put it back. */
  #withdraw(dnskey: string): void {
    this.#simulation.confirmWithdrawn(dnskey);
    this.#withdrawn.add(dnskey);
  }

  // What happens on the way.

  #scatter(): void {
    const random = this.#random;
    for (let count = random.between(0, 12); count > 0; count--)
      this.#after(random.between(0, YEARS), () => this.#disturb());
  }

  #disturb(): void {
    const random = this.#random;
    const simulation = this.#simulation;
    const set = (change: Partial<Policy>): void => {
      simulation.note(`policy ${JSON.stringify(change)}`);
      simulation.policy = { ...simulation.policy, ...change };
    };
    if (this.#clockJumps && random.chance(0.4)) {
      this.#moveClock();
      return;
    }
    const policy = this.#randomPolicy();
    const disturbances: (() => void)[] = [
      () => set({ algorithm: policy.algorithm }),
      () => set({ keys: policy.keys }),
      () => set({ algorithm: policy.algorithm, keys: policy.keys }),
      () => set({ dsDigests: policy.dsDigests }),
      () => set({ kskRollover: policy.kskRollover }),
      () => set({ kskLifetime: policy.kskLifetime, zskLifetime: policy.zskLifetime }),
      () => set({ dnskeyTtl: policy.dnskeyTtl }),
      () => (simulation.zone = { ...simulation.zone, maxTtl: random.pick([HOUR, DAY, 2 * DAY]) }),
      () => (simulation.zone = { ...simulation.zone, propagation: random.pick([0, HOUR, DAY]) }),
      () => this.#changeParentTtl(),
      () => this.#startNow(),
      () => this.#startNow(),
      () => (this.#wanted = 'unsigned'),
      () => (this.#rotateMissedUntil = simulation.time + random.between(1, 40) * DAY),
      () => (this.#signMissedUntil = simulation.time + random.between(1, 6) * DAY),
      () => this.#fallAsleep(),
      () => this.#replaceAtOnce(),
      ...(this.#losesKeys ? Array.from({ length: 6 }, () => () => this.#loseKey()) : []),
    ];
    random.pick(disturbances)();
  }

  #changeParentTtl(): void {
    const simulation = this.#simulation;
    const ttl = this.#random.pick([HOUR, DAY, 2 * DAY]);
    simulation.note(`DS TTL ${ttl}`);
    simulation.parent = { ...simulation.parent, ttl };
    // Who looks at the parent sees its TTL; the others need to be told.
    if (!simulation.policy.checkParent || this.#random.chance(0.5))
      simulation.policy = { ...simulation.policy, parentDsTtl: ttl };
    simulation.changeDs(simulation.dsAtParent);
  }

  /** Back for good, back until somebody notices, or ahead by less than the margins. */
  #moveClock(): void {
    const random = this.#random;
    const simulation = this.#simulation;
    const shift = (to: number): void => {
      simulation.clockOffset = to;
      simulation.note(`clock ${to}`);
    };
    const back = (): void => shift(this.#clockBase);
    const { publishSafety, retireSafety } = simulation.policy;
    const ahead = this.#clockBase + Math.min(publishSafety, retireSafety);
    const sinceRecorded = simulation.time + this.#clockBase - latestTime(simulation.state.ledger);
    switch (random.pick(['for good', 'noticed', 'ahead'])) {
      case 'for good':
        this.#clockBase -= random.pick([10 * MINUTE, HOUR, DAY, random.between(0, 10 * DAY)]);
        {
          back();
          return;
        }
      case 'noticed': {
        const seen = random.between(1, 30 * DAY);
        shift(this.#clockBase - Math.max(sinceRecorded, 0) - seen);
        this.#after(random.between(0, seen - 1), back);
        return;
      }
      case 'ahead':
        shift(ahead);
        {
          this.#after(random.between(0, 20 * DAY), back);
          return;
        }
    }
  }

  #startNow(): void {
    const { state, policy } = this.#simulation;
    const possible = dueRollovers(state, policy);
    if (possible.length > 0 && this.#wanted === 'signed') this.#simulation.start(this.#random.pick(possible));
  }

  /** A key is lost or compromised in the middle of a rollover that it has a part in. */
  #disturbLater({ name, old, new: fresh }: Rollover): void {
    const random = this.#random;
    const isConcerned = ({ base }: ManagedKey): boolean => old.includes(base) || fresh.includes(base);
    if (this.#losesKeys && random.chance(0.1))
      this.#after(random.between(0, 20 * DAY), () => this.#loseKey(isConcerned));
    // Of both algorithms perhaps, so that nobody can sign with either.
    if (this.#losesKeys && name === 'algorithm' && random.chance(0.3))
      for (let count = random.between(2, 4); count > 0; count--)
        this.#after(random.between(0, 20 * DAY), () => this.#loseKey(isConcerned));
    if (random.chance(0.05)) this.#after(random.between(0, 20 * DAY), () => this.#replaceAtOnce(isConcerned));
    if (random.chance(name === 'algorithm' ? 0.3 : 0.03))
      this.#after(random.between(0, random.pick([DAY, 10 * DAY])), () => this.#abort());
  }

  /** `--abort`, perhaps with word of a new DS that is not there. What is refused changes nothing. */
  #abort(): void {
    const simulation = this.#simulation;
    const rollover = simulation.state.rollovers.at(-1);
    if (rollover === undefined || this.#calm || simulation.clockIsBehind) return;
    if (simulation.policy.checkParent) simulation.checkParent();
    const before = simulation.state;
    const isThere = (key: string): boolean => simulation.dsAtParent.some((ds) => ds.key === key);
    const absent = simulation.state.keys.filter(
      ({ base, role, dnskey }) => rollover.new.includes(base) && signsKeys(role) && !isThere(dnskey),
    );
    const told = this.#random.chance(0.5) ? absent : [];
    for (const { dnskey } of told) simulation.confirmWithdrawn(dnskey);
    if (!simulation.abort()) {
      simulation.state = before;
      return;
    }
    for (const { dnskey } of told) this.#withdrawn.add(dnskey);
    this.#task = '';
  }

  /** The private half of a key is gone; some time later somebody says `--recover`. */
  #loseKey(isMeant: (key: ManagedKey) => boolean = () => true): void {
    const simulation = this.#simulation;
    const candidates = simulation.state.keys.filter(
      (key) => key.removed === undefined && !simulation.lost.has(key.base) && isMeant(key),
    );
    if (candidates.length === 0 || this.#calm) return;
    const { base } = this.#random.pick(candidates);
    simulation.lose(base);
    this.#after(this.#random.between(0, 60 * DAY), () => this.#recover());
  }

  /** What the operator does about keys of which `rotate` says that they are lost. */
  #recover(): void {
    const simulation = this.#simulation;
    for (const base of simulation.lost) {
      const key = simulation.state.keys.find((candidate) => candidate.base === base)!;
      const isLeaving = simulation.state.rollovers.some(
        ({ old, urgent }) => urgent === true && old.includes(base),
      );
      const isWanted = simulation.keysInUse.includes(key) || simulation.isComing(base);
      // It may be leaving in a hurry since before it was lost, by steps that need it: `rotate` says so, and he answers once.
      const isMissed = simulation.waits.some(
        ({ reason }) => reason.kind === 'lost' && reason.keyTags.includes(key.keyTag),
      );
      if (!isWanted || (isLeaving && (!isMissed || this.#recovered.has(base)))) continue;
      this.#recovered.add(base);
      simulation.replaceAtOnce(base);
      // Who says so reads what holds from then on.
      this.#task = '';
    }
  }

  /** `--emergency` for any key */
  #replaceAtOnce(isMeant: (key: ManagedKey) => boolean = () => true): void {
    const simulation = this.#simulation;
    const keys = simulation.state.keys.filter(
      (key) =>
        key.removed === undefined &&
        (simulation.keysInUse.includes(key) || simulation.isComing(key.base)) &&
        isMeant(key),
    );
    if (keys.length === 0 || this.#calm || this.#wanted !== 'signed') return;
    simulation.replaceAtOnce(this.#random.pick(keys).base);
    this.#task = '';
  }

  #fallAsleep(): void {
    this.#operatorAsleep = true;
    this.#after(this.#random.between(10, 400) * DAY, () => (this.#operatorAsleep = false));
  }

  #beCalm(): void {
    this.#calm = true;
    this.#failures = 0;
    this.#operatorAsleep = false;
    this.#rotateMissedUntil = -Infinity;
    this.#signMissedUntil = -Infinity;
    this.#recover();
  }

  #randomPolicy(): Policy {
    const random = this.#random;
    return {
      ...DEFAULT_POLICY,
      algorithm: random.pick([8, 13, 15]),
      keys: random.pick(['split', 'split', 'csk']),
      kskRollover: random.pick(['double-ksk', 'double-ds']),
      kskLifetime: random.pick([30 * DAY, 90 * DAY, 365 * DAY, 'unlimited']),
      zskLifetime: random.pick([20 * DAY, 90 * DAY, 'unlimited']),
      rotationPeriod: random.pick([5 * DAY, 7 * DAY, 14 * DAY]),
      publishedWhen: random.pick(['written', 'written', 'served']),
      checkParent: random.chance(0.5),
      parentPropagationDelay: random.pick([0, HOUR]),
      publishSafety: random.pick([0, HOUR]),
      retireSafety: random.pick([0, HOUR]),
      dnskeyTtl: random.pick([5 * MINUTE, HOUR, DAY]),
      dsDigests: random.pick([['sha256'], ['sha256'], ['sha256', 'sha384'], ['sha384']]),
    };
  }
}

function includes(set: DsSet, record: DsRecord): boolean {
  return set.some(
    ({ algorithm, digestType, key }) =>
      algorithm === record.algorithm && digestType === record.digestType && key === record.key,
  );
}
