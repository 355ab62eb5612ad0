import type { DigestAlgorithm } from '../dnssec/crypto.ts';
import { signsKeys, signsZone } from '../keys/roles.ts';
import {
  cachesAt,
  currentPublication,
  latestTime,
  type Caches,
  type Ledger,
  type ParentVersion,
} from './ledger.ts';
import type { Policy } from './policy.ts';
import { proveDs, provePublication, type Proof, type Witness, type ZoneVersion } from './proof.ts';
import { ROLLOVERS, type ParentStep, type PublishStep, type Step } from './rollovers.ts';
import type { KeyUse, ManagedKey, Rollover, RotationState } from './state.ts';
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
    | { readonly kind: 'parent'; readonly keyTags: readonly number[] };
  /** Epoch seconds; Infinity where somebody has to act. */
  readonly until: number;
}

export interface Advance {
  readonly state: RotationState;
  readonly decisions: readonly Decision[];
  readonly waits: readonly Wait[];
}

/** Takes every rollover as far as is proven safe at `now`. Pure: the same input gives the same answer. */
export function advance(state: RotationState, policy: Policy, now: number): Advance {
  const decisions: Decision[] = [];
  const waits: Wait[] = [];
  let current = { ...state, ledger: underPolicy(state.ledger, policy) };
  for (const { started, name } of state.rollovers) {
    const find = (): Rollover | undefined =>
      current.rollovers.find((other) => other.started === started && other.name === name);
    for (let rollover = find(); rollover !== undefined; rollover = find()) {
      const outcome = takeStep(current, rollover, policy, now);
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

function takeStep(state: RotationState, rollover: Rollover, policy: Policy, now: number): Outcome {
  const step = ROLLOVERS[rollover.name].steps[rollover.step];
  if (step === undefined) return finish(state, rollover, now);
  const latest = latestTime(state.ledger);
  if (removes(step) && rollover.decided === undefined && now < latest)
    return { wait: { rollover, step, reason: { kind: 'clock' }, until: latest } };
  return step.kind === 'publish'
    ? takePublishStep(state, rollover, step, policy, now)
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
): Outcome {
  if (rollover.decided !== undefined) {
    if (isEstablished(state, rollover)) return stepDone(state, rollover, step, now);
    return { wait: { rollover, step, reason: { kind: 'publication' }, until: Infinity } };
  }
  const next = { ...state, keys: state.keys.map((key) => ({ ...key, use: useAfter(key, rollover, step) })) };
  const proofAt = (time: number): Proof =>
    provePublication(
      cachesAt(state.ledger, time, marginOf(step, policy)),
      currentPublication(state.ledger),
      nextPublication(next),
    );
  const proof = proofAt(now);
  if (!proof.safe) return waitFor(rollover, step, proof);
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
  const rollovers = state.rollovers.filter((other) => other !== rollover);
  const step = ROLLOVERS[rollover.name].steps.at(-1)!;
  const keys = markRemoved(state.keys, rollover, now);
  return { state: { ...state, keys, rollovers }, decision: { rollover, step, kind: 'finished' } };
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

/** Whether the keys of a rollover do in the established publication what they are to do; other rollovers may be on their way meanwhile. */
function isEstablished(state: RotationState, rollover: Rollover): boolean {
  const publication = state.ledger.publications.findLast(({ established }) => established !== undefined);
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

function wantedAfter({ keys, wantedDs }: RotationState, rollover: Rollover, { ask }: ParentStep): string[] {
  if (ask === 'remove-old') return wantedDs.filter((base) => !rollover.old.includes(base));
  const added = keys.filter(({ base, role }) => rollover.new.includes(base) && signsKeys(role));
  return [...new Set([...wantedDs, ...added.map(({ base }) => base)])];
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

/** The new keys with the digest types that their DS is to have: the policy's, or those of the old DS where both stand without the new DNSKEY. */
function withDigestTypes(
  state: RotationState,
  rollover: Rollover,
  step: ParentStep,
  policy: Policy,
): RotationState {
  if (step.ask === 'remove-old') return state;
  const old = new Set(state.keys.filter(({ base }) => rollover.old.includes(base)).map((key) => key.dnskey));
  const oldTypes = servedDs(state.ledger)
    .flat()
    .flatMap(({ key, digestType }) => (key !== undefined && old.has(key) ? digestType : []));
  const types = step.safe === 'between' && oldTypes.length > 0 ? [...new Set(oldTypes)] : digestTypes(policy);
  const keys = state.keys.map((key) =>
    rollover.new.includes(key.base) && signsKeys(key.role) ? { ...key, dsDigestTypes: types } : key,
  );
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
