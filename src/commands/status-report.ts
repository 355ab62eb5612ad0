import type { AuditEntry, KeyStatus, LastError } from '../rollover/state.ts';
import type { Timeline } from '../rollover/timeline.ts';
import type { Role } from '../keys/roles.ts';
import type { DsKey } from './ds.ts';

/** How much validity must be left, in seconds. */
export interface ValidityLimits {
  readonly warning: number;
  readonly critical: number;
}

/** How a zone is, worst last. */
export const HEALTHS = ['ok', 'warning', 'critical'] as const;

export type Health = (typeof HEALTHS)[number];

/** Who has to act next. */
export type Actor = 'none' | 'zonewright' | 'operator' | 'parent';

/** What is next for a zone, and whose turn it is. All times are epoch seconds. */
export interface Task {
  readonly actor: Actor;
  /** What is waited for, or wrong: one sentence without its first capital and final period. */
  readonly what: string;
  /** What the actor does, as an imperative: "add the new DS at the parent". */
  readonly todo?: string | undefined;
  /** The earliest time at which it goes on. */
  readonly notBefore?: number | undefined;
  /** When it should be done. */
  readonly deadline?: number | undefined;
  /** What the actor types, ready to paste. */
  readonly nextCommand?: string | undefined;
  /** Whether that command only tells that it was done. */
  readonly isReport?: boolean | undefined;
}

/** Something that is wrong. */
export interface Problem extends Task {
  /** Stable, for scripts: `signatures/expiring`. */
  readonly code: string;
  readonly severity: Exclude<Health, 'ok'>;
}

export interface KeyReport {
  readonly base: string;
  readonly role: Role;
  readonly algorithm: number;
  readonly keyTag: number;
  readonly state: KeyStatus;
  /** Since when it is in this state, where that is known. */
  readonly since: number | undefined;
  /** The state that comes next, and when by the plan. */
  readonly next: { readonly state: KeyStatus; readonly at: number } | undefined;
  /** What that waits for. */
  readonly waitsFor: string | undefined;
  /** Whether the private half is there. */
  readonly hasPrivate: boolean;
  /** Whether it is in a safe, and signed ahead. */
  readonly isElsewhere: boolean;
  /** Whether its files were deleted after the purge delay. */
  readonly isPurged: boolean;
}

export interface StepReport {
  readonly does: string;
  readonly state: 'done' | 'now' | 'to come';
  /** When it will be done by the plan. */
  readonly at: number | undefined;
}

export interface RolloverReport {
  readonly name: string;
  readonly title: string;
  /** The procedure in the RFCs. */
  readonly reference: string;
  readonly started: number;
  readonly steps: readonly StepReport[];
  /** What it waits for. */
  readonly task: Task;
}

/** The DS records that the parent must add and remove now, and nothing that would be unsafe there. */
export interface DsReport {
  readonly add: readonly DsKey[];
  readonly remove: readonly DsKey[];
  /** Why nothing may be added yet. */
  readonly unsafe: string | undefined;
}

/** An event on its way to a target. */
export interface NotificationReport {
  readonly id: string;
  readonly type: string;
  readonly time: number;
  readonly target: string;
  readonly attempts: number;
  readonly nextAttempt: number | undefined;
  readonly error: string | undefined;
}

/** A difference between state, key directory and signed zone. */
export interface Drift {
  readonly code: string;
  /** Whether something is wrong; a note is good to know only. */
  readonly severity: 'warning' | 'note';
  readonly what: string;
}

/** What is known of a zone. Times are epoch seconds. */
export interface ZoneStatus {
  /** The zone's name, absolute. */
  readonly zone: string;
  /** Whether `rotate` takes care of its keys. */
  readonly isManaged: boolean;
  readonly policyName: string;
  readonly health: Health;
  /** The most urgent of all that is wrong or waited for; undefined where nothing is. */
  readonly task: Task | undefined;
  /** The next rollover that begins by itself. */
  readonly nextRollover: { readonly title: string; readonly at: number } | undefined;
  readonly problems: readonly Problem[];
  /** Keys with a DS first; in use before removed. */
  readonly keys: readonly KeyReport[];
  readonly rollovers: readonly RolloverReport[];
  readonly ds: DsReport;
  /** The version that is served, as far as is known. */
  readonly serial: number | undefined;
  readonly firstExpiration: number | undefined;
  /** Seconds of validity below which the zone is not well. */
  readonly limits: ValidityLimits;
  /** How many nightly runs may fail in a row, the first tonight, without a signature expiring. */
  readonly missedRunsSurvived: number | undefined;
  readonly drift: readonly Drift[];
  readonly notifications: readonly NotificationReport[];
  readonly lastError: LastError | undefined;
  readonly history: readonly AuditEntry[];
  readonly timeline: Timeline;
}

/** The worst of some healths. */
export function worstHealth(healths: readonly Health[]): Health {
  return HEALTHS[Math.max(0, ...healths.map((health) => HEALTHS.indexOf(health)))]!;
}
