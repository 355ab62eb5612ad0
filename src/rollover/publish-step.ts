import { signsKeys, signsZone } from '../keys/roles.ts';
import { agreementsOf } from './agreement.ts';
import { keepsSerial } from './kept-serial.ts';
import {
  cachesAt,
  currentPublication,
  latestTime,
  newestPublication,
  seenVersions,
  type Publication,
} from './ledger.ts';
import { foreignKeys, lostSigners, nextPublication } from './next-publication.ts';
import type { Policy } from './policy.ts';
import { provePublication, type Proof } from './proof.ts';
import type { PublishStep } from './rollovers.ts';
import type { KeyUse, ManagedKey, Rollover, RotationState } from './state.ts';
import { decide, marginOf, stepDone, waitFor, type Outcome, type Wait } from './step-outcome.ts';

/** Decides a change of the next publication once it is proven safe, then waits until an established publication shows it. */
export function takePublishStep(
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
  const newest = newestPublication(state.ledger);
  const silent = lostSigners(wanted, newest, lost);
  const proofOf = (next: RotationState, time: number): Proof => {
    const publication = nextPublication(next);
    const caches = cachesAt(state.ledger, time, marginOf(step, policy), publication);
    return provePublication(caches, currentPublication(state.ledger), publication, agreementsOf(state));
  };
  const candidates = [wanted, ...withoutMute(wanted, silent)].map((candidate) => {
    const next = withoutSigners(candidate, lostSigners(candidate, newest, lost));
    return { next, proof: proofOf(next, now) };
  });
  const { next, proof } = candidates.reduce((a, b) => (waitOf(b.proof) < waitOf(a.proof) ? b : a));
  const end = rollover.started + policy.rotationPeriod;
  const staysUntilEnd = step.endsPeriod === true && rollover.urgent !== true && now < end;
  if (staysUntilEnd && (proof.safe || proof.until <= end))
    return { wait: { rollover, step, reason: { kind: 'period' }, until: end } };
  if (!proof.safe) {
    if (silent.length === 0 || proof.until < Infinity) return waitFor(rollover, step, proof);
    const leaving = state.rollovers.flatMap((other) =>
      other !== rollover && other.urgent === true ? other.old : [],
    );
    const keyTags = silent.map(({ keyTag }) => keyTag);
    const unreplaced = silent.filter(({ base }) => !leaving.includes(base)).map(({ keyTag }) => keyTag);
    return { wait: { rollover, step, reason: { kind: 'lost', keyTags, unreplaced }, until: Infinity } };
  }
  const others = waitForSigners(state, rollover, step, policy, now);
  return others === undefined
    ? decide(next, rollover, step, now, () => proofOf(next, -Infinity))
    : { wait: others };
}

/**
 * Where a zone has other signers, a resolver may have the DNSKEY RRset from one of their servers, and records from ours: new keys sign when every server
 * was seen to have them, and no cache can have an RRset of before (RFC 8901 section 6).
 */
function waitForSigners(
  state: RotationState,
  rollover: Rollover,
  step: PublishStep,
  policy: Policy,
  now: number,
): Wait | undefined {
  if (step.new?.signsZone !== true || foreignKeys(state).length === 0) return undefined;
  const starting = state.keys.filter(
    ({ base, role, use }) =>
      rollover.new.includes(base) && signsZone(role) && use.published && !use.signsZone,
  );
  const ttl = Math.max(0, ...state.ledger.publications.map(({ dnskeyTtl }) => dnskeyTtl));
  const margin = marginOf(step, policy);
  const until = Math.max(...starting.map(({ carried = Infinity }) => carried + ttl + margin));
  if (now >= until) return undefined;
  const keyTags = starting.map(({ keyTag }) => keyTag);
  return { rollover, step, reason: { kind: 'signers', keyTags }, until };
}

function waitOf(proof: Proof): number {
  return proof.safe ? -Infinity : proof.until;
}

/**
 * The state in which DNSKEYs of algorithms that nobody can sign them with any more leave the zone at once, where a rollover takes them away: their
 * signatures over the zone stay. None where there are no such keys.
 */
function withoutMute(state: RotationState, silent: readonly ManagedKey[]): RotationState[] {
  const speaking = new Set(
    state.keys.filter((key) => key.use.signsKeys && !silent.includes(key)).map(({ algorithm }) => algorithm),
  );
  const leaving = new Set(state.rollovers.flatMap(({ old }) => old));
  const isMute = ({ base, algorithm }: ManagedKey): boolean =>
    leaving.has(base) &&
    !speaking.has(algorithm) &&
    silent.some((key) => key.use.signsKeys && key.algorithm === algorithm);
  if (!state.keys.some(isMute)) return [];
  const keys = state.keys.map((key) =>
    isMute(key) ? { ...key, use: { ...key.use, published: false, signsKeys: false } } : key,
  );
  return [{ ...state, keys }];
}

/** The state in which the keys do what they do after a step. */
export function afterStep(state: RotationState, rollover: Rollover, step: PublishStep): RotationState {
  const keys = state.keys.map((key) => {
    const use = useAfter(key, rollover, step);
    return use === key.use ? key : { ...key, use };
  });
  return { ...state, keys };
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

/** The state in which keys that cannot sign do not: where the proof allows it, their signatures are missed by nobody. */
function withoutSigners(state: RotationState, silent: readonly ManagedKey[]): RotationState {
  const bases = silent.map(({ base }) => base);
  const keys = state.keys.map((key) =>
    bases.includes(key.base) ? { ...key, use: { ...key.use, signsKeys: false, signsZone: false } } : key,
  );
  return silent.length === 0 ? state : { ...state, keys };
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
  const newest = seenVersions(ledger).at(-1);
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
