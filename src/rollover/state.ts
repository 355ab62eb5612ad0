import type { Role } from '../keys/roles.ts';
import type { Agreement } from './agreement.ts';
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

/** Stands for the tag of a key that a plan or a dry run has only thought of. */
export const UNMADE = 0;

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
  /** The digest types of the DS that was asked for; undefined where none was. A policy that changes later is for later keys. */
  readonly dsDigestTypes?: readonly number[] | undefined;
  /** When it took up its work: the beginning of its lifetime. */
  readonly activated?: number | undefined;
  /** When `rotate` found that the HSM with its private half does not answer; undefined where the last run that asked could use it. */
  readonly silent?: number | undefined;
  /** When the servers of all signers of the zone were seen to have its DNSKEY; undefined where nobody has looked, or some had not. */
  readonly carried?: number | undefined;
  /** When it left the zone for good. */
  readonly removed?: number | undefined;
  /** When its files were deleted. */
  readonly purged?: number | undefined;
}

/** A rollover in progress. */
export interface Rollover {
  readonly name: RolloverName;
  readonly started: number;
  /** Whether the old keys leave as soon as that is safe, and not at the end of the rotation period. */
  readonly urgent?: boolean | undefined;
  /** Base names of the keys that leave and of those that come. */
  readonly old: readonly string[];
  readonly new: readonly string[];
  /** Index of the first step that is not done. */
  readonly step: number;
  /** When that step was decided: its publication or its DS asked for; undefined while it waits to be. */
  readonly decided?: number | undefined;
  /** When others were told that the parent is late with a step; of several, the last. */
  readonly overdue?: number | undefined;
  /** What the operator has agreed to break by it; undefined where every step is proven to break nobody. */
  readonly agreed?: Agreement | undefined;
}

/** What became of something: a step was decided, done or a rollover finished by it; a version was written, or is served; a run failed. */
export const OUTCOMES = ['decided', 'done', 'finished', 'written', 'served', 'failed'] as const;

/** One line of the audit trail: who did what to which keys, when, with which serial, and why. */
export interface AuditEntry {
  readonly time: number;
  readonly what: string;
  /** The equation of RFC 7583, where there is one, and what stood in the way until then; or who asked for it. */
  readonly why: string;
  /** Who decided it; undefined in entries of older versions. */
  readonly actor?: 'zonewright' | 'operator' | undefined;
  /** Base names of the keys that it is about. */
  readonly keys?: readonly string[] | undefined;
  /** The SOA serial of the version that it is about, or that was the newest then. */
  readonly serial?: number | undefined;
  readonly outcome?: (typeof OUTCOMES)[number] | undefined;
  /** Whether it was done against the proof. */
  readonly forced?: boolean | undefined;
}

/** What happens in a rollover that others must learn of. */
export const EVENT_TYPES = [
  'dnssec.create',
  'dnssec.delete',
  'dnssec.rotation_start',
  'dnssec.rotation_complete',
  'dnssec.ds_withdraw',
  'dnssec.ds_overdue',
  'dnssec.zsk_rotation_start',
  'dnssec.zsk_rotation_complete',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** A DS record that an event is about, complete in itself: its key may be gone when the event is delivered. */
export interface EventDs {
  /** The RDATA of the DS, `12345 13 2 HEX`. */
  readonly ds: string;
  readonly dnskey: KeyId;
}

export interface EventPayload {
  /** Base names of the keys that it is about. */
  readonly keys: readonly string[];
  /** DS records to add, or to withdraw. */
  readonly ds: readonly EventDs[];
  /** From when on the parent may be changed. */
  readonly notBefore?: number | undefined;
  /** By when it should have been. */
  readonly deadline?: number | undefined;
  /** Until when the zone is bogus for some, as the operator has agreed to. */
  readonly brokenUntil?: number | undefined;
}

/** How far an event has come on its way to one target. */
export interface Delivery {
  /** Which target of the configuration it is. */
  readonly target: string;
  readonly attempts: number;
  readonly delivered?: number | undefined;
  /** When the next attempt is due, after one that failed. */
  readonly nextAttempt?: number | undefined;
  /** Why the last attempt failed. */
  readonly error?: string | undefined;
}

/** An event that is not delivered to everybody yet. */
export interface OutboxEvent {
  /** A UUID, the same for every target and every attempt. */
  readonly id: string;
  readonly type: EventType;
  readonly time: number;
  readonly payload: EventPayload;
  readonly deliveries: readonly Delivery[];
}

/** What can fail: a run of a command, or the program that `afterSign` names. */
export const FAILING = ['rotate', 'sign', 'afterSign'] as const;

/** Why the last run failed, until one of the same command succeeds. */
export interface LastError {
  readonly time: number;
  /** Undefined in states of older versions. */
  readonly command?: (typeof FAILING)[number] | undefined;
  /** The stable code of the error, `sign/unsafe`. */
  readonly code: string;
  readonly message: string;
}

/** An algorithm that the operator asked for in place of the policy's. It counts until the policy asks for another than it did then. */
export interface AskedAlgorithm {
  readonly algorithm: number;
  readonly insteadOf: number;
}

/** Everything that `rotate` knows of a zone. */
export interface RotationState {
  readonly keys: readonly ManagedKey[];
  readonly ledger: Ledger;
  readonly rollovers: readonly Rollover[];
  /** Base names of the keys whose DS should stand at the parent. */
  readonly wantedDs: readonly string[];
  readonly audit: readonly AuditEntry[];
  /** Events in the order in which they happened. */
  readonly outbox: readonly OutboxEvent[];
  readonly lastError?: LastError | undefined;
  readonly askedAlgorithm?: AskedAlgorithm | undefined;
}

/** What people and scripts read; always derived, never decided by. */
export type KeyStatus = 'pending' | 'active' | 'retired' | 'removed';

/** The key with this base name. */
export function keyNamed({ keys }: RotationState, base: string): ManagedKey | undefined {
  return keys.find((key) => key.base === base);
}

/** The state in which a rollover in progress is another. */
export function withRollover(state: RotationState, rollover: Rollover, next: Rollover): RotationState {
  return { ...state, rollovers: state.rollovers.map((other) => (other === rollover ? next : other)) };
}
