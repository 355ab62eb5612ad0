import { printDuration, printTime } from '../dns/time.ts';
import type { Due } from './due.ts';
import type { Decision } from './step-outcome.ts';
import { seenVersions, type Ledger } from './ledger.ts';
import type { Policy } from './policy.ts';
import type { Witness } from './proof.ts';
import { ROLLOVERS, type RolloverDefinition, type Step } from './rollovers.ts';
import type { AuditEntry, RotationState } from './state.ts';
import { describeWitness } from './words.ts';

// The audit trail: why each decision was right when it was made. Times are epoch seconds.

/** Everything of an entry but when and what. */
export type AuditDetails = Omit<AuditEntry, 'time' | 'what'>;

/** How many publications are remembered that were written by the proof's leave: a zone that is edited every minute must not swell its state. */
const ROUTINE_PUBLICATIONS = 100;

/** The state with more entries in its audit trail. */
export function withAudit(state: RotationState, entries: readonly AuditEntry[]): RotationState {
  const audit = [...state.audit, ...entries];
  let routine = audit.filter(isRoutine).length - ROUTINE_PUBLICATIONS;
  return { ...state, audit: audit.filter((entry) => !isRoutine(entry) || routine-- <= 0) };
}

function isRoutine({ outcome, forced }: AuditEntry): boolean {
  return outcome === 'written' && forced !== true;
}

/** The audit trail's part of a decision of the engine. */
export function decisionDetails(decision: Decision, { ledger }: RotationState, policy: Policy): AuditDetails {
  const { kind, rollover, step } = decision;
  const isAboutNew = step.kind === 'parent' ? step.ask === 'add-new' : step.new !== undefined;
  const keys =
    kind === 'finished' ? [...rollover.old, ...rollover.new] : isAboutNew ? rollover.new : rollover.old;
  return {
    actor: 'zonewright',
    why: reasonOf(decision, ledger, policy),
    outcome: kind,
    serial: seenVersions(ledger).at(-1)?.serial,
    keys,
  };
}

/** The audit trail's part of the beginning of a rollover: somebody asked for it, or it is time. */
export function startDetails(
  { at, old }: Due,
  { rotationPeriod }: Policy,
  actor: 'zonewright' | 'operator',
): AuditDetails {
  const why = Number.isFinite(at)
    ? `due since ${printTime(at)}: the rotation period of ${printDuration(rotationPeriod)} before the end of the keys' lifetime`
    : actor === 'operator'
      ? 'the operator said so'
      : old.length === 0
        ? 'the zone is not signed yet'
        : 'the policy asks for other keys';
  return { actor, why, outcome: 'decided' };
}

function reasonOf({ kind, step, rollover, waited }: Decision, ledger: Ledger, policy: Policy): string {
  if (kind === 'finished') return 'all steps are done';
  if (kind === 'done') {
    if (step.kind === 'parent') return 'the parent was seen, or is said, to have done it';
    const established = ledger.publications.findLast((publication) => publication.established !== undefined);
    return `serial ${established?.serial ?? 0} has replaced its predecessors since ${printTime(established?.established ?? 0)}`;
  }
  if (rollover.agreed !== undefined)
    return `the operator has agreed to what it breaks, ${printTime(rollover.agreed.time)} (--at-once)`;
  const definition = ROLLOVERS[rollover.name];
  const period =
    step.kind === 'publish' && step.endsPeriod === true && rollover.urgent !== true
      ? `the rotation period of ${printDuration(policy.rotationPeriod)} is over; `
      : '';
  if (waited === undefined) return `${period}no cache holds what speaks against it (${definition.reference})`;
  const equation = equationOf(waited, step, definition, ledger, policy);
  return `${period}proven safe since ${printTime(waited.until)}: ${equation}; until then ${describeWitness(waited)}`;
}

/** The interval of RFC 7583 that a wait stands for, with its values. */
function equationOf(
  { held }: Witness,
  step: Step,
  { reference }: RolloverDefinition,
  ledger: Ledger,
  policy: Policy,
): string {
  const [first] = [...held].sort((a, b) => a.until - b.until);
  if (first === undefined) return reference;
  const { part, source } = first;
  const version =
    source.kind === 'parent'
      ? ledger.parent.find(({ since }) => since === source.since)
      : ledger.publications.find(({ serial, since }) => serial === source.serial && since === source.since);
  const ttl =
    version === undefined
      ? 0
      : 'ttl' in version
        ? version.ttl
        : part === 'keys'
          ? version.dnskeyTtl
          : version.maxTtl;
  const margin = step.margin === 'retire' ? 'retireSafety' : 'publishSafety';
  const seconds = step.margin === 'none' ? 0 : policy[margin];
  const [propagation, cached] = SYMBOLS[part];
  return (
    [
      `${step.margin === 'publish' ? PUBLICATION[part] : 'Iret'} = ${propagation} ${printDuration(version?.propagation ?? 0)}`,
      `${cached} ${printDuration(ttl)}`,
      ...(seconds === 0 ? [] : [`${margin} ${printDuration(seconds)}`]),
    ].join(' + ') + ` (${reference})`
  );
}

type Part = Witness['held'][number]['part'];

/** What RFC 7583 calls the propagation delay and the TTL of each RRset (its section 4). */
const SYMBOLS: Readonly<Record<Part, readonly [string, string]>> = {
  ds: ['DprpP', 'TTLds'],
  keys: ['Dprp', 'TTLkey'],
  data: ['Dprp', 'TTLsig'],
};

/** What it calls the interval until something new may be relied on: of a DS, of a DNSKEY, and of signatures that come before their DNSKEY. */
const PUBLICATION: Readonly<Record<Part, string>> = { ds: 'IpubP', keys: 'Ipub', data: 'Ipub' };
