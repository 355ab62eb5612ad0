import type { Phase, PhaseState, Timeline } from '../rollover/timeline.ts';
import type { ScreenStyle } from './screen.ts';
import { timeTicks } from './timeline-axis.ts';
import { laneNames } from './timeline-names.ts';

type Mark = PhaseState | 'signed' | 'now' | 'you' | 'end';

const UNICODE: Readonly<Record<Mark, string>> = {
  pending: '░',
  active: '█',
  retired: '▒',
  signed: '━',
  now: '│',
  you: '▲',
  end: '╳',
};

const ASCII: Readonly<Record<Mark, string>> = {
  pending: '.',
  active: '#',
  retired: '-',
  signed: '=',
  now: '|',
  you: '^',
  end: 'X',
};

/** Columns that a date and the space behind it take. */
const TICK_COLUMNS = 7;
const MOST_TICKS = 13;
const INDENT = '  ';

/** A zone's keys and signatures over time, in lines no longer than the screen is wide. */
export function timelineText(timeline: Timeline, { width, unicode, paint }: ScreenStyle): string[] {
  const { from, to, now, lanes, plan, firstExpiration } = timeline;
  const marks = unicode ? UNICODE : ASCII;
  const names = laneNames(timeline);
  const labelWidth = Math.max('signatures'.length, ...[...names.values()].map((name) => name.length));
  const columns = width - labelWidth - 2 * INDENT.length;
  const columnOf = (time: number): number =>
    Math.min(columns - 1, Math.max(0, Math.floor(((time - from) / (to - from)) * columns)));
  const colors: Partial<Record<Mark, (text: string) => string>> = {
    pending: paint.info,
    active: paint.good,
    retired: paint.dim,
    signed: paint.good,
    you: paint.warn,
    end: paint.bad,
  };
  const line = (label: string, cells: readonly (Mark | undefined)[]): string => {
    let text = '';
    for (let i = 0; i < columns;) {
      const mark = cells[i];
      let end = i + 1;
      while (end < columns && cells[end] === mark) end++;
      const run = mark === undefined ? ' '.repeat(end - i) : marks[mark].repeat(end - i);
      text += mark === undefined ? run : (colors[mark]?.(run) ?? run);
      i = end;
    }
    return `${INDENT}${label.padEnd(labelWidth)}${INDENT}${text}`.trimEnd();
  };
  const empty = (): (Mark | undefined)[] => new Array<Mark | undefined>(columns).fill(undefined);
  const withNow = (cells: (Mark | undefined)[]): (Mark | undefined)[] => {
    cells[columnOf(now)] = 'now';
    return cells;
  };
  const lanesAsText = lanes.map(({ base, phases }) =>
    line(names.get(base)!, withNow(phaseCells(phases, empty(), columnOf))),
  );
  const signed = empty();
  if (firstExpiration !== undefined && firstExpiration > from) {
    signed.fill('signed', columnOf(now), columnOf(firstExpiration));
    if (firstExpiration < to) signed[columnOf(firstExpiration)] = 'end';
  }
  const yours = empty();
  for (const { time, actor } of plan) if (actor === 'operator') yours[columnOf(time)] = 'you';
  const hasYours = yours.includes('you');
  const dates = axisLine(timeline, columns, columnOf);
  const used = new Set<PhaseState>(lanes.flatMap(({ phases }) => phases.map(({ state }) => state)));
  const legend = [
    ...(['pending', 'active', 'retired'] as const)
      .filter((state) => used.has(state))
      .map((state) => `${marks[state]} ${state}`),
    ...(firstExpiration !== undefined && firstExpiration < to
      ? [`${marks.end} first signature expires`]
      : []),
    ...(hasYours ? [`${marks.you} your part at the parent`] : []),
    `${marks.now} now`,
  ];
  return [
    `${INDENT}${' '.repeat(labelWidth)}${INDENT}${dates}`.trimEnd(),
    ...lanesAsText,
    ...(firstExpiration === undefined ? [] : [line('signatures', withNow(signed))]),
    ...(hasYours ? [line('you', yours)] : []),
    ...wrapped(legend, width - labelWidth - 2 * INDENT.length).map((text) =>
      paint.dim(`${INDENT}${' '.repeat(labelWidth)}${INDENT}${text}`),
    ),
  ];
}

/** Every phase has a column at least; of two in one column, the later is shown. */
function phaseCells(
  phases: readonly Phase[],
  cells: (Mark | undefined)[],
  columnOf: (time: number) => number,
): (Mark | undefined)[] {
  for (const { state, from, to } of phases) {
    const start = columnOf(from);
    const end = Number.isFinite(to) ? columnOf(to) : cells.length;
    cells.fill(state, start, Math.max(start + 1, end));
  }
  return cells;
}

/** The dates over a timeline, each where its time is. */
function axisLine({ from, to }: Timeline, columns: number, columnOf: (time: number) => number): string {
  let text = '';
  for (const { time, label } of timeTicks(
    from,
    to,
    Math.min(MOST_TICKS, Math.floor(columns / TICK_COLUMNS)),
  )) {
    const column = columnOf(time);
    if (column < text.length || column + label.length > columns) continue;
    text = `${text.padEnd(column)}${label} `;
  }
  return text.trimEnd();
}

/** Items in as few lines as fit. */
function wrapped(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 3 + item.length <= width)
      lines[lines.length - 1] = `${last}   ${item}`;
    else lines.push(item);
  }
  return lines;
}
