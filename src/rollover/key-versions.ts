import { readKeyBaseName } from '../keys/key-name.ts';
import type { Role } from '../keys/roles.ts';
import { nextPublication } from './next-publication.ts';
import { planRotation, type ZoneTimes } from './plan.ts';
import type { Policy } from './policy.ts';
import type { RotationState } from './state.ts';
import type { KeyId } from './validation.ts';

const DAY = 86400;

/** A version of what KSKs sign, and when the plan has it in the zone. Times are epoch seconds. */
export interface KeyVersion {
  readonly dnskeys: readonly KeyId[];
  /** Those that sign the DNSKEY RRset. */
  readonly signers: readonly KeyId[];
  /** Keys whose DS should stand at the parent: those in CDS and CDNSKEY. */
  readonly wanted: readonly KeyId[];
  readonly from: number;
  readonly until: number;
}

export interface PlannedVersions {
  readonly versions: readonly KeyVersion[];
  /** Roles of keys that the plan needs and that are not made yet, and when it first needs one of each. */
  readonly missing: ReadonlyMap<Role, { readonly count: number; readonly at: number }>;
}

/** The versions of the DNSKEY, CDS and CDNSKEY RRsets that the plan needs until a time. */
export function plannedVersions(
  state: RotationState,
  policy: Policy,
  now: number,
  until: number,
  times: ZoneTimes,
): PlannedVersions {
  // What is decided already is what the next run signs, whatever is due besides.
  const versions: KeyVersion[] = [{ ...versionOf(state), from: now, until }];
  const missing = new Map<Role, { count: number; at: number }>();
  let planned = new Set<string>();
  planRotation(state, policy, now, until, times, (future, time) => {
    const version = versionOf(future);
    const last = versions.at(-1)!;
    const { dnskeys, signers, wanted } = last;
    if (time <= until && JSON.stringify(version) !== JSON.stringify({ dnskeys, signers, wanted })) {
      versions[versions.length - 1] = { ...last, until: time };
      versions.push({ ...version, from: time, until });
    }
    for (const { base, role } of future.keys) {
      if (readKeyBaseName(base) !== undefined || planned.has(base) || time > until) continue;
      planned = planned.add(base);
      const { count = 0, at = time } = missing.get(role) ?? {};
      missing.set(role, { count: count + 1, at });
    }
  });
  return { versions, missing };
}

/** The versions that the plan needs until a time, or until just before it needs a key that is not made yet. */
export function versionsOfMadeKeys(
  state: RotationState,
  policy: Policy,
  now: number,
  until: number,
  times: ZoneTimes,
): { readonly versions: readonly KeyVersion[]; readonly until: number } {
  const { missing } = plannedVersions(state, policy, now, until, times);
  const end = Math.min(until, ...[...missing.values()].map(({ at }) => at - 1));
  return { versions: plannedVersions(state, policy, now, end, times).versions, until: end };
}

function versionOf(state: RotationState): Pick<KeyVersion, 'dnskeys' | 'signers' | 'wanted'> {
  const wanted = state.keys.filter(({ base }) => state.wantedDs.includes(base)).map(({ dnskey }) => dnskey);
  const { keys, signers } = nextPublication(state).keySet;
  return { dnskeys: keys, signers, wanted: wanted.sort() };
}

/** When signatures over a version are made ahead: one bundle's times, in epoch seconds. */
export interface BundleTimes {
  readonly version: KeyVersion;
  readonly from: number;
  readonly inception: number;
  readonly expiration: number;
}

/**
 * The bundles that versions need: enough that at any time one of them has at least the refresh time left. Rollovers come later than planned where runs
 * are nightly, and the delays add up: every version is signed for longer on both sides than the plan has it, the later the more.
 */
export function bundleTimes(
  versions: readonly KeyVersion[],
  { signatures, rotationPeriod }: Policy,
  now: number,
): BundleTimes[] {
  const { validity, refresh, inceptionOffset } = signatures;
  const step = Math.max(validity - refresh, DAY);
  return versions
    .flatMap((version, index) => {
      const slack = rotationPeriod + index * DAY;
      const bundles: BundleTimes[] = [];
      for (let from = Math.max(now, version.from - slack); from < version.until + slack; from += step)
        bundles.push({ version, from, inception: from - inceptionOffset, expiration: from + validity });
      return bundles;
    })
    .sort((a, b) => a.from - b.from);
}

/** A time from which a version has no signature that lasts. */
export interface Gap {
  readonly version: KeyVersion;
  /** Epoch seconds. */
  readonly at: number;
}

/**
 * The first time at which a planned version has no signature, or one that runs out in caches.
 * @param reserve seconds for which a signature must be valid beyond its use
 * @param spans the signatures that are there for a version
 */
export function firstGap(
  versions: readonly KeyVersion[],
  spans: (version: KeyVersion) => readonly Pick<BundleTimes, 'from' | 'expiration'>[],
  reserve: number,
): Gap | undefined {
  for (const version of versions) {
    const signatures = spans(version);
    let at = version.from;
    while (at < version.until) {
      const time = at;
      const ends = signatures
        .filter(({ from }) => from <= time)
        .map(({ expiration }) => expiration - reserve);
      at = Math.max(...ends, -Infinity);
      if (at <= time) return { version, at: time };
    }
  }
  return undefined;
}
