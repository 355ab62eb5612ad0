import { signsKeys, type Role } from '../keys/roles.ts';
import { dsOf, setsBetween } from './ds-sets.ts';
import { NO_FILE, UNSIGNED_ZONE, type Publication } from './ledger.ts';
import { nextPublication } from './next-publication.ts';
import type { Policy } from './policy.ts';
import type { ManagedKey, RotationState } from './state.ts';
import { earlierVersions, UNKNOWN_HISTORY } from './unknown-history.ts';
import type { KeyId } from './validation.ts';
import type { ZoneEvidence } from './zone-evidence.ts';

/** A key as it is found, with what its times and its `.state` file say of it. */
export interface FoundKey {
  readonly base: string;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly role: Role;
  readonly dnskey: KeyId;
  /** Epoch seconds in the past; undefined where nobody knows. */
  readonly created: number | undefined;
  /** When it began to sign, in epoch seconds in the past; undefined where it has not, or nobody knows. */
  readonly activated: number | undefined;
  readonly isPublished: boolean;
  /** Whether it is to sign now. */
  readonly isActive: boolean;
  /** Whether BIND's key manager says that its DS is, may be or is not at the parent. */
  readonly ds: 'there' | 'absent' | 'unknown';
}

export interface FoundZone {
  readonly evidence: Omit<ZoneEvidence, 'denial' | 'expirations'>;
  /** SHA-256 of the file in hexadecimal. */
  readonly digest: string;
  readonly propagation: number;
}

/** What there is to say of a signed zone that is not to be found. Seconds. */
export interface UnseenZone {
  /** Of the zone that is signed into it; 0 where that is not to be found either. */
  readonly serial: number;
  readonly maxTtl: number;
  readonly propagation: number;
}

/**
 * The state of a zone that was signed without one. What the signed zone shows counts; where there is none, it is taken to be what the keys say. What
 * was served before is unknown and taken at its worst: everything found, and what may have been there before, is held by caches for a week or its
 * TTL, whichever is longer, and the parent may serve the DS of any KSK or CSK that signs the DNSKEY RRset, or none. A key has the age that its own
 * times tell; one without any has come to the end of its life.
 */
export function adoptedState(
  found: readonly FoundKey[],
  zone: FoundZone | UnseenZone,
  policy: Policy,
  now: number,
): RotationState {
  const evidence = 'evidence' in zone ? zone.evidence : undefined;
  const keys = found.map((key) => managedKey(key, evidence, policy, now));
  const signers = found.filter(({ base }) => keys.some((key) => key.base === base && key.use.signsKeys));
  const ksks = signers.filter(({ role }) => signsKeys(role));
  // Others have ZSKs sign the DNSKEY RRset, too. Who has nothing else may have their DS at the parent.
  const anchors = ksks.length > 0 ? ksks : signers;
  const state: RotationState = {
    keys,
    ledger: { publications: [], parent: [] },
    rollovers: [],
    wantedDs: ksks.filter(({ ds }) => ds !== 'absent').map(({ base }) => base),
    audit: [],
    outbox: [],
  };
  const certain = dsOf(
    state,
    anchors.filter(({ ds }) => ds === 'there').map(({ base }) => base),
    policy,
  );
  const possible = dsOf(
    state,
    anchors.filter(({ ds }) => ds !== 'absent').map(({ base }) => base),
    policy,
  );
  const parent = setsBetween(certain, possible).map((ds) => ({
    ds,
    since: now,
    ttl: policy.parentDsTtl,
    propagation: policy.parentPropagationDelay,
    confirmed: false,
  }));
  return {
    ...state,
    ledger: { publications: publicationsOf(zone, state, isSignedLately(found, now), now), parent },
  };
}

/** Whether the zone may have been unsigned a moment ago: nothing says that the parent has a DS, and no key that it signed with for long. */
function isSignedLately(found: readonly FoundKey[], now: number): boolean {
  return found.every(({ ds, activated = now }) => ds !== 'there' && activated > now - UNKNOWN_HISTORY);
}

function publicationsOf(
  zone: FoundZone | UnseenZone,
  state: RotationState,
  signedLately: boolean,
  now: number,
): Publication[] {
  const newest = 'evidence' in zone ? foundVersion(zone, now) : unseenVersion(zone, state, now);
  if (newest.keySet.keys.length === 0 && newest.data.signerSets.flat().length === 0) return [];
  // As where this tool is the first to sign: what nobody knows for a week is which keys have been there, and there were none.
  const { dnskeyTtl, maxTtl } = 'evidence' in zone ? zone.evidence : { ...zone, dnskeyTtl: zone.maxTtl };
  const unsigned = signedLately ? { ...UNSIGNED_ZONE, dnskeyTtl, maxTtl } : undefined;
  return [...earlierVersions(newest, state.keys, unsigned), newest];
}

function foundVersion({ evidence, digest, propagation }: FoundZone, now: number): Publication {
  const { serial, keySet, data, firstExpiration } = evidence;
  return {
    serial,
    digest,
    since: now,
    established: now,
    keySet,
    data,
    dnskeyTtl: Math.max(evidence.dnskeyTtl, UNKNOWN_HISTORY),
    maxTtl: Math.max(evidence.maxTtl, UNKNOWN_HISTORY),
    propagation,
    firstExpiration,
  };
}

/** What the keys say of the version that is served: nobody has seen it, so it only may be, until another one is. */
function unseenVersion(
  { serial, maxTtl, propagation }: UnseenZone,
  state: RotationState,
  now: number,
): Publication {
  const ttl = Math.max(maxTtl, UNKNOWN_HISTORY);
  return {
    ...nextPublication(state),
    serial,
    digest: NO_FILE,
    since: now,
    dnskeyTtl: ttl,
    maxTtl: ttl,
    propagation,
  };
}

function managedKey(
  key: FoundKey,
  evidence: FoundZone['evidence'] | undefined,
  policy: Policy,
  now: number,
): ManagedKey {
  const { base, keyTag, algorithm, role, dnskey, created, activated, isPublished, isActive } = key;
  const use =
    evidence === undefined
      ? {
          published: isPublished,
          signsKeys: isActive && role !== 'zsk',
          signsZone: isActive && role !== 'ksk',
        }
      : {
          published: evidence.keySet.keys.includes(dnskey),
          signsKeys: evidence.keySet.signers.includes(dnskey),
          signsZone: evidence.data.signerSets.some((signers) => signers.includes(dnskey)),
        };
  const signs = use.signsKeys || use.signsZone;
  // A key that has done its work is no spare for later.
  const isRemoved = !use.published && !signs && activated !== undefined;
  // One that is to sign, and does not yet, has not begun to.
  const isRetired = !signs && !isActive && activated !== undefined;
  return {
    base,
    keyTag,
    algorithm,
    role,
    dnskey,
    created: created ?? now,
    use,
    activated: signs
      ? (activated ?? created ?? oldestBeginning(role, policy, now))
      : isRetired || isRemoved
        ? activated
        : undefined,
    ...(isRemoved ? { removed: now } : {}),
  };
}

/** When a key began that has come to the end of its life. */
function oldestBeginning(role: Role, { kskLifetime, zskLifetime }: Policy, now: number): number {
  const lifetime = role === 'zsk' ? zskLifetime : kskLifetime;
  return lifetime === 'unlimited' ? now : now - lifetime;
}
