import { nameToText } from '../dns/name.ts';
import { zoneLabel } from '../keys/key-name.ts';
import { agreementsOf } from '../rollover/agreement.ts';
import { knownBreakage } from '../rollover/breakage.ts';
import { newestPublication, type Ledger } from '../rollover/ledger.ts';
import type { RotationState } from '../rollover/state.ts';
import { describeWitness, minuteOf } from '../rollover/words.ts';
import type { Environment } from './environment.ts';
import type { RotateOptions } from './rotation-options.ts';
import type { Problem } from './status-report.ts';

/** What validators refuse as it is, or as caches may hold it. */
export function brokenChainProblems(
  { ledger, rollovers }: RotationState,
  now: number,
  label: string,
): Problem[] {
  const lasting = knownBreakage(ledger, now);
  const written = knownBreakage(ledger, now, true);
  // It ends only after somebody has said that all servers have the newest version.
  const isUnsaid = written?.until === Infinity && lasting?.until !== Infinity;
  const witness = isUnsaid ? written : lasting;
  if (witness === undefined) return [];
  const { until } = witness;
  const [agreed] = agreementsOf({ rollovers });
  const why = `${describeWitness(witness)}${agreed === undefined ? '' : `; the operator agreed to that ${minuteOf(agreed.time)}`}`;
  const common = { code: 'chain/broken', severity: 'critical' } as const;
  return Number.isFinite(until)
    ? [
        {
          ...common,
          actor: 'none',
          what: `the zone is bogus for some until ${minuteOf(until)}: ${why}`,
          todo: 'it passes by itself; until then, change no DS unasked',
          notBefore: until,
        },
      ]
    : [
        {
          ...common,
          actor: 'operator',
          what: `the zone is bogus: ${why}`,
          ...(isUnsaid ? wordThatServed(ledger, label) : rightDs(label)),
        },
      ];
}

type Cure = Pick<Problem, 'todo' | 'nextCommand'>;

function wordThatServed(ledger: Ledger, label: string): Cure {
  const { serial = 0 } = newestPublication(ledger) ?? {};
  return {
    todo: `have every server take serial ${serial}, and say so: it passes from then on`,
    nextCommand: `zonewright rotate ${label} --served ${serial}`,
  };
}

function rightDs(label: string): Cure {
  return {
    todo: `set the DS at the parent right: zonewright ds ${label}`,
    nextCommand: `zonewright ds ${label} --check`,
  };
}

/** Tells in every run what is broken; where the operator has just told of it himself, he is answered already. */
export function warnOfBrokenChain(
  state: RotationState,
  { zone, dsPublished = [], dsWithdrawn = [] }: RotateOptions,
  { now, warn }: Pick<Environment, 'now' | 'warn'>,
): void {
  if (dsPublished.length + dsWithdrawn.length > 0) return;
  for (const { what, todo } of brokenChainProblems(state, now, zoneLabel(zone)))
    warn(`${nameToText(zone)} ${what}`, todo);
}
