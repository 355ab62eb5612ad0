import { isDeepStrictEqual } from 'node:util';
import { abortRollover } from '../../src/rollover/abort.ts';
import { agreementsOf } from '../../src/rollover/agreement.ts';
import { agreementOn, breakageOf } from '../../src/rollover/at-once.ts';
import { asksForNoDs, dsOf } from '../../src/rollover/ds-sets.ts';
import { lostSigners, nextPublication } from '../../src/rollover/next-publication.ts';
import type { Decision, Wait } from '../../src/rollover/step-outcome.ts';
import { advance, type Advance } from '../../src/rollover/engine.ts';
import {
  dueRollovers,
  needsLostKey,
  rolloverOf,
  withRolloverStarted,
  type Due,
} from '../../src/rollover/due.ts';
import {
  withDsPublished,
  withDsSeen,
  withDsWithdrawn,
  withEstablished,
  withoutPublication,
  withPublication,
} from '../../src/rollover/facts.ts';
import {
  cachesAt,
  currentPublication,
  latestTime,
  newestPublication,
  prunedLedger,
  type Ledger,
} from '../../src/rollover/ledger.ts';
import { underPolicy } from '../../src/rollover/parent-step.ts';
import type { Policy } from '../../src/rollover/policy.ts';
import { provePublication, type Witness, type ZoneVersion } from '../../src/rollover/proof.ts';
import { zskSignsRequests } from '../../src/rollover/request-signers.ts';
import { UNUSED, withRollover, type ManagedKey, type RotationState } from '../../src/rollover/state.ts';
import type { DsRecord, DsSet, KeyId } from '../../src/rollover/validation.ts';
import { proveWanted } from '../../src/rollover/wanted-ds.ts';
import { keepsSerial } from '../../src/rollover/kept-serial.ts';
import { replacementOf, swapAtOnce, withAlgorithmWithdrawn } from '../../src/rollover/replacement.ts';
import { flagsOfRole, type Role } from '../../src/keys/roles.ts';
import { digestOf, World, type Dnskey, type Ds, type Rrsig, type Violation } from './resolver-model.ts';

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** How the zone is, apart from the policy of its keys. */
export interface ZoneNature {
  /** The largest TTL of the zone. */
  readonly maxTtl: number;
  readonly negativeTtl: number;
  readonly propagation: number;
}

/** How the parent really is. */
export interface ParentNature {
  readonly ttl: number;
  /** How long its secondaries are behind at most. */
  readonly lag: number;
}

interface WrittenFile {
  readonly serial: number;
  readonly digest: string;
  readonly dnskeyTtl: number;
  readonly maxTtl: number;
  /** How long secondaries may go on with it, by its own SOA record. */
  readonly propagation: number;
  readonly content: string;
  readonly keySignatures: readonly Rrsig[];
  /** The zone's RRsets stand for three parts whose signatures have different ages. */
  readonly dataSignatures: readonly (readonly Rrsig[])[];
  readonly requests: Requests | undefined;
  readonly requestSignatures: readonly Rrsig[];
}

/** CDS and CDNSKEY: what they ask for, and who signs them. */
interface Requests {
  readonly asks: string;
  readonly signers: readonly KeyId[];
}

/** Plays what stands around the engine: the commands, the disk, the servers, the parent. Real time is `time`; the tool reads `clock`. */
export class Simulation {
  readonly world = new World();
  readonly violations: Violation[] = [];
  readonly causedByUs: Violation[] = [];
  /**
   * Combinations by which some resolver cannot validate CDS and CDNSKEY, but for those that docs/rotation.md names: with CDS from before the rollover
   * began, or from where no ZSK can sign.
   */
  readonly requestViolations: Violation[] = [];
  readonly log: string[] = [];
  time: number;
  clockOffset = 0;
  policy: Policy;
  zone: ZoneNature;
  parent: ParentNature;
  state: RotationState;
  waits: readonly Wait[] = [];
  /** Turns the ledger into one that tells less than the truth, to see whether it matters. */
  distort: (ledger: Ledger) => Ledger = (ledger) => ledger;
  /** The publications that the proof forbade when they were to be signed. */
  refused = 0;
  /** How often a lost key would have had to sign something new. */
  unable = 0;
  /** Base names of the keys whose private halves are gone. */
  readonly lost = new Set<string>();
  /** Called when a file has the serial of the one before, so that somebody has to force its transfer. */
  onUnnoticed: (serial: number) => void = () => undefined;
  /** The DS set that the operator was asked for. */
  asked: DsSet = [];
  #file: WrittenFile | undefined;
  /** Of each version by its name. */
  readonly #versions = new Map<string, { readonly written: number; readonly isZoneLost: boolean }>();
  /** When rollovers began that put one KSK in the place of another. */
  readonly #swaps: number[] = [];
  #serial = 1;
  #files = 0;
  #keyCount = 0;
  #parentSettled: number;
  /** The serial that the primary serves. */
  loaded = 0;
  readonly #keyIds = new Map<string, KeyId>();

  constructor(policy: Policy, zone: ZoneNature, parent: ParentNature, time = 1_800_000_000) {
    this.policy = policy;
    this.zone = zone;
    this.parent = parent;
    this.time = time;
    this.#parentSettled = time;
    this.state = {
      keys: [],
      ledger: { publications: [], parent: [] },
      rollovers: [],
      wantedDs: [],
      audit: [],
      outbox: [],
    };
    this.world.serveDs(time, [], parent.ttl, parent.lag);
  }

  get clock(): number {
    return this.time + this.clockOffset;
  }

  /** The unsigned zone is there, and the tool knows of it. */
  startUnsigned(): void {
    const { parentDsTtl: ttl, parentPropagationDelay: propagation } = this.policy;
    const parent = [{ ds: [], since: this.clock, ttl, propagation, confirmed: false }];
    this.state = { ...this.state, ledger: { ...this.state.ledger, parent } };
    this.#establish(this.#write([], [[]], []));
  }

  /** Whether the clock shows a time before something that was recorded. */
  get clockIsBehind(): boolean {
    return this.clock < latestTime(this.state.ledger);
  }

  /** The serial of the newest file. */
  get serial(): number {
    return this.#file?.serial ?? this.#serial;
  }

  /** Somebody puts an unsigned zone in the place of the signed one; the tool finds it and records it. */
  unsignByHand(): void {
    this.#establish(this.#write([], [[]], []));
    this.causedByUs.length = 0;
  }

  note(text: string): void {
    this.log.push(`${((this.time - 1_800_000_000) / DAY).toFixed(3)} ${text}`);
  }

  // What `rotate` does.

  rotate({ startDue = true } = {}): Advance {
    this.settle();
    if (startDue) this.startDue();
    this.#distort();
    const result = advance(this.state, this.policy, this.clock, this.lost);
    this.state = result.state;
    this.waits = result.waits;
    for (const decision of result.decisions) this.#noteDecision(decision);
    this.state = { ...this.state, ledger: this.#pruned() };
    return result;
  }

  startDue(): void {
    for (const due of dueRollovers(this.state, this.policy)) if (due.at <= this.clock) this.start(due);
  }

  /** Starts a rollover unless another one excludes it now. */
  start(due: Due): void {
    if (!dueRollovers(this.state, this.policy).some(({ name }) => name === due.name)) return;
    if (needsLostKey(due, this.lost)) return;
    this.begin(due);
  }

  begin(due: Due): void {
    const keys = due.newRoles.map((role) => this.makeKey(role, due.algorithm));
    if (['ksk-double-ds', 'lost-ksk', 'lost-csk'].includes(due.name)) this.#swaps.push(this.time);
    this.note(
      `start ${due.name} ${due.old.map(({ base }) => base).join()} -> ${keys.map(({ base }) => base).join()}`,
    );
    this.state = withRolloverStarted(
      { ...this.state, keys: [...this.state.keys, ...keys] },
      due,
      keys,
      this.clock,
    );
  }

  get keysInUse(): ManagedKey[] {
    return this.state.keys.filter(({ use }) => use.published || use.signsKeys || use.signsZone);
  }

  /** `rotate --start ROLE` */
  replace(role: Role): void {
    const { policy, state } = this;
    const old = this.keysInUse.filter((key) => key.role === role);
    const name = rolloverOf(role, policy, state);
    this.begin({ name, old, newRoles: [role], algorithm: policy.algorithm, at: this.clock });
  }

  /** Whether a rollover in progress brings this key. */
  isComing(base: string): boolean {
    return this.state.rollovers.some(({ new: fresh }) => fresh.includes(base));
  }

  /** The private half of a key is gone. */
  lose(base: string): void {
    this.note(`lost ${base}`);
    this.lost.add(base);
  }

  /** `rotate --recover TAG` and `rotate --emergency TAG` */
  replaceAtOnce(base: string, isTold = false): void {
    this.settle();
    const key = this.state.keys.find((candidate) => candidate.base === base)!;
    const { state, begins, aborted, hurried, unknown } = replacementOf(
      this.state,
      key,
      this.policy,
      this.clock,
      this.lost,
    );
    if (unknown !== undefined) {
      // Who puts the first DS to the parent knows whether he has, and says so in the same command.
      if (isTold) return;
      if (this.dsAtParent.some((ds) => ds.key === unknown.dnskey)) this.confirmPublished(unknown.dnskey);
      else this.confirmWithdrawn(unknown.dnskey);
      this.replaceAtOnce(base, true);
      return;
    }
    this.note(`replace ${base}: ${[aborted && 'abort', hurried && 'hurry', begins?.name].join(' ')}`);
    this.state = state;
    if (begins !== undefined) this.begin(begins);
  }

  /** `rotate --emergency TAG --at-once`: who would break is told, and agreed to. */
  swapAtOnce(base: string): Witness[] {
    this.settle();
    const key = this.state.keys.find((candidate) => candidate.base === base)!;
    const proven = replacementOf(this.state, key, this.policy, this.clock, this.lost);
    const { state, begins } = swapAtOnce(proven, this.state, key)!;
    this.state = state;
    if (begins !== undefined) this.begin(begins);
    const rollover = this.state.rollovers.findLast(({ old }) => old.includes(base))!;
    const { maxTtl, propagation } = this.zone;
    const times = { dnskeyTtl: this.policy.dnskeyTtl, maxTtl, propagation };
    const told = breakageOf(this.state, rollover, this.policy, this.clock, times);
    const until = told[0]?.until ?? this.clock;
    const agreed = agreementOn(this.state, rollover, this.policy, this.clock, until);
    this.state = withRollover(this.state, rollover, { ...rollover, agreed });
    return told;
  }

  /** `rotate --abort` of the newest rollover. Returns whether that was possible. */
  abort(): boolean {
    this.settle();
    const rollover = this.state.rollovers.at(-1)!;
    const abort = abortRollover(this.state, rollover, this.policy, this.clock);
    const state =
      'state' in abort
        ? abort.state
        : 'refused' in abort
          ? withAlgorithmWithdrawn(this.state, rollover, this.clock)
          : undefined;
    this.note(`abort ${rollover.name}: ${state === undefined ? 'refused' : 'done'}`);
    this.state = state ?? this.state;
    return state !== undefined;
  }

  disable(): void {
    const old = this.keysInUse;
    this.begin({ name: 'disable', old, newRoles: [], algorithm: this.policy.algorithm, at: this.clock });
  }

  makeKey(role: Role, algorithm: number): ManagedKey {
    this.#keyCount++;
    const base = `${role}${this.#keyCount}`;
    return {
      base,
      keyTag: this.#keyCount,
      algorithm,
      role,
      dnskey: `${flagsOfRole(role)} 3 ${algorithm} ${base}`,
      created: this.clock,
      use: UNUSED,
    };
  }

  #distort(): void {
    this.state = { ...this.state, ledger: this.distort(this.state.ledger) };
  }

  #pruned(): Ledger {
    const { publishSafety, retireSafety } = this.policy;
    return prunedLedger(this.state.ledger, this.clock, Math.max(publishSafety, retireSafety));
  }

  #noteDecision({ kind, rollover, step }: Decision): void {
    this.note(`${kind} ${rollover.name}: ${step.does}`);
    if (kind === 'decided' && step.kind === 'parent')
      this.asked = dsOf(this.state, this.state.wantedDs, this.policy);
  }

  // What `sign` does.

  /** Writes the next publication; `crash` is where the run ends before its time. */
  sign(crash?: 'before' | 'after'): void {
    this.settle();
    this.#distort();
    const next = nextPublication(this.state);
    const { ledger } = this.state;
    const caches = cachesAt(ledger, this.clock);
    const proof = provePublication(caches, currentPublication(ledger), next, agreementsOf(this.state));
    if (!proof.safe) {
      this.refused++;
      this.note(`refused: ${JSON.stringify(proof.witness)}`);
      return;
    }
    if (lostSigners(this.state, newestPublication(ledger), this.lost).length > 0) {
      this.unable++;
      return;
    }
    const isUnnoticed = this.#isFrozen('signsZone');
    this.#write(next.keySet.keys, next.data.signerSets, next.keySet.signers, crash);
    if (crash === undefined && this.policy.publishedWhen === 'written' && !isUnnoticed)
      this.#establish(this.#serial);
  }

  /** Whether a lost key has signatures that nobody could make again. */
  #isFrozen(duty: 'signsKeys' | 'signsZone'): boolean {
    return this.state.keys.some(({ base, use }) => this.lost.has(base) && use[duty]);
  }

  /** Whether `sign` has something to do. */
  get needsSigning(): boolean {
    const next = nextPublication(this.state);
    const file = this.#file;
    if (file === undefined || file.content !== JSON.stringify(next)) return true;
    if (!isDeepStrictEqual(file.requests, this.#requests(next))) return true;
    if (file.dnskeyTtl !== this.#dnskeyTtl(next.keySet.keys) || file.maxTtl !== this.#maxTtl) return true;
    return this.firstExpiration - this.clock < this.policy.signatures.refresh;
  }

  /** When the first signature of the zone expires. */
  get firstExpiration(): number {
    const { keySignatures = [], dataSignatures = [], requestSignatures = [] } = this.#file ?? {};
    return Math.min(
      ...[keySignatures, ...dataSignatures, requestSignatures].flat().map(({ expires }) => expires),
    );
  }

  /** What a run learns of the one before it: a file that was written counts, a file that was not is forgotten. */
  settle(): void {
    const { publications } = this.state.ledger;
    const last = publications.findIndex(({ digest }) => digest === this.#file?.digest);
    publications.forEach(({ serial, digest, established }, index) => {
      if (established !== undefined) return;
      if (index > last) this.state = withoutPublication(this.state, digest);
      else if (index === last && this.policy.publishedWhen === 'written' && !keepsSerial(this.state.ledger))
        this.#establish(serial);
    });
  }

  /** The evidence that a serial is served. */
  establish(serial: number): void {
    this.note(`established ${serial}`);
    this.#establish(serial);
  }

  #establish(serial: number): void {
    this.state = withEstablished(this.state, serial, this.clock);
  }

  /** Called with the serial of a new file where somebody else loads it later. */
  onWritten: ((serial: number) => void) | undefined;

  /** Where the servers take a file up later than it is written. */
  load(serial: number): void {
    if (this.#file?.serial === serial) this.#load(this.#file);
  }

  /** Somebody makes every server fetch the file that has the serial of the one before. */
  forceTransfer(): void {
    this.note('transfer');
    this.world.transferred(this.time);
  }

  /** CDS and CDNSKEY of the next version, as far as they can be signed. */
  #requests({ keySet, data }: ZoneVersion): Requests | undefined {
    const { state, policy } = this;
    if (keySet.keys.length === 0) return undefined;
    const isAsking =
      (state.wantedDs.length > 0 || asksForNoDs(state)) && proveWanted(state, policy, this.clock).safe;
    const wanted = isAsking ? JSON.stringify(dsOf(state, state.wantedDs, policy)) : undefined;
    const { requests, requestSignatures = [] } = this.#file ?? {};
    const old = requests?.asks;
    const isZoneLost = this.#isFrozen('signsZone');
    const asks = this.#isFrozen('signsKeys')
      ? isZoneLost || wanted === old
        ? old
        : undefined
      : isZoneLost && (wanted === undefined || old === undefined)
        ? old
        : wanted;
    if (asks === undefined) return undefined;
    const hasSigned = (key: KeyId): boolean =>
      asks === old && requestSignatures.some(({ signer }) => signer === this.#publicKey(key));
    const isShared = zskSignsRequests(state, this.clock);
    const zoneSigners = data.signerSets
      .flat()
      .filter((key) => !keySet.signers.includes(key) && (this.#isLost(key) ? hasSigned(key) : isShared));
    return { asks, signers: [...keySet.signers, ...zoneSigners] };
  }

  #isLost(key: KeyId): boolean {
    return this.state.keys.some(({ base, dnskey }) => dnskey === key && this.lost.has(base));
  }

  get #maxTtl(): number {
    return this.#isFrozen('signsZone') ? this.#file!.maxTtl : this.zone.maxTtl;
  }

  #dnskeyTtl(keys: readonly KeyId[]): number {
    if (this.#isFrozen('signsKeys')) return this.#file!.dnskeyTtl;
    return keys.length === 0 ? this.zone.negativeTtl : this.policy.dnskeyTtl;
  }

  #write(
    keys: readonly KeyId[],
    signerSets: readonly (readonly KeyId[])[],
    signers: readonly KeyId[],
    crash?: 'before' | 'after',
  ): number {
    const isUnnoticed = this.#isFrozen('signsZone');
    const serial = isUnnoticed ? this.#file!.serial : ++this.#serial;
    const digest = `digest ${++this.#files}`;
    this.#versions.set(nameOf(serial, digest), { written: this.time, isZoneLost: isUnnoticed });
    const next = { keySet: { keys, signers }, data: { signerSets } };
    const requests = this.#requests(next);
    const old = this.#file;
    const { signatures } = this.policy;
    const renewed = (wanted: readonly KeyId[], old: readonly Rrsig[], age: number): Rrsig[] =>
      wanted.map((key) => {
        const isLost = this.#isLost(key);
        const kept = old.find(
          ({ signer, expires }) =>
            signer === this.#publicKey(key) && (isLost || expires - this.clock >= signatures.refresh),
        );
        if (kept === undefined && isLost) throw new Error(`${key} is lost, and would have to sign`);
        return kept ?? { signer: this.#publicKey(key), expires: this.clock + signatures.validity - age };
      });
    const file: WrittenFile = {
      serial,
      digest,
      dnskeyTtl: this.#dnskeyTtl(keys),
      maxTtl: this.#maxTtl,
      propagation: this.zone.propagation,
      content: JSON.stringify(next),
      keySignatures: renewed(signers, old?.keySignatures ?? [], 0),
      dataSignatures: signerSets.flatMap((set) =>
        [0, 1, 2].map((part) =>
          renewed(set, old?.dataSignatures[part] ?? [], (part * signatures.jitter) / 2),
        ),
      ),
      requests,
      requestSignatures: renewed(
        requests?.signers ?? [],
        requests?.asks === old?.requests?.asks ? (old?.requestSignatures ?? []) : [],
        0,
      ),
    };
    this.state = withPublication(this.state, {
      serial,
      digest,
      since: this.clock,
      ...next,
      dnskeyTtl: file.dnskeyTtl,
      maxTtl: file.maxTtl,
      propagation: file.propagation,
    });
    if (crash === 'before') {
      this.note(`crash before ${serial}`);
      return serial;
    }
    this.note(
      `${crash === 'after' ? 'crash after' : 'write'} ${serial}: ${keys.map(short).join()} by ${signers.map(short).join()}; ${signerSets.map((set) => set.map(short).join('+')).join()}`,
    );
    this.#file = file;
    if (isUnnoticed) {
      this.#load(file, true);
      this.onUnnoticed(serial);
    } else if (this.onWritten === undefined) this.#load(file);
    else this.onWritten(serial);
    return serial;
  }

  #load(
    {
      serial,
      digest,
      content,
      keySignatures,
      dataSignatures,
      requests,
      requestSignatures,
      dnskeyTtl,
      maxTtl,
      propagation,
    }: WrittenFile,
    isUnnoticed = false,
  ): void {
    const { keySet } = JSON.parse(content) as { keySet: { keys: KeyId[] } };
    const dnskey = { keys: keySet.keys.map((key) => this.#dnskey(key)), signatures: keySignatures };
    const file = {
      name: nameOf(serial, digest),
      dnskey,
      data: dataSignatures,
      requests: requests === undefined ? [] : [requestSignatures],
      dnskeyTtl,
      dataTtl: maxTtl,
      requestsTtl: Math.min(dnskeyTtl, maxTtl),
    };
    if (isUnnoticed) this.world.loadUnnoticed(this.time, file, propagation);
    else this.world.loadZone(this.time, file, propagation);
    this.loaded = serial;
    this.check();
    this.causedByUs.push(...this.world.violationsByNewestFile(this.time));
  }

  #dnskey(id: KeyId): Dnskey {
    const [flags, protocol, algorithm] = id.split(' ').map(Number);
    return { id: this.#publicKey(id), flags: flags!, protocol: protocol!, algorithm: algorithm! };
  }

  #publicKey(id: KeyId): string {
    const name = short(id);
    this.#keyIds.set(name, id);
    return name;
  }

  // The parent.

  /** The parent's primary serves this set from now on. */
  changeDs(ds: DsSet): void {
    const records = ds.map(({ algorithm, digestType, key }) => ({
      algorithm,
      digestType,
      digest: key === undefined ? 'unknown' : digestOf(this.#publicKey(key), digestType),
    }));
    this.note(`parent serves ${records.map(({ digest }) => digest).join(' + ') || 'no DS'}`);
    this.world.serveDs(this.time, records, this.parent.ttl, this.parent.lag);
    this.#parentSettled = this.time + this.parent.lag;
    this.check();
  }

  /** What the parent serves, as the tool reads it. */
  get dsAtParent(): DsRecord[] {
    return this.world.ds.map((record) => ({
      algorithm: record.algorithm,
      digestType: record.digestType,
      key: this.#keyOf(record),
    }));
  }

  #keyOf({ digest, digestType }: Ds): KeyId | undefined {
    return [...this.#keyIds].find(([name]) => digestOf(name, digestType) === digest)?.[1];
  }

  /** Looks at every server of the parent; believes them where they agree. */
  checkParent(): void {
    if (this.time < this.#parentSettled || this.clockIsBehind) return;
    this.#heedPolicy();
    this.state = withDsSeen(this.state, this.dsAtParent, this.parent.ttl, this.policy, this.clock);
  }

  confirmPublished(key: KeyId): void {
    this.note(`--ds-published ${short(key)}`);
    this.#heedPolicy();
    this.state = withDsPublished(this.state, key, this.clock);
  }

  confirmWithdrawn(key: KeyId): void {
    this.note(`--ds-withdrawn ${short(key)}`);
    this.#heedPolicy();
    this.state = withDsWithdrawn(this.state, key, this.clock);
  }

  /** Every run begins with what the policy says of the parent now. */
  #heedPolicy(): void {
    this.state = { ...this.state, ledger: underPolicy(this.state.ledger, this.policy) };
  }

  // The resolvers.

  check(): void {
    this.violations.push(...this.world.violations(this.time));
    const isKnown = ({ data }: Violation): boolean => {
      const { written, isZoneLost } = this.#versions.get(data)!;
      return isZoneLost || this.#swaps.some((start) => written <= start);
    };
    this.requestViolations.push(
      ...this.world.requestViolations(this.time).filter((violation) => !isKnown(violation)),
    );
    this.world.forget(this.time);
  }
}

function nameOf(serial: number, digest: string): string {
  return `serial ${serial} (${digest})`;
}

function short(key: KeyId): string {
  return key.split(' ')[3]!;
}
