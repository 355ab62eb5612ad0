import { roughDuration } from '../commands/status-problems.ts';
import type { Problem, StepReport, Task, ZoneStatus } from '../commands/status-report.ts';
import { printDate, printMinute } from './timeline-axis.ts';

const DAY = 86400;

/** What stands before a command that only tells that something was done. */
export const REPORT_LEAD = 'once the parent shows it, say so:';

/** The answer to "is it well, and who has to do what by when", without the zone's name. */
export function answer(status: ZoneStatus, now: number): string {
  const { health, problems, task } = status;
  const [problem] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const what = problem === undefined ? '' : `${problem.what}${more}; `;
  return `${health.toUpperCase()}: ${what}${turn(task, status, now)}`;
}

/** Whose turn it is, and by when. */
export function turn(task: Task | undefined, status: ZoneStatus, now: number): string {
  if (task === undefined) return idle(status, now);
  const { actor, todo, what, deadline, notBefore } = task;
  switch (actor) {
    case 'operator':
      return `your turn${byWhen(deadline, now)}: ${todo ?? what}`;
    case 'zonewright':
      return `nothing to do: the next run will ${todo ?? 'go on'}`;
    case 'parent':
      return `nothing to do: ${what}`;
    case 'none': {
      if (todo !== undefined) return `nothing to do: ${todo}`;
      const when = notBefore === undefined ? '' : ` ${dateOrMinute(notBefore, now)}`;
      return `nothing to do: the rollover goes on${when === '' ? ' by itself' : when}`;
    }
  }
}

function byWhen(deadline: number | undefined, now: number): string {
  if (deadline === undefined) return '';
  const date = dateOrMinute(deadline, now);
  return deadline > now ? ` by ${date}` : ` at once (it was due ${date})`;
}

function idle({ nextRollover, isManaged, keys }: ZoneStatus, now: number): string {
  if (nextRollover !== undefined) {
    const { title, at } = nextRollover;
    return at > now
      ? `nothing to do until ${dateOrMinute(at, now)}, when the ${title} begins by itself`
      : `nothing to do: the next run begins to ${title === 'enable DNSSEC' ? title : `replace keys: ${title}`}`;
  }
  const isUnused = keys.every(({ state }) => state === 'removed');
  if (isManaged && isUnused) return 'nothing to do: DNSSEC is off for this zone';
  return 'nothing to do';
}

/** What is wrong beside the first problem, or that which is to be done. */
export function problemLine({ severity, what }: Problem): string {
  return `${severity}: ${what}`;
}

/** What stands over the DS that somebody has to add, or remove. */
export function dsTitle(change: 'add' | 'remove', { rollovers }: ZoneStatus): string {
  if (rollovers.some(({ task }) => task.actor === 'parent')) return `The parent is to ${change}`;
  return change === 'add' ? 'Add at the registrar' : 'Remove at the registrar';
}

/** A date, with the minute where that is near. */
export function dateOrMinute(time: number, now: number): string {
  return Math.abs(time - now) < 2 * DAY ? printMinute(time) : printDate(time);
}

/** `done`, `now`, `next` or `to come`. */
export function stepTurn({ state, at = 0 }: StepReport, now: number): string {
  return state === 'now' && at > now ? 'next' : state;
}

/** `in 9 days`, `3 hours ago`, `now` */
export function relative(time: number, now: number): string {
  if (time === now) return 'now';
  return time >= now ? `in ${roughDuration(time - now)}` : `${roughDuration(now - time)} ago`;
}
