import type { Role } from '../keys/roles.ts';
import type { Ledger } from './ledger.ts';
import type { RolloverName } from './rollovers.ts';
import type { KeyId } from './validation.ts';

/** What a key does in the next publication. */
export interface KeyUse {
  /** Its DNSKEY is in the zone. */
  readonly published: boolean;
  /** It signs the DNSKEY, CDS and CDNSKEY RRsets. */
  readonly signsKeys: boolean;
  /** It signs all other RRsets. */
  readonly signsZone: boolean;
}

export const UNUSED: KeyUse = { published: false, signsKeys: false, signsZone: false };

/** A key under the care of `rotate`. Times are epoch seconds. */
export interface ManagedKey {
  /** The base name of its files: its identity in commands and logs. */
  readonly base: string;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly role: Role;
  readonly dnskey: KeyId;
  readonly created: number;
  readonly use: KeyUse;
  /** When it took up its work: the beginning of its lifetime. */
  readonly activated?: number | undefined;
  /** When it left the zone for good. */
  readonly removed?: number | undefined;
  /** When its files were deleted. */
  readonly purged?: number | undefined;
}

/** A rollover in progress. */
export interface Rollover {
  readonly name: RolloverName;
  readonly started: number;
  /** Base names of the keys that leave and of those that come. */
  readonly old: readonly string[];
  readonly new: readonly string[];
  /** Index of the first step that is not done. */
  readonly step: number;
  /** When that step was decided: its publication or its DS asked for; undefined while it waits to be. */
  readonly decided?: number | undefined;
}

/** One line of the audit trail. */
export interface AuditEntry {
  readonly time: number;
  readonly what: string;
  readonly why: string;
}

/** Everything that `rotate` knows of a zone. */
export interface RotationState {
  readonly keys: readonly ManagedKey[];
  readonly ledger: Ledger;
  readonly rollovers: readonly Rollover[];
  /** Base names of the keys whose DS should stand at the parent. */
  readonly wantedDs: readonly string[];
  readonly audit: readonly AuditEntry[];
}

/** What people and scripts read; always derived, never decided by. */
export type KeyStatus = 'pending' | 'active' | 'retired' | 'removed';

/** The key with this base name. */
export function keyNamed({ keys }: RotationState, base: string): ManagedKey | undefined {
  return keys.find((key) => key.base === base);
}
