import { nameToText } from '../dns/name.ts';
import { inputError, ZonewrightError } from '../errors.ts';
import { KeyDirectory } from '../keys/key-directory.ts';
import { useOfKey, type Key } from '../keys/key.ts';
import { signsKeys, signsZone } from '../keys/roles.ts';
import type { KeyTiming } from '../keys/timing.ts';
import type { KeyStatus } from '../rollover/state.ts';
import { sortedLanes, type Phase, type PhaseState } from '../rollover/timeline.ts';
import { keyIdOf } from '../rollover/zone-evidence.ts';
import { configuredZone } from './configuration.ts';
import { hasKeysHere, USE_KEYS_HERE } from './keys-here.ts';
import { nextPhase, sortedKeys } from './status-keys.ts';
import { driftProblems, openKeyProblems, plainKeyProblems, validityProblems } from './status-problems.ts';
import type { Drift, KeyReport, Problem, ZoneStatus } from './status-report.ts';
import { readSignedZone, type SignedZone } from './status-zone.ts';
import { withConclusions, type StatusContext } from './status.ts';

/** The status of a zone without a rotation state, by the times of its keys and by what is in the signed zone. */
export async function plainStatus(context: StatusContext): Promise<ZoneStatus> {
  const { settings, configuration, keyDirectory, environment, span, signedZone, signCommand } = context;
  const { name } = settings;
  const { now } = environment;
  const keys = await new KeyDirectory(keyDirectory, environment.files).listKeys(name);
  const { signed, unreadable } = await readIfZone(signedZone, context, keys);
  if (
    keys.length === 0 &&
    signed === undefined &&
    unreadable === undefined &&
    configuredZone(configuration, name) === undefined
  ) {
    throw inputError(
      'status/unknown-zone',
      `nothing is known of ${nameToText(name)}: it has no keys in ${keyDirectory}, is not configured, and no signed zone is found`,
      {
        hint: (await hasKeysHere(name, environment.files))
          ? USE_KEYS_HERE
          : 'check the name; say with --key-directory where its keys are, or list it under "zones" in the configuration',
      },
    );
  }
  const lanes = keys.map((key) => ({
    base: key.base,
    role: key.role,
    keyTag: key.keyTag,
    phases: phasesOf(key.timing, now),
  }));
  const isVisible = (phase: Phase): boolean => phase.to > span.from && phase.from < span.to;
  const timeline = {
    from: span.from,
    now,
    to: span.to,
    lanes: sortedLanes(lanes.map((lane) => ({ ...lane, phases: lane.phases.filter(isVisible) }))),
    plan: [],
    firstExpiration: signed?.evidence.firstExpiration,
  };
  const drift = [...(unreadable ?? []), ...(signed === undefined ? [] : keyDrift(keys, signed, now))];
  return withConclusions(context, {
    isManaged: false,
    problems: [
      ...validityProblems(signed?.evidence.firstExpiration, context.validity, now, signCommand),
      ...unsignedProblems(keys, signed, context),
      ...lostKeyProblems(keys, signed, now),
      ...driftProblems(drift, context.label).map((problem) => ({
        ...problem,
        todo: 'sign the zone',
        nextCommand: signCommand,
      })),
      ...openKeyProblems(context.privateFiles.open),
      ...plainKeyProblems(context.plainKeys, context.keyDirectory),
    ],
    keys: sortedKeys(
      keys.map((key): KeyReport => {
        const state = stateOf(key, now);
        return {
          base: key.base,
          role: key.role,
          algorithm: key.algorithm,
          keyTag: key.keyTag,
          state,
          since: sinceOf(key.timing, state, now),
          next: nextPhase(
            lanes.find(({ base }) => base === key.base),
            state,
            now,
          ),
          waitsFor: undefined,
          hasPrivate: key.hasPrivate,
          isElsewhere: false,
          isPurged: false,
        };
      }),
    ),
    rollovers: [],
    nextRollover: undefined,
    ds: { add: [], remove: [], unsafe: undefined },
    serial: signed?.evidence.serial,
    firstExpiration: signed?.evidence.firstExpiration,
    drift,
    notifications: [],
    lastError: undefined,
    history: [],
    timeline,
  });
}

interface Reading {
  readonly signed?: SignedZone | undefined;
  readonly unreadable?: readonly Drift[];
}

async function readIfZone(
  file: string | undefined,
  { settings, environment }: StatusContext,
  keys: readonly Key[],
): Promise<Reading> {
  try {
    const rdatas = keys.map(({ dnskeyRdata }) => dnskeyRdata);
    return { signed: await readSignedZone(file, settings.name, rdatas, environment) };
  } catch (error) {
    if (!(error instanceof ZonewrightError) || error.kind !== 'input') throw error;
    const what = `the signed zone ${file ?? ''} cannot be read: ${error.message}`;
    return { unreadable: [{ code: 'zone/unreadable', severity: 'warning', what }] };
  }
}

/** No signatures, or no zone to have any. */
function unsignedProblems(
  keys: readonly Key[],
  signed: SignedZone | undefined,
  { signedZone, label, signCommand }: StatusContext,
): Problem[] {
  if (signed?.evidence.firstExpiration !== undefined) return [];
  // Nobody said where the signed zone is: it may well be fine.
  if (signedZone === undefined && keys.length > 0) return [];
  return [
    {
      code: 'zone/unsigned',
      severity: 'warning',
      actor: 'operator',
      what: signed === undefined ? 'the zone has not been signed' : 'the zone has no signatures',
      todo: keys.length === 0 ? 'let rotate make keys and sign it' : 'sign it',
      nextCommand: keys.length === 0 ? `zonewright rotate ${label} --sign` : signCommand,
    },
  ];
}

function lostKeyProblems(keys: readonly Key[], signed: SignedZone | undefined, now: number): Problem[] {
  return keys
    .filter((key) => useOfKey(key, now).active && !key.hasPrivate)
    .map((key) => ({
      code: 'key/lost',
      severity: 'critical',
      actor: 'operator',
      what: `the private key of ${key.base} is gone`,
      todo: `replace the key, or bring ${key.base}.private back from a backup`,
      deadline:
        signed?.evidence.expirations.get(keyIdOf(key.dnskeyRdata)) ?? signed?.evidence.firstExpiration,
    }));
}

/** Keys whose times say something else than the zone does. */
function keyDrift(keys: readonly Key[], { evidence }: SignedZone, now: number): Drift[] {
  const { keySet, data } = evidence;
  return keys.flatMap((key): Drift[] => {
    const id = keyIdOf(key.dnskeyRdata);
    const { published, active, revoked } = useOfKey(key, now);
    if (revoked) return [];
    const isThere = keySet.keys.includes(id);
    const warn = (code: string, what: string): Drift[] => [
      { code, severity: 'warning', what: `key ${key.keyTag}: ${what}` },
    ];
    if (published && !isThere)
      return warn('state/key-not-published', 'by its times it should be in the zone, and is not');
    if (!published && isThere)
      return warn('state/key-published', 'by its times it should not be in the zone, and is');
    const signs =
      (signsKeys(key.role) && keySet.signers.includes(id)) ||
      (signsZone(key.role) && data.signerSets.some((signers) => signers.includes(id)));
    if (active && !signs) return warn('state/key-does-not-sign', 'by its times it should sign, and does not');
    return [];
  });
}

function stateOf(key: Key, now: number): KeyStatus {
  const { published, active } = useOfKey(key, now);
  if (active) return 'active';
  const { timing } = key;
  const isPast = (time: number | undefined): boolean => time !== undefined && time <= now;
  if (isPast(timing.delete)) return 'removed';
  return isPast(timing.inactive) && published ? 'retired' : isPast(timing.inactive) ? 'removed' : 'pending';
}

/** Since when a key is in its state: the last of its times that led there. */
function sinceOf(timing: KeyTiming, state: KeyStatus, now: number): number | undefined {
  const times: Readonly<Record<KeyStatus, number | undefined>> = {
    pending: timing.publish ?? timing.created,
    active: timing.activate ?? timing.created,
    retired: timing.inactive,
    removed: timing.delete ?? timing.inactive,
  };
  const time = times[state];
  return time !== undefined && time <= now ? time : timing.created;
}

/** A key's life by its times: published, active, inactive, deleted. A key without times is always active. */
function phasesOf(
  { created, publish, activate, inactive, delete: deleted }: KeyTiming,
  now: number,
): Phase[] {
  const begin = publish ?? activate ?? created ?? now;
  const marks: readonly [PhaseState, number | undefined][] = [
    ['pending', begin],
    ['active', activate ?? (publish === undefined ? begin : undefined)],
    ['retired', inactive],
  ];
  const end = deleted ?? Infinity;
  return marks.flatMap(([state, from], index) => {
    if (from === undefined) return [];
    const next = marks.slice(index + 1).find(([, time]) => time !== undefined)?.[1] ?? end;
    const to = Math.min(next, end);
    return to > from ? [{ state, from, to }] : [];
  });
}
