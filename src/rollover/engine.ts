import type { DigestAlgorithm } from '../dnssec/crypto.ts';
import { signsKeys, signsZone } from '../keys/roles.ts';
import { keepsSerial } from './kept-serial.ts';
import {
  cachesAt,
  currentPublication,
  latestTime,
  newestPublication,
  type Caches,
  type Ledger,
  type ParentVersion,
  type Publication,
} from './ledger.ts';
import type { Policy } from './policy.ts';
import { proveDs, provePublication, type Proof, type Witness, type ZoneVersion } from './proof.ts';
import { ROLLOVERS, type ParentStep, type PublishStep, type Step } from './rollovers.ts';
import { keyNamed, type KeyUse, type ManagedKey, type Rollover, type RotationState } from './state.ts';
import { contentOf, keyFacts, type DsRecord, type DsSet } from './validation.ts';

/** DS digest types by the digests that a policy names. */
const DIGEST_TYPE: Readonly<Record<DigestAlgorithm, number>> = { sha1: 1, sha256: 2, sha384: 4, sha512: 0 };

/** Something that was decided now. */
export interface Decision {
  readonly rollover: Rollover;
  readonly step: Step;
  readonly kind: 'decided' | 'done' | 'finished';
  /** The last combination of cached answers that it was waited for; undefined where none stood in the way. */
  readonly waited?: Witness | undefined;
}

/** What a rollover waits for. */
export interface Wait {
  readonly rollover: Rollover;
  readonly step: Step;
  readonly reason:
    | { readonly kind: 'proof'; readonly witness: Witness }
    /** The step is decided, but no established publication shows it yet. */
    | { readonly kind: 'publication' }
    /** The clock went back: it shows a time before something that was recorded. */
    | { readonly kind: 'clock' }
    /** Nothing speaks against it, but the rotation period is not over. */
    | { readonly kind: 'period' }
    /** The parent was asked, but is not known to have done it. */
    | { readonly kind: 'parent'; readonly keyTags: readonly number[] }
    /** It is written, but nobody has said yet that every server has it. */
    | { readonly kind: 'served'; readonly serial: number; readonly isTransferForced: boolean }
    /** These keys would have to sign something new, and their private halves are gone. */
    | { readonly kind: 'lost'; readonly keyTags: readonly number[] }
    /** Another rollover replaces one of its keys first. */
    | { readonly kind: 'rollover'; readonly inner: Rollover };
  /** Epoch seconds; Infinity where somebody has to act. */
  readonly until: number;
}

export interface Advance {
  readonly state: RotationState;
  readonly decisions: readonly Decision[];
  readonly waits: readonly Wait[];
}

/** No key is lost. */
export const NONE_LOST: ReadonlySet<string> = new Set();

/**
 * Takes every rollover as far as is proven safe at `now`. Pure: the same input gives the same answer.
 * @param lost base names of keys whose private halves are gone: they make no new signature, and the old ones stay
 */
export function advance(
  state: RotationState,
  policy: Policy,
  now: number,
  lost: ReadonlySet<string> = NONE_LOST,
): Advance {
  const decisions: Decision[] = [];
  const waits: Wait[] = [];
  let current = { ...state, ledger: underPolicy(state.ledger, policy) };
  for (const { started, name } of state.rollovers) {
    const find = (): Rollover | undefined =>
      current.rollovers.find((other) => other.started === started && other.name === name);
    for (let rollover = find(); rollover !== undefined; rollover = find()) {
      const outcome = takeStep(current, rollover, policy, now, lost);
      if ('wait' in outcome) {
        waits.push(outcome.wait);
        current = outcome.state ?? current;
        break;
      }
      decisions.push(outcome.decision);
      current = outcome.state;
    }
  }
  return { state: current, decisions, waits };
}

type Outcome =
  | { readonly wait: Wait; readonly state?: RotationState }
  | { readonly state: RotationState; readonly decision: Decision };

function takeStep(
  state: RotationState,
  rollover: Rollover,
  policy: Policy,
  now: number,
  lost: ReadonlySet<string>,
): Outcome {
  const step = ROLLOVERS[rollover.name].steps[rollover.step];
  if (step === undefined) return finish(state, rollover, now);
  const inner = innerRollover(state, rollover);
  if (inner !== undefined)
    return { wait: { rollover, step, reason: { kind: 'rollover', inner }, until: Infinity } };
  const latest = latestTime(state.ledger);
  if (removes(step) && rollover.decided === undefined && now < latest)
    return { wait: { rollover, step, reason: { kind: 'clock' }, until: latest } };
  return step.kind === 'publish'
    ? takePublishStep(state, rollover, step, policy, now, lost)
    : takeParentStep(state, rollover, step, policy, now);
}

function removes(step: Step): boolean {
  return step.kind === 'parent' ? step.ask === 'remove-old' : step.margin === 'retire';
}

function takePublishStep(
  state: RotationState,
  rollover: Rollover,
  step: PublishStep,
  policy: Policy,
  now: number,
  lost: ReadonlySet<string>,
): Outcome {
  if (rollover.decided !== undefined) {
    const established = state.ledger.publications.findLast((version) => version.established !== undefined);
    if (shows(established, state, rollover)) return stepDone(state, rollover, step, now);
    return { wait: whatIsAwaited(state, rollover, step, policy, now) };
  }
  const wanted = afterStep(state, rollover, step);
  const silent = lostSigners(wanted, newestPublication(state.ledger), lost);
  const next = withoutSigners(wanted, silent);
  const publication = nextPublication(next);
  const proofAt = (time: number): Proof =>
    provePublication(
      cachesAt(state.ledger, time, marginOf(step, policy), publication),
      currentPublication(state.ledger),
      publication,
    );
  const proof = proofAt(now);
  if (!proof.safe) {
    if (silent.length === 0 || proof.until < Infinity) return waitFor(rollover, step, proof);
    const keyTags = silent.map(({ keyTag }) => keyTag);
    return { wait: { rollover, step, reason: { kind: 'lost', keyTags }, until: Infinity } };
  }
  const end = rollover.started + policy.rotationPeriod;
  if (step.endsPeriod === true && rollover.urgent !== true && now < end)
    return { wait: { rollover, step, reason: { kind: 'period' }, until: end } };
  return decide(next, rollover, step, now, proofAt(-Infinity));
}

function takeParentStep(
  state: RotationState,
  rollover: Rollover,
  step: ParentStep,
  policy: Policy,
  now: number,
): Outcome {
  const missing = rollover.decided === undefined ? [] : missingAtParent(state, rollover, step);
  if (rollover.decided !== undefined && missing.length === 0) return stepDone(state, rollover, step, now);
  const asking = rollover.decided === undefined ? withDigestTypes(state, rollover, step, policy) : state;
  const { sets, proof } = bestOffer(asking, rollover, step, policy, now);
  // The offer stands until it is taken up, whatever the parent was seen to serve meanwhile.
  const ledger = proof.safe ? underPolicy(offered(state.ledger, sets, now), policy) : state.ledger;
  if (rollover.decided !== undefined) {
    const keyTags = missing.map(({ keyTag }) => keyTag);
    return {
      wait: { rollover, step, reason: { kind: 'parent', keyTags }, until: Infinity },
      state: { ...state, ledger },
    };
  }
  if (!proof.safe) return waitFor(rollover, step, proof);
  const wantedDs = wantedAfter(state, rollover, step);
  const { proof: overcome } = bestOffer(asking, rollover, step, policy, -Infinity);
  return decide({ ...asking, wantedDs, ledger }, rollover, step, now, overcome);
}

/** DS sets that the parent may serve from an offer on, and whether they are safe. */
interface Offer {
  readonly sets: readonly DsSet[];
  readonly proof: Proof;
}

/** Lets the new DS stand in for the old in any order, unless a DS that stays would stand alone then with no key for it: it is bound to the old. */
function bestOffer(
  state: RotationState,
  rollover: Rollover,
  step: ParentStep,
  policy: Policy,
  now: number,
): Offer {
  const added = step.ask === 'add-new' ? dsOf(state, rollover.new, policy) : [];
  const old = new Set(state.keys.filter(({ base }) => rollover.old.includes(base)).map((key) => key.dnskey));
  const withoutOld = (ds: DsSet): DsSet => ds.filter(({ key }) => key === undefined || !old.has(key));
  const served = servedDs(state.ledger);
  const caches = cachesAt(state.ledger, now, marginOf(step, policy));
  const offer = (setsFrom: (ds: DsSet) => DsSet[]): Offer => {
    const sets = distinct(served.flatMap(setsFrom));
    return { sets, proof: proveAll(caches, served, sets) };
  };
  if (step.ask === 'remove-old') return offer((ds) => setsBetween(ds, withoutOld(ds)));
  const withAdded = (ds: DsSet): DsSet => [
    ...ds,
    ...added.filter((record) => !ds.some((other) => sameDs(other, record))),
  ];
  const adding = (ds: DsSet): DsSet[] => setsBetween(ds, withAdded(ds));
  if (step.safe === 'between') return offer(adding);
  const replacing = offer((ds) => setsBetween(ds, withAdded(withoutOld(ds))));
  if (replacing.proof.safe || replacing.proof.until < Infinity) return replacing;
  return offer((ds) => [...adding(ds), ...setsBetween(withAdded(ds), withAdded(withoutOld(ds)))]);
}

/** Every set must be safe against every set that is served now. */
function proveAll(caches: Caches, served: readonly DsSet[], sets: readonly DsSet[]): Proof {
  let worst: Proof = { safe: true };
  for (const current of served) {
    for (const next of sets) {
      const proof = proveDs(caches, current, next);
      if (!proof.safe && (worst.safe || proof.until > worst.until)) worst = proof;
    }
  }
  return worst;
}

function waitFor(rollover: Rollover, step: Step, proof: Proof & { readonly safe: false }): Outcome {
  return { wait: { rollover, step, reason: { kind: 'proof', witness: proof.witness }, until: proof.until } };
}

/** @param overcome the proof against all that caches have ever held, as far as the ledger goes back: its witness is the last to have left them */
function decide(state: RotationState, rollover: Rollover, step: Step, now: number, overcome: Proof): Outcome {
  const decided = { ...rollover, decided: now };
  const waited = overcome.safe ? undefined : overcome.witness;
  return {
    state: withRollover(state, rollover, decided),
    decision: { rollover: decided, step, kind: 'decided', waited },
  };
}

function stepDone(state: RotationState, rollover: Rollover, step: Step, now: number): Outcome {
  const next: Rollover = { ...rollover, step: rollover.step + 1, decided: undefined };
  const keys = state.keys.map((key) => activatedBy(key, rollover, step, now));
  return {
    state: withRollover({ ...state, keys }, rollover, next),
    decision: { rollover: next, step, kind: 'done' },
  };
}

/** A ZSK begins its life when it signs the zone, a key with a DS when that is at the parent. */
function activatedBy(key: ManagedKey, rollover: Rollover, step: Step, now: number): ManagedKey {
  if (!rollover.new.includes(key.base) || key.activated !== undefined) return key;
  const begins = signsKeys(key.role)
    ? step.kind === 'parent' && step.ask === 'add-new'
    : step.kind === 'publish' && step.new?.signsZone === true;
  return begins ? { ...key, activated: now } : key;
}

function finish(state: RotationState, rollover: Rollover, now: number): Outcome {
  const others = state.rollovers.filter((other) => other !== rollover);
  const step = ROLLOVERS[rollover.name].steps.at(-1)!;
  const next = {
    ...state,
    keys: markRemoved(state.keys, rollover, now),
    rollovers: others.map((other) => withReplacement(other, rollover, state)),
  };
  return { state: next, decision: { rollover, step, kind: 'finished' } };
}

/** A rollover that began later and takes one of this one's keys away: this one goes on with that key's successor. */
function innerRollover({ rollovers }: RotationState, outer: Rollover): Rollover | undefined {
  const keys = new Set([...outer.old, ...outer.new]);
  return rollovers.slice(rollovers.indexOf(outer) + 1).find(({ old }) => old.some((base) => keys.has(base)));
}

/** The rollover with the keys that have taken the place of its own. */
function withReplacement(outer: Rollover, inner: Rollover, state: RotationState): Rollover {
  const successorOf = (base: string): string => {
    if (!inner.old.includes(base)) return base;
    const key = keyNamed(state, base);
    const successors = inner.new.flatMap((name) => keyNamed(state, name) ?? []);
    return successors.find(({ role }) => role === key?.role)?.base ?? base;
  };
  const fresh = outer.new.map(successorOf);
  return { ...outer, old: outer.old.map(successorOf).filter((base) => !fresh.includes(base)), new: fresh };
}

function markRemoved(keys: readonly ManagedKey[], rollover: Rollover, now: number): ManagedKey[] {
  return keys.map((key) =>
    rollover.old.includes(key.base) && key.removed === undefined && isUnused(key.use)
      ? { ...key, removed: now }
      : key,
  );
}

function isUnused({ published, signsKeys: keys, signsZone: zone }: KeyUse): boolean {
  return !published && !keys && !zone;
}

function withRollover(state: RotationState, rollover: Rollover, next: Rollover): RotationState {
  return { ...state, rollovers: state.rollovers.map((other) => (other === rollover ? next : other)) };
}

/** The state in which the keys do what they do after a step. */
export function afterStep(state: RotationState, rollover: Rollover, step: PublishStep): RotationState {
  return { ...state, keys: state.keys.map((key) => ({ ...key, use: useAfter(key, rollover, step) })) };
}

/** The state in which keys that cannot sign do not: where the proof allows it, their signatures are missed by nobody. */
function withoutSigners(state: RotationState, silent: readonly ManagedKey[]): RotationState {
  const bases = silent.map(({ base }) => base);
  const keys = state.keys.map((key) =>
    bases.includes(key.base) ? { ...key, use: { ...key.use, signsKeys: false, signsZone: false } } : key,
  );
  return silent.length === 0 ? state : { ...state, keys };
}

/** What a key does after a step, as far as its role has a part in it. */
function useAfter(key: ManagedKey, rollover: Rollover, step: PublishStep): KeyUse {
  const change = rollover.old.includes(key.base)
    ? step.old
    : rollover.new.includes(key.base)
      ? step.new
      : undefined;
  if (change === undefined) return key.use;
  const use = { ...key.use, ...change };
  return {
    published: use.published,
    signsKeys: use.signsKeys && signsKeys(key.role),
    signsZone: use.signsZone && signsZone(key.role),
  };
}

/** What the next publication looks like to a resolver: our keys by their use, others' DNSKEYs as they were last. */
export function nextPublication({ keys, ledger }: RotationState): ZoneVersion {
  const own = new Set(keys.map(({ dnskey }) => dnskey));
  const foreign = (currentPublication(ledger)?.keySet.keys ?? []).filter((key) => !own.has(key));
  const select = (wanted: (use: KeyUse) => boolean): string[] =>
    keys.filter(({ use }) => wanted(use)).map(({ dnskey }) => dnskey);
  const published = select((use) => use.published);
  const signers = select((use) => use.signsKeys);
  const zoneSigners = select((use) => use.signsZone);
  return {
    keySet: {
      keys: [...published, ...foreign].sort(),
      signers: published.length === 0 ? [] : signers.sort(),
    },
    data: { signerSets: [zoneSigners.sort()] },
  };
}

/** Whether a version with other keys or signers than the newest one is to be published. */
export function needsPublication(state: RotationState): boolean {
  const newest = newestPublication(state.ledger);
  const next = nextPublication(state);
  if (newest === undefined) return next.keySet.keys.length > 0 || next.data.signerSets.flat().length > 0;
  return contentOfZone(newest) !== contentOfZone(next);
}

/**
 * Lost keys that would have to sign something new in the next publication: a DNSKEY RRset that is another than before, or records that they
 * have not signed yet. The signatures that they made before can stay.
 */
export function lostSigners(
  state: RotationState,
  before: ZoneVersion | undefined,
  lost: ReadonlySet<string>,
): ManagedKey[] {
  const next = nextPublication(state);
  const { keys, signers } = before?.keySet ?? { keys: [], signers: [] };
  const isSameKeys = JSON.stringify(keys) === JSON.stringify(next.keySet.keys);
  const { signerSets } = before?.data ?? { signerSets: [[]] };
  return state.keys.filter(
    ({ base, dnskey, use }) =>
      lost.has(base) &&
      ((next.keySet.signers.includes(dnskey) && !(isSameKeys && signers.includes(dnskey))) ||
        (use.signsZone && !signerSets.every((set) => set.includes(dnskey)))),
  );
}

/** Why a decided publication is not established: it was not written, or nobody knows yet that it is served. */
function whatIsAwaited(
  state: RotationState,
  rollover: Rollover,
  step: PublishStep,
  policy: Policy,
  now: number,
): Wait {
  const { ledger } = state;
  const newest = newestPublication(ledger);
  const isWritten = newest?.elsewhere !== true && shows(newest, state, rollover);
  const isTransferForced = keepsSerial(ledger);
  if (newest !== undefined && isWritten && (policy.publishedWhen === 'served' || isTransferForced)) {
    const reason = { kind: 'served', serial: newest.serial, isTransferForced } as const;
    return { rollover, step, reason, until: Infinity };
  }
  const latest = latestTime(ledger);
  if (isWritten && now < latest) return { rollover, step, reason: { kind: 'clock' }, until: latest };
  return { rollover, step, reason: { kind: 'publication' }, until: Infinity };
}

function contentOfZone({ keySet, data }: ZoneVersion): string {
  return JSON.stringify([keySet, data]);
}

/** Whether the keys of a rollover do in a publication what they are to do; other rollovers may be on their way meanwhile. */
function shows(publication: Publication | undefined, state: RotationState, rollover: Rollover): boolean {
  if (publication === undefined) return false;
  const { keySet, data } = publication;
  return state.keys
    .filter(({ base }) => rollover.old.includes(base) || rollover.new.includes(base))
    .every(
      ({ dnskey, use }) =>
        keySet.keys.includes(dnskey) === use.published &&
        keySet.signers.includes(dnskey) === (use.signsKeys && keySet.keys.length > 0) &&
        data.signerSets.every((signers) => signers.includes(dnskey) === use.signsZone),
    );
}

function marginOf({ margin }: Step, policy: Policy): number {
  return margin === 'publish' ? policy.publishSafety : margin === 'retire' ? policy.retireSafety : 0;
}

/** What the parent is asked for: what it may have already, with the new DS or without the old. */
function wantedAfter(
  { keys, wantedDs, ledger }: RotationState,
  rollover: Rollover,
  { ask }: ParentStep,
): string[] {
  if (ask === 'remove-old') return wantedDs.filter((base) => !rollover.old.includes(base));
  const served = new Set(servedDs(ledger).flatMap((ds) => ds.map(({ key }) => key)));
  // What was asked for in vain before a key was replaced is asked for no more.
  const kept = keys.filter(({ base, dnskey }) => wantedDs.includes(base) && served.has(dnskey));
  const added = keys.filter(({ base, role }) => rollover.new.includes(base) && signsKeys(role));
  return [...new Set([...kept, ...added].map(({ base }) => base))];
}

/** The DS records of keys that have one, with the digests that were asked for once, else those of the policy. */
export function dsOf(state: RotationState, bases: readonly string[], policy: Policy): DsRecord[] {
  return state.keys
    .filter((key) => bases.includes(key.base) && signsKeys(key.role))
    .flatMap(({ dnskey, dsDigestTypes = digestTypes(policy) }) =>
      dsDigestTypes.map((digestType) => ({
        algorithm: keyFacts(dnskey).algorithm,
        digestType,
        key: dnskey,
      })),
    );
}

/**
 * The new keys with the digest types that their DS is to have: the policy's; or those that the parent's DS have already, where the new DS
 * stands there before its DNSKEY.
 */
function withDigestTypes(
  state: RotationState,
  rollover: Rollover,
  step: ParentStep,
  policy: Policy,
): RotationState {
  if (step.ask === 'remove-old') return state;
  const isNew = ({ base, role }: ManagedKey): boolean => rollover.new.includes(base) && signsKeys(role);
  const algorithms = new Set(state.keys.filter(isNew).map(({ algorithm }) => algorithm));
  const [first = [], ...others] = servedDs(state.ledger).map((ds) =>
    ds.flatMap(({ algorithm, digestType }) => (algorithms.has(algorithm) ? digestType : [])),
  );
  const common = [...new Set(first)].filter((type) => others.every((types) => types.includes(type)));
  const types = step.safe === 'between' && common.length > 0 ? common : digestTypes(policy);
  const keys = state.keys.map((key) => (isNew(key) ? { ...key, dsDigestTypes: types } : key));
  return { ...state, keys };
}

/** The digest types that a policy asks for. */
export function digestTypes({ dsDigests }: Policy): number[] {
  return dsDigests.map((digest) => DIGEST_TYPE[digest]);
}

/** The DS sets that the parent may serve now. Where nothing is known, none. */
export function servedDs({ parent }: Ledger): DsSet[] {
  const served = parent.filter(({ replaced }) => replaced === undefined).map(({ ds }) => ds);
  return served.length === 0 ? [[]] : served;
}

/** The keys of a step whose DS the parent is not known to have added or removed. */
function missingAtParent(state: RotationState, rollover: Rollover, { ask }: ParentStep): ManagedKey[] {
  const served = servedDs(state.ledger);
  const has = (ds: DsSet, key: ManagedKey): boolean => ds.some((record) => record.key === key.dnskey);
  const bases = ask === 'add-new' ? rollover.new : rollover.old;
  return state.keys
    .filter((key) => bases.includes(key.base) && signsKeys(key.role))
    .filter((key) =>
      ask === 'add-new' ? !served.every((ds) => has(ds, key)) : served.some((ds) => has(ds, key)),
    );
}

/** All sets that a parent may pass through from one set to another: what both have, and any of what one of them has. */
export function setsBetween(from: DsSet, to: DsSet): DsSet[] {
  const has = (set: DsSet, record: DsRecord): boolean => set.some((other) => sameDs(other, record));
  const kept = from.filter((record) => has(to, record));
  const changing = [
    ...from.filter((record) => !has(to, record)),
    ...to.filter((record) => !has(from, record)),
  ];
  const sets: DsSet[] = [];
  for (let choice = 0; choice < 2 ** changing.length; choice++) {
    sets.push([...kept, ...changing.filter((_, i) => (choice & (1 << i)) !== 0)]);
  }
  return sets;
}

function sameDs(a: DsRecord, b: DsRecord): boolean {
  return a.algorithm === b.algorithm && a.digestType === b.digestType && a.key === b.key;
}

function distinct(sets: readonly DsSet[]): DsSet[] {
  return [...new Map(sets.map((ds) => [contentOf(ds), ds])).values()];
}

/** The ledger where all that the parent may serve now has the largest TTL and delay that it was seen to have or the policy expects. */
function underPolicy(ledger: Ledger, { parentDsTtl, parentPropagationDelay }: Policy): Ledger {
  const served = ledger.parent.filter(({ replaced }) => replaced === undefined);
  const ttl = Math.max(parentDsTtl, ...served.map((version) => version.ttl));
  const propagation = Math.max(parentPropagationDelay, ...served.map((version) => version.propagation));
  const parent = ledger.parent.map((version) =>
    version.replaced === undefined ? { ...version, ttl, propagation } : version,
  );
  return { ...ledger, parent };
}

/** The ledger after a set was asked for: every set on the way is possible from now on. */
function offered(ledger: Ledger, sets: readonly DsSet[], now: number): Ledger {
  const known = new Set(
    ledger.parent.filter(({ replaced }) => replaced === undefined).map(({ ds }) => contentOf(ds)),
  );
  const parent: ParentVersion[] = [...ledger.parent];
  for (const ds of sets) {
    if (known.has(contentOf(ds))) continue;
    known.add(contentOf(ds));
    parent.push({
      ds,
      since: now,
      ttl: 0,
      propagation: 0,
      confirmed: false,
    });
  }
  return { ...ledger, parent };
}
