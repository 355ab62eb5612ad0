import { printDuration, printTime } from '../dns/time.ts';
import { inputError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { agreementsOf } from '../rollover/agreement.ts';
import { keysToPublish } from '../rollover/keys-to-publish.ts';
import { cachesAt, currentPublication, type Ledger, type Publication } from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import { provePublication, type Proof } from '../rollover/proof.ts';
import { shortReserve } from '../rollover/reserve.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import { describeWitness } from '../rollover/words.ts';
import type { Environment } from './environment.ts';

type Clock = Pick<Environment, 'now' | 'warn'>;

/**
 * The keys as decided, or, where that is proven no more or not signed by keys that are elsewhere, as they are in the zone that is served.
 * @param canSign whether there are signatures over the DNSKEYs of keys that do this
 */
export function provenKeys(
  state: RotationState,
  zone: Uint8Array,
  { now, warn }: Clock,
  canSign: (keys: readonly ManagedKey[]) => boolean,
): readonly ManagedKey[] {
  const { keys, postponed, unsigned } = keysToPublish(state, now, canSign);
  if (postponed !== undefined) {
    warn(
      `what rotate decided is not safe any more, so the zone is signed with the keys that it has: ${describeWitness(postponed.witness)}${untilText(postponed)}`,
      `a later run goes on; see zonewright rotate ${zoneLabel(zone)} --dry-run`,
    );
  }
  if (unsigned === true) {
    warn(
      'nobody has signed the DNSKEYs that rotate decided on, so those in the zone stay: the stored response of the KSK does not have them for now',
      `make a new request, or the signatures over the DNSKEYs run out: zonewright rotate ${zoneLabel(zone)} --key-request FILE`,
    );
  }
  return keys;
}

/** Warns where the last signature by a key that is elsewhere comes to its end. */
export function warnOfEnd(
  lastExpiration: number,
  zone: Uint8Array,
  refresh: number,
  { now, warn }: Clock,
): void {
  if (lastExpiration - now >= refresh) return;
  warn(
    `the stored response of the KSK ends: its last signature over these DNSKEYs expires ${printTime(lastExpiration)}`,
    `make a new request: zonewright rotate ${zoneLabel(zone)} --key-request FILE`,
  );
}

/**
 * Refuses a version whose signatures run out in caches, unless it is no worse in this than the one that it replaces.
 * @throws ZonewrightError `sign/expires-early`
 */
export function checkReserve(
  next: Publication,
  ledger: Ledger,
  policy: Policy,
  force: boolean,
  { now, warn }: Clock,
): void {
  const short = shortReserve(next, currentPublication(ledger), policy, now);
  if (short === undefined) return;
  const { left, propagation, ttl, isNoWorse } = short;
  const problem =
    `when its signatures are replaced, as little as ${printDuration(Math.max(0, left))} of their time may be left, but caches hold them for ` +
    `${printDuration(propagation + ttl)} more: a propagation of ${printDuration(propagation)} and a TTL of ${printDuration(ttl)}`;
  const hint = 'make signatures.refresh and the validity longer, or the largest TTL shorter';
  if (!isNoWorse && !force)
    throw inputError('sign/expires-early', problem, { hint: `${hint}; or write it with --force` });
  warn(problem, hint);
}

/** How a version came about that may be refused. */
export interface Choice {
  /** Write it all the same, with a warning. */
  readonly force: boolean;
  /** Whether the operator named its keys. */
  readonly isByHand: boolean;
}

/**
 * Refuses a version that some cache would turn bogus.
 * @returns what the proof says against a version that is written all the same, and by whose word; undefined for a safe one
 * @throws ZonewrightError `sign/unsafe`
 */
export function refuseUnsafe(
  next: Publication,
  { ledger, rollovers }: Pick<RotationState, 'ledger' | 'rollovers'>,
  zone: Uint8Array,
  { force, isByHand }: Choice,
  { now, warn }: Clock,
): string | undefined {
  const caches = cachesAt(ledger, now, 0, next);
  const current = currentPublication(ledger);
  const proof = provePublication(caches, current, next);
  if (proof.safe) return undefined;
  const until = untilText(proof);
  const breaks = `this zone would go bogus: ${describeWitness(proof.witness)}${until}`;
  const agreements = agreementsOf({ rollovers });
  const isAgreed = agreements.length > 0 && provePublication(caches, current, next, agreements).safe;
  if (isAgreed) {
    warn(`${breaks}; written as the operator has agreed (rotate --at-once)`);
    return `agreed to (rotate --at-once): ${breaks}`;
  }
  if (force) {
    warn(`${breaks}; written all the same (--force)`);
    return `forced (--force): ${breaks}`;
  }
  throw inputError('sign/unsafe', breaks, {
    hint: isByHand
      ? 'leave --key away, so that the rotation state chooses the keys, or write it all the same with --force'
      : until === ''
        ? `if somebody else changed the keys, take over what is published: zonewright rotate ${zoneLabel(zone)} --adopt`
        : 'wait, or write it all the same with --force',
  });
}

function untilText({ until }: Proof & { readonly safe: false }): string {
  return Number.isFinite(until) ? `, until ${printTime(until)}` : '';
}
