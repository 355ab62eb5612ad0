import { nameToText } from '../dns/name.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { AuditDetails } from '../rollover/audit.ts';
import { dueRollovers } from '../rollover/due.ts';
import { nextPublication, type Wait } from '../rollover/engine.ts';
import { currentPublication, newestPublication } from '../rollover/ledger.ts';
import type { PlanEntry } from '../rollover/plan.ts';
import type { ManagedKey, RotationState } from '../rollover/state.ts';
import type { Timeline } from '../rollover/timeline.ts';
import { describeWait, rolloverTitle } from '../rollover/words.ts';
import type { RotateOptions } from './rotation-options.ts';

/** Something that a run did, in words. */
export interface Done {
  /** Which rollover it belongs to, or what kind of thing it is. */
  readonly rollover: string;
  readonly what: string;
  /** What the audit trail says of it beside this. */
  readonly audit?: AuditDetails;
}

/** A state, and what was done to come to it. */
export interface Noted {
  readonly state: RotationState;
  readonly done: readonly Done[];
}

export interface RotateResult {
  readonly zone: string;
  /** Whether the state is (with `dryRun`: would be) another than before. */
  readonly changed: boolean;
  readonly done: readonly Done[];
  readonly waits: readonly RotateWait[];
  /** Whether the published zone is not what the state wants. */
  readonly needsSigning: boolean;
  /** The next rollover that will begin by itself, and when (epoch seconds). */
  readonly next: { readonly rollover: string; readonly at: number } | undefined;
  readonly keys: readonly ManagedKey[];
  readonly lostKeys: readonly LostKey[];
  readonly plan?: readonly PlanEntry[];
  /** The keys' lives by that plan. */
  readonly timeline?: Timeline;
}

/** A key that signs and whose private half is gone. */
export interface LostKey extends ManagedKey {
  /** When the first of its signatures in the served zone expires (epoch seconds); undefined where it has none. */
  readonly firstExpiration: number | undefined;
}

export interface RotateWait {
  readonly rollover: string;
  readonly what: string;
  /** Epoch seconds; undefined where somebody has to act. */
  readonly until: number | undefined;
  readonly actor: 'none' | 'zonewright' | 'operator';
  readonly nextCommand: string | undefined;
}

/** Where a zone stands at the end of a run. */
export function rotateResult(
  before: RotationState | undefined,
  { state, done }: Noted,
  waits: readonly Wait[],
  options: RotateOptions,
): RotateResult {
  const [due] = dueRollovers(state, options.policy);
  return {
    zone: nameToText(options.zone),
    changed: JSON.stringify(before) !== JSON.stringify(state),
    done,
    waits: waits.map((wait) => waitInWords(wait, options)),
    needsSigning: needsSigning(state),
    next: due === undefined ? undefined : { rollover: rolloverTitle(due.name), at: due.at },
    keys: state.keys,
    lostKeys: [],
  };
}

/** What is waited for, whose turn it is, and what that one types. */
export function waitInWords(
  wait: Wait,
  { zone, zoneFile }: Pick<RotateOptions, 'zone' | 'zoneFile'>,
): RotateWait {
  const { reason, until, step, rollover } = wait;
  const label = zoneLabel(zone);
  const tags = reason.kind === 'parent' ? reason.keyTags : [];
  const option = step.kind === 'parent' && step.ask === 'add-new' ? '--ds-published' : '--ds-withdrawn';
  return {
    rollover: rolloverTitle(rollover.name),
    what: describeWait(wait),
    until: Number.isFinite(until) ? until : undefined,
    actor: reason.kind === 'parent' ? 'operator' : reason.kind === 'publication' ? 'zonewright' : 'none',
    nextCommand:
      reason.kind === 'parent'
        ? `zonewright rotate ${label} ${tags.map((tag) => `${option} ${tag}`).join(' ')}`
        : reason.kind === 'publication'
          ? `zonewright sign ${zoneFile ?? `${label}.zone`}`
          : undefined,
  };
}

/** Whether the newest version is not what the state wants next. */
export function needsSigning(state: RotationState): boolean {
  const newest = newestPublication(state.ledger) ?? currentPublication(state.ledger);
  const next = nextPublication(state);
  if (newest === undefined) return state.keys.some(({ use }) => use.published || use.signsZone);
  return JSON.stringify([newest.keySet, newest.data]) !== JSON.stringify([next.keySet, next.data]);
}
