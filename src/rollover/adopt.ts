import type { Role } from '../keys/roles.ts';
import { dsOf, setsBetween } from './ds-sets.ts';
import type { Policy } from './policy.ts';
import type { ManagedKey, RotationState } from './state.ts';
import type { KeyId } from './validation.ts';
import type { ZoneEvidence } from './zone-evidence.ts';

/** Seconds that unknown history is taken to stay in caches, unless a larger TTL was seen. */
const UNKNOWN_HISTORY = 7 * 86400;

/** A key as it is found, with what its times and its `.state` file say of it. */
export interface FoundKey {
  readonly base: string;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly role: Role;
  readonly dnskey: KeyId;
  readonly created: number | undefined;
  readonly activated: number | undefined;
  readonly isPublished: boolean;
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

/**
 * The state of a zone that was signed without one. What the signed zone shows counts; where there is none, what the keys say. What was
 * served before is unknown and taken at its worst: everything found is held by caches for a week or its TTL, whichever is longer, and the
 * parent may serve the DS of any key that signs the DNSKEY RRset, or none.
 */
export function adoptedState(
  found: readonly FoundKey[],
  zone: FoundZone | undefined,
  policy: Policy,
  now: number,
): RotationState {
  const keys = found.map((key) => managedKey(key, zone?.evidence, now));
  const anchors = found.filter(({ base }) => keys.some((key) => key.base === base && key.use.signsKeys));
  const state: RotationState = {
    keys,
    ledger: { publications: [], parent: [] },
    rollovers: [],
    wantedDs: anchors.filter(({ ds }) => ds !== 'absent').map(({ base }) => base),
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
  const publications =
    zone === undefined
      ? []
      : [
          {
            serial: zone.evidence.serial,
            digest: zone.digest,
            since: now,
            established: now,
            keySet: zone.evidence.keySet,
            data: zone.evidence.data,
            dnskeyTtl: Math.max(zone.evidence.dnskeyTtl, UNKNOWN_HISTORY),
            maxTtl: Math.max(zone.evidence.maxTtl, UNKNOWN_HISTORY),
            propagation: zone.propagation,
            firstExpiration: zone.evidence.firstExpiration,
          },
        ];
  return { ...state, ledger: { publications, parent } };
}

function managedKey(key: FoundKey, evidence: FoundZone['evidence'] | undefined, now: number): ManagedKey {
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
  const isInUse = use.published || use.signsKeys || use.signsZone;
  // A key that has done its work is no spare for later.
  const wasInUse = !isInUse && activated !== undefined && activated <= now;
  return {
    base,
    keyTag,
    algorithm,
    role,
    dnskey,
    created: created ?? now,
    use,
    activated: isInUse || wasInUse ? (activated ?? created ?? now) : undefined,
    ...(wasInUse ? { removed: now } : {}),
  };
}
