import type { Drift, KeyReport, Task, ZoneStatus } from '../commands/status-report.ts';
import { printTime } from '../dns/time.ts';
import { algorithmLabel } from '../dnssec/algorithms.ts';
import { dsDocument } from './ds-formats.ts';
import { answer } from './status-words.ts';
import { laneNames } from './timeline-names.ts';

/** A zone in `schemas/status.schema.json`. */
export function statusDocument(status: ZoneStatus): object {
  const { timeline, task, lastError, ds } = status;
  const names = laneNames(timeline);
  return {
    zone: status.zone,
    health: status.health,
    answer: answer(status, timeline.now),
    ...taskFields(task),
    lastError: lastError === undefined ? null : { ...lastError, time: printTime(lastError.time) },
    missedRunsSurvived: status.missedRunsSurvived ?? null,
    firstExpiration: timeOrNull(status.firstExpiration),
    serial: status.serial ?? null,
    managed: status.isManaged,
    policy: status.policyName,
    nextRollover:
      status.nextRollover === undefined
        ? null
        : { title: status.nextRollover.title, at: timeOrNull(status.nextRollover.at) },
    problems: status.problems.map((problem) => ({
      code: problem.code,
      severity: problem.severity,
      what: problem.what,
      todo: problem.todo ?? null,
      actor: problem.actor,
      deadline: timeOrNull(problem.deadline),
      nextCommand: problem.nextCommand ?? null,
    })),
    keys: status.keys.map(keyDocument),
    rollovers: status.rollovers.map(({ name, title, reference, started, steps, task: itsTask }) => ({
      name,
      title,
      reference,
      started: printTime(started),
      steps: steps.map(({ does, state, at }) => ({ does, state, at: timeOrNull(at) })),
      ...taskFields(itsTask),
    })),
    ds: {
      add: dsDocument(ds.add).ds,
      remove: dsDocument(ds.remove).ds,
      unsafe: ds.unsafe ?? null,
    },
    events: timeline.plan.map(({ time, ...event }) => ({ time: printTime(time), ...event })),
    drift: status.drift.map(({ code, severity, what }: Drift) => ({ code, severity, what })),
    notifications: status.notifications.map(({ time, nextAttempt, error = null, ...notification }) => ({
      ...notification,
      time: printTime(time),
      nextAttempt: timeOrNull(nextAttempt),
      error,
    })),
    timeline: {
      from: printTime(timeline.from),
      to: printTime(timeline.to),
      keys: timeline.lanes.map(({ base, phases }) => ({
        base,
        name: names.get(base),
        phases: phases.map(({ state, from, to }) => ({ state, from: printTime(from), to: timeOrNull(to) })),
      })),
    },
  };
}

function taskFields(task: Task | undefined): object {
  return {
    actor: task?.actor ?? 'none',
    waitingFor: task?.what ?? null,
    notBefore: timeOrNull(task?.notBefore),
    deadline: timeOrNull(task?.deadline),
    nextCommand: task?.nextCommand ?? null,
  };
}

function keyDocument({ since, next, waitsFor, isPurged, ...key }: KeyReport): object {
  return {
    base: key.base,
    role: key.role,
    keyTag: key.keyTag,
    algorithm: key.algorithm,
    algorithmName: algorithmLabel(key.algorithm),
    state: key.state,
    since: timeOrNull(since),
    next: next === undefined ? null : { state: next.state, at: printTime(next.at) },
    waitsFor: waitsFor ?? null,
    hasPrivate: key.hasPrivate,
    purged: isPurged,
  };
}

/** Null for what is unknown, and for what never comes. */
function timeOrNull(time: number | undefined): string | null {
  return time === undefined || !Number.isFinite(time) ? null : printTime(time);
}
