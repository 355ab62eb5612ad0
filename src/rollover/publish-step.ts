import { afterStep } from './after-step.ts';
import { keepsSerial } from './kept-serial.ts';
import { cachesAt, currentPublication, latestTime, newestPublication, type Publication } from './ledger.ts';
import { lostSigners, nextPublication } from './next-publication.ts';
import type { Policy } from './policy.ts';
import { provePublication, type Proof } from './proof.ts';
import { requestsAreInTheWay } from './requests.ts';
import type { PublishStep } from './rollovers.ts';
import type { ManagedKey, Rollover, RotationState } from './state.ts';
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
  const wanted = withStuckKeys(afterStep(state, rollover, step), state, lost);
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
  const end = rollover.started + policy.rotationPeriod;
  const staysUntilEnd = step.endsPeriod === true && rollover.urgent !== true && now < end;
  if (staysUntilEnd && (proof.safe || proof.until <= end))
    return { wait: { rollover, step, reason: { kind: 'period' }, until: end } };
  if (!proof.safe) {
    // The next version has none.
    if (proof.until === Infinity && newestPublication(state.ledger)?.requests && requestsAreInTheWay(state))
      return { wait: { rollover, step, reason: { kind: 'publication' }, until: Infinity } };
    if (silent.length === 0 || proof.until < Infinity) return waitFor(rollover, step, proof);
    const keyTags = silent.map(({ keyTag }) => keyTag);
    return { wait: { rollover, step, reason: { kind: 'lost', keyTags }, until: Infinity } };
  }
  return decide(next, rollover, step, now, () => proofAt(-Infinity));
}

/**
 * The state after a step in which keys stay in the zone that sign CDS and CDNSKEY which cannot leave it, since nobody can sign a version without them.
 * Once somebody can, these keys leave as others do that have done their work.
 */
function withStuckKeys(
  after: RotationState,
  before: RotationState,
  lost: ReadonlySet<string>,
): RotationState {
  const newest = newestPublication(before.ledger);
  const requests = newest?.requests;
  if (requests === undefined || lost.size === 0 || !requestsAreInTheWay(before)) return after;
  const isFrozen = before.keys.some(({ base, use }) => use.signsZone && lost.has(base));
  if (!isFrozen && lostSigners(before, newest, lost).length === 0) return after;
  const signers = new Set(requests.signerSets.flat());
  const published = new Set(before.keys.filter(({ use }) => use.published).map(({ base }) => base));
  const keys = after.keys.map((key) =>
    signers.has(key.dnskey) && published.has(key.base)
      ? { ...key, use: { ...key.use, published: true } }
      : key,
  );
  return { ...after, keys };
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
