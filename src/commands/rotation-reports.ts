import { nameToText } from '../dns/name.ts';
import { printTime } from '../dns/time.ts';
import { environmentError, usageError } from '../errors.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { signsKeys } from '../keys/roles.ts';
import type { AuditDetails } from '../rollover/audit.ts';
import { withDsPublished, withDsWithdrawn, withEstablished } from '../rollover/facts.ts';
import { servedDs } from '../rollover/ds-sets.ts';
import { cachesAt, isClockBehind, latestTime, seenVersions } from '../rollover/ledger.ts';
import { proveDs, type Proof } from '../rollover/proof.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import { contentOf, sameDs, type DsSet } from '../rollover/validation.ts';
import { describeWitness, minuteOf } from '../rollover/words.ts';
import type { Environment } from './environment.ts';
import { keyLabel } from './rotation-keys.ts';
import type { RotateOptions } from './rotation-options.ts';
import type { Done, Noted } from './rotation-result.ts';

/**
 * The state that knows what the operator says of the parent.
 * @throws ZonewrightError `rotate/clock-behind`, `rotate/future-report`, `rotate/unknown-key`, `rotate/no-ds`
 */
export function withParentReports(
  state: RotationState,
  options: RotateOptions,
  { now, warn }: Pick<Environment, 'now' | 'warn'>,
): Noted {
  const { dsPublished = [], dsWithdrawn = [] } = options;
  const future = [...dsPublished, ...dsWithdrawn].find(({ at }) => at > now);
  if (future !== undefined) {
    throw usageError('rotate/future-report', `${printTime(future.at)} has not come yet`, {
      hint: 'say what the parent serves once it does',
    });
  }
  if (dsPublished.length + dsWithdrawn.length > 0) requireClock(state, now);
  const done: Done[] = [];
  let next = state;
  for (const { keyTag, at } of dsPublished) {
    const key = keyWithDs(next, keyTag, options);
    next = withDsPublished(next, key.dnskey, at);
    done.push({
      rollover: 'parent',
      what: `the parent serves the DS of ${keyLabel(key)} since ${printTime(at)}`,
      audit: reported('--ds-published', key),
    });
  }
  for (const { keyTag, at } of dsWithdrawn) {
    const key = keyWithDs(next, keyTag, options);
    next = withDsWithdrawn(next, key.dnskey, at);
    done.push({
      rollover: 'parent',
      what: `the parent serves no DS of ${keyLabel(key)} since ${printTime(at)}`,
      audit: reported('--ds-withdrawn', key),
    });
  }
  const early = earlyChange(state, next, now);
  if (early !== undefined) {
    const until = Number.isFinite(early.until) ? `until ${minuteOf(early.until)} ` : '';
    warn(
      `so changed, the DS may break the zone ${until}for some: ${describeWitness(early.witness)}`,
      `it is believed; what is safe at the parent now: zonewright ds ${zoneLabel(options.zone)}`,
    );
  }
  return { state: next, done };
}

/** What the proof says against a change of the parent that was reported, where nobody had asked for it. */
function earlyChange(
  before: RotationState,
  after: RotationState,
  now: number,
): (Proof & { safe: false }) | undefined {
  const possible = servedDs(before.ledger);
  const known = new Set(possible.map(contentOf));
  const left = new Set(servedDs(after.ledger).map(contentOf));
  const gone = possible.filter((set) => !left.has(contentOf(set)));
  const caches = cachesAt(before.ledger, now);
  let last: (Proof & { safe: false }) | undefined;
  for (const ds of servedDs(after.ledger)) {
    // What was possible before is news only where it is the rest of what was withdrawn.
    const isRestOf = (set: DsSet): boolean =>
      ds.length > 0 &&
      set.length > ds.length &&
      ds.every((record) => set.some((other) => sameDs(other, record)));
    for (const current of known.has(contentOf(ds)) ? gone.filter(isRestOf) : possible) {
      const proof = proveDs(caches, current, ds);
      if (!proof.safe && (last === undefined || proof.until > last.until)) last = proof;
    }
  }
  return last;
}

/**
 * The state that knows which version the operator says all servers have.
 * @throws ZonewrightError `rotate/unknown-serial`, `rotate/clock-behind`
 */
export function withServedReport(
  state: RotationState,
  { served }: RotateOptions,
  { now, warn }: Pick<Environment, 'now' | 'warn'>,
): RotationState {
  if (served === undefined) return state;
  const publications = seenVersions(state.ledger);
  const serials = [...new Set(publications.map(({ serial }) => serial))];
  if (serials.includes(served)) {
    requireClock(state, now);
    const open = publications.filter(
      ({ serial, established }) => serial === served && established === undefined,
    );
    if (open.length > 1) {
      const [first, next] = open.map(({ since }) => printTime(since));
      warn(
        `${open.length} versions have serial ${served}: your word is taken for that of ${first}, since that of ${next} may not have been there when you looked`,
        'force the transfers again, and say so again',
      );
    }
    return withEstablished(state, served, now);
  }
  throw usageError('rotate/unknown-serial', `no version with serial ${served} was published`, {
    hint: `known serials: ${serials.join(', ') || 'none'}`,
  });
}

/** Since when something is so, a clock cannot say that is behind what was recorded: too early a time would remove a key too early. */
function requireClock({ ledger }: RotationState, now: number): void {
  if (!isClockBehind(ledger, now)) return;
  throw environmentError(
    'rotate/clock-behind',
    `the clock shows ${printTime(now)}, but something was recorded at ${printTime(latestTime(ledger))}: by such a clock no report is taken`,
    { hint: 'set the clock right, and report again' },
  );
}

function reported(option: string, { base }: ManagedKey): AuditDetails {
  return { actor: 'operator', why: `the operator said so (${option})`, outcome: 'done', keys: [base] };
}

/**
 * The key that the operator means by a tag.
 * @throws ZonewrightError `rotate/unknown-key`
 */
export function keyWithTag({ keys }: RotationState, keyTag: number, zone: Uint8Array): ManagedKey {
  const key = keys.find((candidate) => candidate.keyTag === keyTag && candidate.purged === undefined);
  if (key !== undefined) return key;
  const known = keys.map((candidate) => `${candidate.keyTag} (${candidate.role.toUpperCase()})`);
  throw usageError('rotate/unknown-key', `no key of ${nameToText(zone)} has the tag ${keyTag}`, {
    hint: `keys: ${known.join(', ') || 'none'}`,
  });
}

function keyWithDs(state: RotationState, keyTag: number, { zone }: RotateOptions): ManagedKey {
  const key = keyWithTag(state, keyTag, zone);
  if (signsKeys(key.role)) return key;
  const anchors = state.keys.filter(({ role }) => signsKeys(role));
  throw usageError('rotate/no-ds', `key ${keyTag} is a ZSK: the parent has no DS of it`, {
    hint: `keys with a DS: ${anchors.map((other) => String(other.keyTag)).join(', ')}`,
  });
}
