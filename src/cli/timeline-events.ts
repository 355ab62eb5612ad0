import type { Timeline } from '../rollover/timeline.ts';
import { dateOrMinute } from './status-words.ts';
import { columnsOf, foldedColumns } from './text-layout.ts';
import { laneNames } from './timeline-names.ts';

/** What comes, a line each: when, who, with which keys, and what, which goes on below itself where it would leave the width. */
export function eventLines(timeline: Timeline, limit: number, width: number): string[] {
  const { plan, now } = timeline;
  const names = laneNames(timeline);
  const rows = plan
    .slice(0, limit)
    .map(({ time, what, actor, keys }) => [
      dateOrMinute(time, now),
      actor === 'operator' ? 'you' : actor,
      keys.map((base) => names.get(base) ?? base).join(', '),
      what,
    ]);
  const lines = columnsOf(rows);
  const indent = ' '.repeat((lines[0]?.length ?? 0) - (rows[0]?.at(-1)?.length ?? 0));
  return lines.flatMap((line) => foldedColumns(line, width, indent));
}
