import { nameToText } from '../dns/name.ts';
import { zoneLabel } from '../keys/key-name.ts';
import type { Timeline } from '../rollover/timeline.ts';
import type { Configuration, ZoneSettings } from './configuration.ts';
import type { Environment } from './environment.ts';
import { plainKeysInRepository } from './key-files.ts';
import { findPrivateFiles, type PrivateFiles } from './status-files.ts';
import { defaultLimits } from './status-problems.ts';
import {
  HEALTHS,
  worstHealth,
  type Problem,
  type RolloverReport,
  type Task,
  type ValidityLimits,
  type ZoneStatus,
} from './status-report.ts';
import { readState } from './state-store.ts';

const DAY = 86400;

export interface StatusOptions {
  readonly settings: ZoneSettings;
  readonly configuration: Configuration;
  readonly keyDirectory: string;
  /** The signed zone, where it is known. */
  readonly signedZone: string | undefined;
  /**
   * `overview` reads the state and looks at the status of files; of the signed zone it reads what it must. `full` compares all of that zone
   * with state and keys, too.
   */
  readonly depth: 'overview' | 'full';
  /** Seconds of past and of future that the timeline covers. */
  readonly span: { readonly past: number; readonly future: number };
  /** How much validity must be left; by default a share of the policy's `refresh`. */
  readonly limits?: Partial<ValidityLimits> | undefined;
}

/** What the two kinds of zones, with a rotation state and without, are reported by. */
export interface StatusContext extends StatusOptions {
  readonly environment: Environment;
  readonly label: string;
  readonly validity: ValidityLimits;
  readonly privateFiles: PrivateFiles;
  /** Files of its private keys that lie in plain in a repository; not looked for in an overview. */
  readonly plainKeys: readonly string[];
  /** What signs the zone. */
  readonly signCommand: string;
  readonly span: StatusOptions['span'] & Pick<Timeline, 'from' | 'now' | 'to'>;
}

/**
 * Whether a zone is well, and who has to do what by when.
 * @throws ZonewrightError `state/*`, `key/*`, `status/unknown-zone`, `file/*`
 */
export async function zoneStatus(options: StatusOptions, environment: Environment): Promise<ZoneStatus> {
  const { settings, keyDirectory, span } = options;
  const { now } = environment;
  const stored = await readState(keyDirectory, settings.name, environment);
  const label = zoneLabel(settings.name);
  const context: StatusContext = {
    ...options,
    environment,
    label,
    validity: { ...defaultLimits(settings.policy), ...options.limits },
    privateFiles: await findPrivateFiles(settings.name, keyDirectory, environment.files),
    plainKeys:
      options.depth === 'full' ? await plainKeysInRepository(keyDirectory, settings.name, environment) : [],
    signCommand: `zonewright sign ${settings.file ?? `${label}.zone`}`,
    span: { ...span, from: now - span.past, now, to: now + span.future },
  };
  if (stored !== undefined) {
    const { managedStatus } = await import('./status-managed.ts');
    return managedStatus(stored.state, context);
  }
  const { plainStatus } = await import('./status-plain.ts');
  return plainStatus(context);
}

/** The parts of a status that follow from the others. */
export function withConclusions(
  { settings, validity, environment: { now } }: StatusContext,
  parts: Omit<ZoneStatus, 'zone' | 'policyName' | 'health' | 'task' | 'limits' | 'missedRunsSurvived'>,
): ZoneStatus {
  const problems = [...parts.problems].sort(
    (a, b) => HEALTHS.indexOf(b.severity) - HEALTHS.indexOf(a.severity),
  );
  const { firstExpiration } = parts;
  return {
    ...parts,
    zone: nameToText(settings.name),
    policyName: settings.policyName,
    health: worstHealth(problems.map(({ severity }) => severity)),
    task: mostUrgent(problems, parts.rollovers),
    problems,
    limits: validity,
    missedRunsSurvived:
      firstExpiration === undefined ? undefined : Math.max(0, Math.floor((firstExpiration - now) / DAY)),
  };
}

/** What is wrong comes first, then what a person has to do, then what the next run does, then what only takes time. */
function mostUrgent(problems: readonly Problem[], rollovers: readonly RolloverReport[]): Task | undefined {
  const [problem] = problems;
  if (problem !== undefined) return problem;
  const turns = ['operator', 'parent', 'zonewright', 'none'] as const;
  const date = ({ deadline, notBefore }: Task): number => deadline ?? notBefore ?? Infinity;
  return rollovers
    .map(({ task }) => task)
    .sort((a, b) => turns.indexOf(a.actor) - turns.indexOf(b.actor) || date(a) - date(b))[0];
}
