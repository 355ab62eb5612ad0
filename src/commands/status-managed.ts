import { currentPublication, isAssumed } from '../rollover/ledger.ts';
import type { OutboxEvent, RotationState } from '../rollover/state.ts';
import { rotationTimeline } from '../rollover/timeline.ts';
import { brokenChainProblems } from './broken-chain.ts';
import { ds } from './ds.ts';
import { knownLostKeys } from './key-losses.ts';
import { assumedTimes } from './plan-times.ts';
import { dsProblems } from './status-ds.ts';
import { keyReports } from './status-keys.ts';
import {
  clockProblems,
  driftProblems,
  lastErrorProblems,
  lostKeyProblems,
  missedRunProblems,
  notificationProblems,
  openKeyProblems,
  plainKeyProblems,
  overdueDsProblems,
  validityProblems,
} from './status-problems.ts';
import type { DsReport, NotificationReport, ZoneStatus } from './status-report.ts';
import { keysElsewhere, responseProblems } from './status-response.ts';
import { nextRollover, rolloverReports } from './status-rollovers.ts';
import { withTurns } from './status-turn.ts';
import { compareZone, glanceAtZone } from './status-zone.ts';
import { withConclusions, type StatusContext } from './status.ts';
import { readStoredResponse } from './stored-response.ts';

/** The status of a zone that `rotate` takes care of. */
export async function managedStatus(state: RotationState, context: StatusContext): Promise<ZoneStatus> {
  const { settings, environment, label, privateFiles, signedZone, span, depth } = context;
  const { policy, name, file: zoneFile } = settings;
  const { now } = environment;
  const response = await readStoredResponse(context.keyDirectory, name, environment);
  const elsewhere = keysElsewhere(response, state, privateFiles);
  const lost = knownLostKeys(state, new Set([...privateFiles.bases, ...elsewhere]));
  const planned = rotationTimeline(state, policy, span, { ...assumedTimes(policy), lost });
  const reports = rolloverReports(state, policy, now, lost, planned.plan, { zone: name, zoneFile, label });
  const rollovers = withTurns(reports, state, settings, label);
  const keys = keyReports(state, rollovers, planned, privateFiles, elsewhere);
  const { drift, evidence } =
    depth === 'full'
      ? await compareZone(
          name,
          state,
          { policy, keyDirectory: context.keyDirectory, signedZone },
          environment,
        )
      : await glanceAtZone(state, signedZone, environment);
  const served = currentPublication(state.ledger);
  const firstExpiration = evidence?.firstExpiration ?? served?.firstExpiration;
  const notifications = notificationReports(state.outbox);
  const next = nextRollover(state, policy);
  const renew = `zonewright rotate ${label} --sign`;
  return withConclusions(context, {
    isManaged: true,
    problems: [
      ...validityProblems(firstExpiration, context.validity, now, renew),
      ...lostKeyProblems(state, lost, rollovers, evidence?.expirations, firstExpiration, label),
      ...responseProblems(response, elsewhere, state, policy, now, label),
      ...brokenChainProblems(state, now, label),
      ...clockProblems(state, now),
      ...dsProblems(state, label),
      ...overdueDsProblems(rollovers, policy, now),
      ...lastErrorProblems(state.lastError, label),
      ...missedRunProblems(state, next, now, label),
      ...driftProblems(drift, label),
      ...notificationProblems(notifications),
      ...openKeyProblems(privateFiles.open),
      ...plainKeyProblems(context.plainKeys, context.keyDirectory),
    ],
    keys,
    rollovers,
    nextRollover: next,
    ds: await dsReport(rollovers.length > 0, context),
    serial: evidence?.serial ?? (served === undefined || isAssumed(served) ? undefined : served.serial),
    firstExpiration,
    drift,
    notifications,
    lastError: state.lastError,
    history: state.audit,
    timeline: { ...planned, firstExpiration },
  });
}

/** What the parent must add and remove, behind the same gate as `ds --add` and `ds --remove`. */
async function dsReport(isMoving: boolean, context: StatusContext): Promise<DsReport> {
  if (!isMoving) return { add: [], remove: [], unsafe: undefined };
  const { label, settings, configuration, keyDirectory, environment } = context;
  const part = async (name: 'add' | 'remove'): ReturnType<typeof ds> =>
    ds(
      { sources: [label], keyDirectory, configuration, zoneName: () => settings.name, part: name },
      { ...environment, warn: () => undefined },
    );
  const [add, remove] = [await part('add'), await part('remove')];
  const [danger] = [...add.unsafe, ...remove.unsafe];
  return {
    add: add.unsafe.length > 0 ? [] : add.keys,
    remove: remove.unsafe.length > 0 ? [] : remove.keys,
    unsafe: danger?.message,
  };
}

/** Each event on its way, once for each target that does not have it yet. */
function notificationReports(outbox: readonly OutboxEvent[]): NotificationReport[] {
  return outbox.flatMap(({ id, type, time, deliveries }) =>
    deliveries
      .filter(({ delivered }) => delivered === undefined)
      .map(({ target, attempts, nextAttempt, error }) => ({
        id,
        type,
        time,
        target,
        attempts,
        nextAttempt,
        error,
      })),
  );
}
