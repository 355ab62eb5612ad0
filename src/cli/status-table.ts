import type { Task, ZoneStatus } from '../commands/status-report.ts';
import type { ScreenStyle } from './screen.ts';
import { dateOrMinute, turn } from './status-words.ts';
import { healthCounts, worstFirst, type ZoneResult } from './status-zones.ts';

/** One line a zone, worst first, with what to do. */
export function statusTable(
  results: readonly ZoneResult[],
  now: number,
  { width, isTerminal, paint }: ScreenStyle,
): string {
  const sorted = worstFirst(results);
  const nameWidth = Math.min(32, Math.max(0, ...sorted.map(({ zone }) => zone.length)));
  const lines = sorted.map((result) => {
    const name = result.zone.padEnd(nameWidth);
    const health = 'error' in result ? 'unknown' : result.status.health;
    const word = paint[COLORS[health]](health.toUpperCase().padEnd(8));
    const room = isTerminal ? width - name.length - 12 : Infinity;
    const text = 'error' in result ? result.error.message : zoneLine(result.status, now, room);
    const shown = shortened(text, room);
    return `${paint.strong(name)}  ${word}  ${shown}\n`;
  });
  const counts = healthCounts(results);
  const total = (['unknown', 'critical', 'warning', 'ok'] as const)
    .filter((health) => counts[health] > 0)
    .map((health) => `${counts[health]} ${health}`)
    .join(', ');
  return `${lines.join('')}${results.length > 1 ? paint.dim(`${results.length} zones: ${total}\n`) : ''}`;
}

const COLORS = { ok: 'good', warning: 'warn', critical: 'bad', unknown: 'bad' } as const;

/** What to do, and why if there is room. A DS is at the parent wherever that goes without saying. */
function zoneLine(status: ZoneStatus, now: number, room: number): string {
  const { task, problems } = status;
  const [problem] = problems;
  const whose = task?.actor === 'operator' ? yourTurn(task, now) : turn(task, status, now);
  const whole = problem === undefined ? whose : `${whose} (${problem.what})`;
  const shortest = whose.replace(' at the parent', '');
  return [whole, whose].find(({ length }) => length <= room) ?? shortest;
}

function yourTurn({ deadline, todo, what }: Task, now: number): string {
  const act = todo ?? what;
  if (deadline === undefined) return act;
  return `${deadline > now ? 'by' : 'overdue since'} ${dateOrMinute(deadline, now)}: ${act}`;
}

/** Cut where it would leave the line, at a word if that is near. */
function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const cut = text.slice(0, Math.max(width - 3, 20));
  const space = cut.lastIndexOf(' ');
  return `${cut.length - space < 9 ? cut.slice(0, space) : cut}...`;
}
