import { printDuration } from '../dns/time.ts';
import { latestTime } from '../rollover/ledger.ts';
import type { Policy } from '../rollover/policy.ts';
import { isBeingReplaced } from '../rollover/replacement.ts';
import type { LastError, RotationState } from '../rollover/state.ts';
import { minuteOf } from '../rollover/words.ts';
import { joinPath } from '../keys/file-store.ts';
import { shellWord } from '../keys/shell-word.ts';
import { keyLabel } from './rotation-keys.ts';
import type { Drift, NotificationReport, Problem, RolloverReport, ValidityLimits } from './status-report.ts';

const DAY = 86400;
/** A nightly run may be late, and one may fail. */
const MISSED_RUNS = 2 * DAY;

/** Less than the half of what nightly runs keep, and less than a fifth: several runs in a row have failed. */
export function defaultLimits({ signatures: { refresh } }: Policy): ValidityLimits {
  return { warning: Math.floor(refresh / 2), critical: Math.floor(refresh / 5) };
}

/** Signatures that have run out, or will before anybody looks again. */
export function validityProblems(
  firstExpiration: number | undefined,
  limits: ValidityLimits,
  now: number,
  renew: string,
): Problem[] {
  if (firstExpiration === undefined) return [];
  const left = firstExpiration - now;
  const common = { actor: 'operator', deadline: firstExpiration, nextCommand: renew } as const;
  if (left <= 0) {
    return [
      {
        ...common,
        code: 'signatures/expired',
        severity: 'critical',
        what: `a signature has expired at ${minuteOf(firstExpiration)}: validators refuse the zone`,
        todo: 'sign the zone, and find out why nothing did',
      },
    ];
  }
  // Somebody may give the one limit alone, beyond the default of the other.
  if (left >= Math.max(limits.warning, limits.critical)) return [];
  return [
    {
      ...common,
      code: 'signatures/expiring',
      severity: left < limits.critical ? 'critical' : 'warning',
      what: `the first signature expires in ${roughDuration(left)}`,
      todo: 'sign the zone, and find out why the nightly run did not',
    },
  ];
}

/** A ledger time in the future: the clock went back, and nothing that it says is evidence. */
export function clockProblems({ ledger }: RotationState, now: number): Problem[] {
  const latest = latestTime(ledger);
  if (latest <= now) return [];
  return [
    {
      code: 'clock/back',
      severity: 'critical',
      actor: 'operator',
      what: `something was recorded at ${minuteOf(latest)}, which is ${roughDuration(latest - now)} from now: the clock went back`,
      todo: 'set the clock; until then nothing is removed',
      notBefore: latest,
    },
  ];
}

/** Keys that sign and whose private half is gone. */
export function lostKeyProblems(
  state: RotationState,
  lostKeys: ReadonlySet<string>,
  rollovers: readonly RolloverReport[],
  expirations: ReadonlyMap<string, number> | undefined,
  firstExpiration: number | undefined,
  label: string,
): Problem[] {
  return state.keys
    .filter(({ use }) => use.signsKeys || use.signsZone)
    .filter(({ base }) => lostKeys.has(base))
    .map((key): Problem => {
      const lost = {
        code: 'key/lost',
        what: `the private key of ${keyLabel(key)} is gone`,
        deadline: expirations?.get(key.dnskey) ?? firstExpiration,
      };
      if (isBeingReplaced(state, key)) {
        const index = state.rollovers.findLastIndex(({ old }) => old.includes(key.base));
        const task = rollovers[index]?.task;
        if (task?.actor === 'operator') {
          return {
            ...task,
            ...lost,
            severity: 'warning',
            what: `${lost.what}, and its replacement is ${task.what}`,
          };
        }
        return {
          ...lost,
          severity: 'warning',
          actor: 'zonewright',
          todo: 'let the rollover that takes it away go on',
        };
      }
      return {
        ...lost,
        severity: 'critical',
        actor: 'operator',
        todo: `replace the key, or bring ${key.base}.private back from a backup`,
        nextCommand: `zonewright rotate ${label} --recover ${key.keyTag}`,
      };
    });
}

/**
 * DS changes that the parent has been asked for and is not known to have made. Nothing breaks meanwhile: the old key stays. Where no old key
 * waits to leave, nobody needs to be woken.
 */
export function overdueDsProblems(
  rollovers: readonly RolloverReport[],
  { rotationPeriod }: Policy,
  now: number,
): Problem[] {
  return rollovers.flatMap(({ name, title, task }): Problem[] => {
    const { deadline, notBefore } = task;
    const isParents = task.actor === 'parent';
    if (!isParents && task.actor !== 'operator') return [];
    if (deadline === undefined || now < deadline - rotationPeriod / 2) return [];
    const isLate = now >= deadline;
    const replacesKey = name !== 'enable' && name !== 'disable';
    const asked = notBefore === undefined ? '' : ` since ${minuteOf(notBefore)}`;
    return [
      {
        ...task,
        actor: 'operator',
        ...(isParents ? { todo: 'find out why the parent has not done it' } : {}),
        code: 'ds/overdue',
        severity: isLate && replacesKey ? 'critical' : 'warning',
        what: `${title}: ${task.what}${asked}, ${isLate ? 'overdue' : `due in ${roughDuration(deadline - now)}`}`,
      },
    ];
  });
}

/** Work that a nightly run would have done long ago. */
export function missedRunProblems(
  state: RotationState,
  next: { readonly title: string; readonly at: number } | undefined,
  now: number,
  label: string,
): Problem[] {
  const unsigned = state.rollovers.find(
    ({ decided }) => decided !== undefined && decided + MISSED_RUNS < now && !isAtParent(state, decided),
  );
  const since = next !== undefined && Number.isFinite(next.at) ? next.at : undefined;
  const isLate = since !== undefined && since + MISSED_RUNS < now;
  if (!isLate && unsigned?.decided === undefined) return [];
  const what = isLate
    ? `the ${next?.title ?? ''} should have begun at ${minuteOf(since)}: rotate does not run`
    : `the zone should have been signed since ${minuteOf(unsigned?.decided ?? now)}: sign does not run`;
  return [
    {
      code: 'run/missed',
      severity: 'warning',
      actor: 'operator',
      what,
      todo: 'see to it that the nightly job runs',
      nextCommand: `zonewright rotate ${label} --sign`,
    },
  ];
}

/** Whether a publication has come since a step was decided: then it waits for the parent, or for evidence. */
function isAtParent({ ledger }: RotationState, decided: number): boolean {
  return ledger.publications.some(({ since }) => since >= decided);
}

/** The error that the last run ended with. */
export function lastErrorProblems(lastError: LastError | undefined, label: string): Problem[] {
  if (lastError === undefined) return [];
  return [
    {
      code: 'run/failed',
      severity: 'warning',
      actor: 'operator',
      what: `the last run failed at ${minuteOf(lastError.time)}: ${lastError.message}`,
      todo: 'mend that, and run it again',
      nextCommand: `zonewright rotate ${label} --sign`,
    },
  ];
}

/** Notifications that could not be delivered. */
export function notificationProblems(notifications: readonly NotificationReport[]): Problem[] {
  const failed = notifications.filter(({ error }) => error !== undefined);
  const [first] = failed;
  if (first === undefined) return [];
  return [
    {
      code: 'notification/failed',
      severity: 'warning',
      actor: 'operator',
      what: `${failed.length === 1 ? 'a notification' : `${failed.length} notifications`} could not be delivered to ${first.target}: ${first.error ?? ''}`,
      todo: 'see why; it is tried again by the next runs',
    },
  ];
}

/** Private keys that others than their owner may read. */
export function openKeyProblems(open: readonly string[]): Problem[] {
  if (open.length === 0) return [];
  return [
    {
      code: 'key/open',
      severity: 'warning',
      actor: 'operator',
      what: `others can read ${open.length === 1 ? 'a private key' : `${open.length} private keys`}`,
      todo: 'take that permission away',
      nextCommand: `chmod 600 ${open.map(shellWord).join(' ')}`,
    },
  ];
}

/** Keys that whoever has a copy of the repository can sign with. */
export function plainKeyProblems(files: readonly string[], keyDirectory: string): Problem[] {
  const [first, ...others] = files;
  if (first === undefined) return [];
  return [
    {
      code: 'key/plain-in-repository',
      severity: 'warning',
      actor: 'operator',
      what:
        others.length === 0
          ? `${first} lies in plain in a repository`
          : `private keys lie in plain in a repository: ${files.join(', ')}`,
      todo: 'put them under a passphrase, and roll those that others had',
      nextCommand: `zonewright keygen --encrypt ${shellWord(joinPath(keyDirectory, first))}`,
    },
  ];
}

/** What state, key directory and signed zone say differently. */
export function driftProblems(drift: readonly Drift[], label: string): Problem[] {
  return drift
    .filter(({ severity }) => severity === 'warning')
    .map(({ code, what }) => ({
      code,
      severity: 'warning',
      actor: 'operator',
      what,
      todo: 'let a run take it in and sign the zone',
      nextCommand: `zonewright rotate ${label} --sign`,
    }));
}

/** A duration in its largest unit, for people: `9 days`, `5 hours`. */
export function roughDuration(seconds: number): string {
  const units = [
    ['day', DAY],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  for (const [name, length] of units) {
    const count = Math.floor(seconds / length);
    if (count >= 2) return `${count} ${name}s`;
  }
  return printDuration(Math.max(0, Math.round(seconds)));
}
