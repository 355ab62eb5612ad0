import { nameToText } from '../dns/name.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { AuditDetails } from '../rollover/audit.ts';
import { dueRollovers } from '../rollover/due.ts';
import { needsPublication } from '../rollover/next-publication.ts';
import type { Wait } from '../rollover/step-outcome.ts';
import { newestPublication } from '../rollover/ledger.ts';
import type { PlanEntry } from '../rollover/plan.ts';
import type { Policy } from '../rollover/policy.ts';
import { ROLLOVERS } from '../rollover/rollovers.ts';
import { UNMADE, type ManagedKey, type RotationState } from '../rollover/state.ts';
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
  /** What begins its replacement; undefined where a rollover in progress takes it away. */
  readonly nextCommand: string | undefined;
}

export interface RotateWait {
  readonly rollover: string;
  readonly what: string;
  /** Epoch seconds; undefined where somebody has to act. */
  readonly until: number | undefined;
  readonly actor: 'none' | 'zonewright' | 'operator' | 'parent';
  readonly nextCommand: string | undefined;
  /** Since when another DS is waited for at the parent (epoch seconds); undefined where it is something else. */
  readonly asked: number | undefined;
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
    needsSigning: needsSigning(state, options.policy),
    next: due === undefined ? undefined : { rollover: rolloverTitle(due.name), at: due.at },
    keys: state.keys,
    lostKeys: [],
  };
}

/** What is waited for, whose turn it is, and what that one types. */
export function waitInWords(wait: Wait, names: Pick<RotateOptions, 'zone' | 'zoneFile'>): RotateWait {
  const { until, rollover } = wait;
  return {
    rollover: rolloverTitle(rollover.name),
    what: describeWait(wait),
    until: Number.isFinite(until) ? until : undefined,
    asked: wait.reason.kind === 'parent' ? rollover.decided : undefined,
    ...turnOf(wait, names),
  };
}

const NOBODY = { actor: 'none', nextCommand: undefined } as const;

function turnOf(
  { reason, step, until }: Wait,
  { zone, zoneFile }: Pick<RotateOptions, 'zone' | 'zoneFile'>,
): Pick<RotateWait, 'actor' | 'nextCommand'> {
  const label = zoneLabel(zone);
  const operator = (request: string): Pick<RotateWait, 'actor' | 'nextCommand'> => ({
    actor: 'operator',
    nextCommand: `zonewright rotate ${label} ${request}`,
  });
  switch (reason.kind) {
    case 'parent': {
      if (reason.keyTags.includes(UNMADE)) return { actor: 'operator', nextCommand: undefined };
      const option = step.kind === 'parent' && step.ask === 'add-new' ? '--ds-published' : '--ds-withdrawn';
      return operator(reason.keyTags.map((tag) => `${option} ${tag}`).join(' '));
    }
    case 'publication':
      return { actor: 'zonewright', nextCommand: `zonewright sign ${zoneFile ?? `${label}.zone`}` };
    case 'served':
      return operator(`--served ${reason.serial}`);
    case 'signers':
      return until === Infinity ? operator('--check-servers') : NOBODY;
    case 'lost':
      return reason.unreplaced[0] === undefined ? NOBODY : operator(`--recover ${reason.unreplaced[0]}`);
    case 'clock':
      // To set it right.
      return { actor: 'operator', nextCommand: undefined };
    case 'proof':
      // Time does not help, but to know what the parent really serves may.
      return until === Infinity && step.kind === 'parent' ? operator('--check-parent') : NOBODY;
    default:
      return NOBODY;
  }
}

/** Whether the published zone is not what the state wants: in its keys and signatures, or in what CDS and CDNSKEY ask of the parent. */
export function needsSigning(state: RotationState, { cds }: Pick<Policy, 'cds'>): boolean {
  return needsPublication(state) || (cds && asksAnew(state));
}

/** Whether something was asked of the parent since the newest version. */
function asksAnew({ rollovers, ledger }: RotationState): boolean {
  const since = newestPublication(ledger)?.since ?? Infinity;
  return rollovers.some(
    ({ name, step, decided = -Infinity }) =>
      ROLLOVERS[name].steps[step]?.kind === 'parent' && decided > since,
  );
}
